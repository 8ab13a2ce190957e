"""The page "How it works", which shows the model's parts in pictures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from PIL import Image

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import OrderName
from unleash.models.outline import Outline
from unleash.operations.opening import encode_picture
from unleash.studio.server import controls
from unleash.studio.server.asking import RUNS, named
from unleash.studio.server.component import WEB, command, event_data
from unleash.studio.server.components.coding import Coding
from unleash.studio.server.components.fills import Fills
from unleash.studio.server.components.masking import Masking
from unleash.studio.server.data_urls import data_url
from unleash.studio.server.handlers import Handlers, example_at, examples
from unleash.studio.server.menu import codebook
from unleash.studio.server.registry import under_way
from unleash.studio.server.runs import Message, end
from unleash.studio.server.toasts import toasted

if TYPE_CHECKING:
    from unleash.images.codebook import Sheet
    from unleash.pipeline import Step, UnleashPipeline

STEPS = 16
"""Evaluations of every order except left to right, which needs one per cell."""

_CONTRAST = 3
"""Factor by which differences are amplified to be visible."""

_KEPT = 8
"""Maximum number of finished races that are cached, 40 kB each."""

_WORDS = WEB / "lesson"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

LANES: tuple[OrderName, ...] = ("random", "confidence", "halton", "raster")


def add(demo: gr.Blocks, handlers: Handlers, queue: dict[str, Any]) -> None:
    """Add the page to a studio.

    Args:
        demo: the finished studio.
        handlers: its listeners; the lesson uses the first model in the menu.
        queue: options of the queue for events that need the model.
    """
    lesson = Lesson(handlers)
    with demo.route("How it works", "/how", show_in_navbar=False):
        gr.Markdown(_words("header"), elem_id="lesson-header", elem_classes="lesson")
        gr.Markdown(_words("codes"), elem_classes="lesson")
        coding = Coding()
        shown = examples()
        with gr.Row(elem_id="look-row"):
            opener = gr.UploadButton(
                "Your picture…", file_types=["image"], size="sm", elem_id="look-file", scale=0, min_width=130
            )
            gallery = gr.Gallery(
                shown,
                columns=8,
                show_label=False,
                buttons=[],
                allow_preview=False,
                visible=bool(shown),
                elem_id="look-examples",
            )
        with gr.Row(elem_id="masking-row"):
            masking = Masking()
            gr.Markdown(_words("masking"), elem_classes="lesson")
        gr.Markdown(_words("filling"), elem_classes="lesson")
        fills = Fills(boards(lesson.about.blank()))
        with gr.Row(elem_id="fill-row"):
            label = controls.label_menu(lesson.about.labels)
            seed = controls.seed_field("fill-seed")
            fill = gr.Button("Fill again", variant="primary", elem_id="fill", min_width=110)
            stop = gr.Button("Stop", elem_id="fill-stop", min_width=80)
        fill.click(**command("fill-boards"))
        stop.click(**command("stop-boards"))

        outputs = [coding, masking]
        seen = [
            opener.upload(lesson.look, opener, outputs, **queue, **_QUIET),
            gallery.select(lesson.look_at_example, None, outputs, **queue, **_QUIET),
        ]
        if shown:
            seen.append(demo.load(lambda: lesson.look(shown[0]), None, outputs, **queue, **_QUIET))
        for event in seen:
            event.success(lesson.sheet, None, coding, **queue, **_QUIET)
        demo.load(lesson.filled, [label, seed], fills, **queue, **_QUIET)
        asked = [fills, label, seed]
        fills.submit(named(lesson.race, asked), asked, [fills, seed], **RUNS, **queue, **_QUIET)


@dataclass(frozen=True)
class Lesson:
    """The listeners of the lesson."""

    handlers: Handlers
    finished: dict[tuple[str, int | None], list[Message]] = field(default_factory=dict)
    """The last message of each order of finished races, by label and seed."""

    @property
    def name(self) -> str:
        """The model the lesson uses."""
        return next(iter(self.handlers.offered))

    @property
    def about(self) -> Outline:
        """What it is."""
        return self.handlers.about(self.name)

    @property
    def pipe(self) -> "UnleashPipeline":
        """Its pipeline."""
        return self.handlers.pipeline(self.name)

    def look(self, path: str | None) -> list[Message]:
        """A picture, its codes and its reconstruction, for both components that show them."""
        with toasted():
            if path is None:
                raise ValueError("there is no picture: choose one")
            opened = encode_picture(self.pipe, path)
        given, decoded, codes = opened.image, self.pipe.render(opened.canvas), opened.canvas.codes
        steps = self.pipe.scheduler.config["num_train_timesteps"]
        message = {
            "kind": "look",
            "given": data_url(given),
            "decoded": data_url(decoded),
            "difference": data_url(difference(given, decoded)),
            "psnr": psnr(given, decoded),
            "side": given.width,
            "codes": codes.tolist(),
            "codebook": opened.canvas.codebook_size,
            "steps": steps,
            "masked_at": masked_at(self.pipe, codes).tolist(),
        }
        return [message, message]

    def look_at_example(self, event: gr.EventData) -> list[Message]:
        """An example picture."""
        with toasted():
            path = example_at(event_data(event))
        return self.look(path)

    def sheet(self) -> Message:
        """The sheet of all codes."""
        sheet: Sheet = codebook(self.handlers.offered[self.name])
        where = {"order": sheet.order, "columns": sheet.columns, "side": sheet.side}
        return {"kind": "sheet", "sheet": {"url": data_url(sheet.image), **where}}

    def filled(self, label: str, seed: int | None) -> Message:
        """The boards at the end of a cached race; without one, the page starts one."""
        return {"kind": "filled", "lanes": self.finished.get((label, seed), [])}

    def race(self, run: str, label: str, seed: int | None) -> Iterator[tuple[Any, Any]]:
        """Fill a blank canvas in every order, a step of each in turn; yields messages and the seed.

        The messages name the ``run``; that of its last step has ``last``. Without a seed a new one is drawn.
        Closing the iterator ends the run at once.
        """
        with toasted(), under_way(run) as told:
            number = controls.seed_to_run(seed, locked=True)
            lanes = self._lanes(None if label == controls.NO_LABEL else label, number)
            yield {**boards(self.pipe.blank()), "kind": "begin", "run": run}, number
            seconds = dict.fromkeys(lanes, 0.0)
            ends: list[Message] = []
            while lanes:
                for order, steps in list(lanes.items()):
                    if told.stopped:
                        yield end(run), gr.skip()
                        return
                    began = monotonic()
                    step = next(steps)
                    seconds[order] += monotonic() - began
                    if step.index == step.total:
                        del lanes[order]
                    about = {"run": run, "order": order, "seconds": seconds[order], "last": not lanes}
                    message = {**about, **_step(step)}
                    if step.index == step.total:
                        ends.append(message)
                    yield message, gr.skip()
            self._finish(label, number, ends)

    def _finish(self, label: str, seed: int, ends: list[Message]) -> None:
        self.finished[label, seed] = ends
        for old in list(self.finished)[:-_KEPT]:
            del self.finished[old]

    def _lanes(self, label: str | None, seed: int) -> dict[OrderName, "Iterator[Step]"]:
        canvas, pipe = self.pipe.blank(), self.pipe
        return {
            order: pipe.stream(
                canvas,
                settings=pipe.defaults.changed(
                    steps=_steps(order, canvas.size), reveal_order=order, correction=0, label=label, seed=seed
                ),
            )
            for order in LANES
        }


def boards(canvas: TokenCanvas) -> Message:
    """The blank boards."""
    evaluations = {order: _steps(order, canvas.size) for order in LANES}
    return {"kind": "blank", "height": canvas.height, "width": canvas.width, "evaluations": evaluations}


def masked_at(pipe: "UnleashPipeline", codes: np.ndarray) -> np.ndarray:
    """(h, w) the first time t, from 1 to T, at which the forward process masks each cell.

    The noise is the same for every t, so that masked cells stay masked, as in the process itself.
    """
    import torch  # noqa: PLC0415 - takes seconds

    sample, mask_token = torch.from_numpy(codes)[None], pipe.scheduler.config["codebook_size"]
    times = range(pipe.scheduler.config["num_train_timesteps"] + 1)
    masked = [
        pipe.scheduler.add_noise(sample, torch.tensor([t]), torch.Generator().manual_seed(0))[0] == mask_token
        for t in times
    ]
    return len(times) - torch.stack(masked).sum(0).numpy()


def difference(a: Image.Image, b: Image.Image) -> Image.Image:
    """The difference of two pictures of the same size, amplified, on black."""
    one, other = (np.array(image.convert("RGB"), dtype=int) for image in (a, b))
    return Image.fromarray((np.abs(one - other) * _CONTRAST).clip(0, 255).astype(np.uint8))


def psnr(a: Image.Image, b: Image.Image) -> float:
    """The peak signal-to-noise ratio of two pictures of the same size in decibels, at most 100."""
    one, other = (np.array(image.convert("RGB"), dtype=float) / 255 for image in (a, b))
    error = float(np.square(one - other).mean())
    return -10 * float(np.log10(max(error, 1e-10)))


def _steps(order: OrderName, cells: int) -> int:
    return cells if order == "raster" else min(STEPS, cells)


def _step(step: "Step") -> Message:
    return {
        "kind": "step",
        "index": step.index,
        "total": step.total,
        "known": (~step.canvas.unknown).tolist(),
        "image": data_url(step.image),
    }


def _words(name: str) -> str:
    return (_WORDS / f"{name}.md").read_text("utf-8")
