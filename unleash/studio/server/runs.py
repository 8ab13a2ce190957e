"""Runs: a canvas filled step by step, told to the page as it happens."""

from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.operations.making import Frame, Painter
from unleash.pipeline import UnleashPipeline
from unleash.studio.server.data_urls import data_url
from unleash.studio.server.midway import steered, under
from unleash.studio.server.registry import under_way
from unleash.studio.server.turns import standing
from unleash.studio.server.unfinished import Keeper, Unfinished

Message = dict[str, Any]
"""What the page's filmstrip receives; ``kind`` says what it is."""


def end(name: str | None) -> Message:
    """Tell the page that a run has ended, and no other."""
    return {"kind": "end", "run": name}


def waiting(name: str | None) -> Message | None:
    """Tell the page, from within a run, how many people take turns, and about how long it will take; None
    where nobody else does.
    """
    now = standing()
    if now is None or now.people == 1:
        return None
    return {"kind": "waiting", "run": name, "people": now.people, "seconds": round(now.seconds, 1)}


def run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    pictures: int,
    previews: bool = True,
    name: str | None = None,
    paint: Painter | None = None,
) -> Iterator[Message | None]:
    """Make a picture of ``canvas`` with ``pictures`` seeds in turn; a message for each step, None at a pause.

    Each carries the ``name`` of the run, under which ``registry`` may tell it to stop or to go on under
    another label; without one it is given one. The message of its last step says ``last``; a run that is
    stopped tells its :func:`end` instead. Without ``previews`` only the last step of each picture has an
    image: the time of decoding the others is saved. Closing the iterator ends the run at once.

    What it takes to go on from a step is its message's ``unfinished``, which :class:`Unfinished` reads; None
    after the last, without previews and where ``paint`` makes the pictures.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        canvas: that is filled.
        settings: of the first picture.
        pictures: how many.
        previews: whether steps but the last have an image.
        name: of the run.
        paint: makes a picture, whatever label is chosen meanwhile; None: by filling, as the page steers it.

    Raises:
        ValueError: if a run of this name has begun already.
    """
    return _run(pipe, model, canvas, settings, range(pictures), None, previews, name or uuid4().hex, paint)


def resume(pipe: UnleashPipeline, model: str, stopped: Unfinished, name: str) -> Iterator[Message | None]:
    """As :func:`run`: a stopped run goes on to the pictures that it would have made.

    Raises:
        ValueError: if a run of this name has begun already, or ``stopped`` is no run of the model.
    """
    rest, pictures = stopped.rest or stopped.recipe, range(stopped.picture, stopped.pictures)
    return _run(pipe, model, rest.canvas, rest.settings, pictures, stopped, True, name, None)


def _run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    numbers: range,
    stopped: Unfinished | None,
    previews: bool,
    name: str,
    paint: Painter | None,
) -> Iterator[Message | None]:
    """The pictures ``numbers`` of a run, the first with the seed of ``settings``."""
    began, steps = monotonic(), 0
    with under_way(name) as told:
        told.closed = paint is not None
        for picture in numbers:
            if not stopped:
                settings = under(settings, told.hear())
            if told.stopped:
                yield end(name)
                return
            seeded, keeper = settings.numbered(picture - numbers.start), Keeper(model)
            frames: Iterator[Frame | None]
            if paint:
                frames = paint(pipe, canvas, seeded)
            elif stopped:
                begun = stopped.recipe
                frames = steered(pipe, begun.canvas, begun.settings, told, stopped.progress, stopped.before)
            else:
                frames = steered(pipe, canvas, seeded, told)
            stopped = None
            for frame in frames:
                if told.stopped:
                    yield end(name)
                    return
                if frame is None:
                    yield None
                    continue
                steps += 1
                to_come = (numbers.stop - picture) * frame.total - frame.index
                last, chosen = picture == numbers.stop - 1, frame.settings
                unfinished = None
                if previews and not paint:
                    unfinished = keeper.note(frame, (canvas, under(seeded, chosen)))
                which = {"picture": picture, "pictures": numbers.stop}
                now = standing()
                yield {
                    "kind": "frame",
                    "run": name,
                    **which,
                    "people": now.people if now else 1,
                    "seconds_left": round((monotonic() - began) / steps * to_come, 1),
                    "index": frame.index,
                    "total": frame.total,
                    "last": last and frame.last,
                    "codes": frame.step.canvas.codes.tolist(),
                    "revealed": frame.step.revealed.tolist(),
                    "image": _shown(frame) if frame.last or previews else None,
                    "recipe": frame.recipe(model).model_dump(mode="json") if frame.last else None,
                    "unfinished": unfinished and unfinished | which,
                }
                told.closed |= last and frame.index >= frame.total - 1
            settings = under(settings, chosen)


def _shown(frame: Frame) -> str:
    return data_url(frame.step.image, quality=95 if frame.last else 85)
