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

Message = dict[str, Any]
"""What the page's filmstrip receives; ``kind`` says what it is."""


def end(name: str | None) -> Message:
    """Tell the page that a run has ended, and no other."""
    return {"kind": "end", "run": name}


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
    name = name or uuid4().hex
    began = monotonic()
    with under_way(name) as told:
        told.closed = paint is not None
        for picture in range(pictures):
            settings = under(settings, told.hear())
            if told.stopped:
                yield end(name)
                return
            seeded = settings.numbered(picture)
            frames = paint(pipe, canvas, seeded) if paint else steered(pipe, canvas, seeded, told)
            for frame in frames:
                if told.stopped:
                    yield end(name)
                    return
                if frame is None:
                    yield None
                    continue
                done = picture * frame.total + frame.index
                # Where nothing was to be filled there is one step, number 0 of 0.
                left = (monotonic() - began) / max(done, 1) * (pictures * frame.total - done)
                last = picture == pictures - 1
                yield {
                    "kind": "frame",
                    "run": name,
                    "picture": picture,
                    "pictures": pictures,
                    "seconds_left": round(left, 1),
                    "index": frame.index,
                    "total": frame.total,
                    "last": last and frame.last,
                    "codes": frame.step.canvas.codes.tolist(),
                    "revealed": frame.step.revealed.tolist(),
                    "image": _shown(frame) if frame.last or previews else None,
                    "recipe": frame.recipe(model).model_dump(mode="json") if frame.last else None,
                }
                told.closed |= last and frame.index >= frame.total - 1
                chosen = frame.settings
            settings = under(settings, chosen)


def _shown(frame: Frame) -> str:
    return data_url(frame.step.image, quality=95 if frame.last else 85)
