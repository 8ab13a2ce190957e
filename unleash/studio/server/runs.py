"""Runs: a canvas is filled step by step, with a message to the page for each step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.operations import loading
from unleash.operations.making import Frame
from unleash.operations.relighting import Relighting, share_changed
from unleash.studio.server import timing, zero_gpu
from unleash.studio.server.data_urls import data_url
from unleash.studio.server.midway import steered, under
from unleash.studio.server.registry import under_way
from unleash.studio.server.turns import ELSEWHERE, allow, standing
from unleash.studio.server.unfinished import Keeper, Unfinished

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

Message = dict[str, Any]
"""A message to the page's filmstrip, of a certain ``kind``."""


def end(name: str | None) -> Message:
    """A message that this run has ended."""
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
    relighting: Relighting | None = None,
) -> Iterator[Message | None]:
    """Make pictures of ``canvas`` with ``pictures`` seeds; yields a message per step, None at a pause.

    Each has the ``name`` of the run, by which ``registry`` may stop it or change its
    label; by default a new name. The message of its last step has ``last``; a run that is
    stopped sends its :func:`end` instead. Without ``previews`` only the last step of each picture has an
    image, which saves the time to decode the others. Closing the iterator ends the run at once.

    A message's ``unfinished``, read by :class:`Unfinished`, is what is needed to resume from its step; None
    after the last and without previews. ``changed`` is the share of the cells that a relighting has changed,
    from 0 to 1, else None.

    Args:
        pipe: the model's pipeline.
        model: its name in recipes.
        canvas: the canvas to fill.
        settings: settings of the first picture.
        pictures: number of pictures.
        previews: whether steps before the last have an image.
        name: name of the run.
        relighting: makes the pictures from a whole one, with fixed settings; None: they are made by filling,
            with settings that the page may change.

    Raises:
        ValueError: if a run with this name has already started.
    """
    numbers, name = range(pictures), name or uuid4().hex
    if relighting is None and zero_gpu.here():
        return _on_lent_gpu(pipe, model, canvas, settings, numbers, None, previews, name)
    return _run(pipe, model, canvas, settings, numbers, None, previews, name, relighting)


def resume(pipe: UnleashPipeline, model: str, stopped: Unfinished, name: str) -> Iterator[Message | None]:
    """As :func:`run`, to resume a stopped run; it makes the same pictures as without the stop.

    Raises:
        ValueError: if a run with this name has already started, or ``stopped`` is not a run of the model.
    """
    rest, pictures = stopped.rest or stopped.recipe, range(stopped.picture, stopped.pictures)
    if stopped.relighting is None and zero_gpu.here():
        return _on_lent_gpu(pipe, model, rest.canvas, rest.settings, pictures, stopped, True, name)
    return _run(pipe, model, rest.canvas, rest.settings, pictures, stopped, True, name, stopped.relighting)


def prepare() -> None:
    """Tell ZeroGPU, before anything else, what will ask it for a GPU; nothing elsewhere."""
    if zero_gpu.here():
        zero_gpu.wrapped(_elsewhere)


def _on_lent_gpu(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    numbers: range,
    stopped: Unfinished | None,
    previews: bool,
    name: str,
) -> Iterator[Message | None]:
    """As :func:`_run`, on a GPU of ZeroGPU: the run can be stopped, but its settings cannot be changed."""
    allow(ELSEWHERE)  # the thread waits for another process
    seconds = timing.seconds(pipe, timing.pace(pipe), canvas, settings, len(numbers), previews)
    given = (str(pipe.engine.source), model, canvas, settings, numbers, stopped, previews)
    with under_way(name) as told:
        told.closed = True
        if told.stopped:  # while it waited
            yield end(name)
            return
        for message in zero_gpu.lent(_elsewhere, seconds, *given):
            if told.stopped:
                yield end(name)
                return
            now = standing()
            yield message and message | {"run": name, "people": now.people if now else 1}


def _elsewhere(
    seconds: float,  # noqa: ARG001 - ``zero_gpu.lent`` reads it
    folder: str,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    numbers: range,
    stopped: Unfinished | None,
    previews: bool,
) -> Iterator[Message | None]:
    """The messages of a run in the process that has the GPU, under another name."""
    pipe = _loaded_elsewhere(folder)
    yield from _run(pipe, model, canvas, settings, numbers, stopped, previews, uuid4().hex, None)


@lru_cache(maxsize=4)
def _loaded_elsewhere(folder: str) -> UnleashPipeline:
    return loading.load(folder, lent=True)


def _run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    numbers: range,
    stopped: Unfinished | None,
    previews: bool,
    name: str,
    relighting: Relighting | None,
) -> Iterator[Message | None]:
    """The pictures ``numbers`` of a run, the first with the seed of ``settings``."""
    began, steps = monotonic(), 0
    with under_way(name) as told:
        told.closed = relighting is not None
        for picture in numbers:
            if not stopped:
                settings = under(settings, told.hear())
            if told.stopped:
                yield end(name)
                return
            seeded, keeper = settings.numbered(picture - numbers.start), Keeper(model, relighting)
            frames: Iterator[Frame | None]
            if relighting:
                frames = relighting(pipe, canvas, seeded, stopped.since if stopped else None)
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
                if previews:
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
                    "changed": share_changed(canvas, frame.step.canvas) if relighting else None,
                }
                told.closed |= last and frame.index >= frame.total - 1
            settings = under(settings, chosen)


def _shown(frame: Frame) -> str:
    return data_url(frame.step.image, quality=95 if frame.last else 85)
