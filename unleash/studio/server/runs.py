"""Runs: a canvas filled step by step, told to the page as it happens."""

from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.pipeline import Step, UnleashPipeline
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
) -> Iterator[Message]:
    """Fill ``canvas`` with ``pictures`` seeds in turn; a message for each step.

    Each carries the ``name`` of the run, under which ``registry`` may tell it to stop or to go on under
    another label; without one it is given one. The message of its last step says ``last``; a run that is
    stopped tells its :func:`end` instead. Without ``previews`` only the last step of each picture has an
    image: the time of decoding the others is saved. Closing the iterator ends the run at once.

    Raises:
        ValueError: if a run of this name has begun already.
    """
    name = name or uuid4().hex
    began = monotonic()
    with under_way(name) as told:
        for picture in range(pictures):
            settings = under(settings, told.hear())
            if told.stopped:
                yield end(name)
                return
            seeded = settings.numbered(picture)
            for step, before, start, chosen in steered(pipe, canvas, seeded, told):
                if told.stopped:
                    yield end(name)
                    return
                index, total = before + step.index, before + step.total
                done = picture * total + index
                # Where nothing was to be filled there is one step, number 0 of 0.
                left = (monotonic() - began) / max(done, 1) * (pictures * total - done)
                yield {
                    "kind": "frame",
                    "run": name,
                    "picture": picture,
                    "pictures": pictures,
                    "seconds_left": round(left, 1),
                    "index": index,
                    "total": total,
                    "last": picture == pictures - 1 and index == total,
                    **_step(step, previews),
                    "recipe": _recipe(model, start, chosen, step),
                }
                told.closed = picture == pictures - 1 and index >= total - 1
            settings = under(settings, chosen)


def _step(step: Step, previews: bool) -> Message:
    last = step.index == step.total
    return {
        "codes": step.canvas.codes.tolist(),
        "revealed": step.revealed.tolist(),
        "image": data_url(step.image, quality=95 if last else 85) if last or previews else None,
    }


def _recipe(model: str, canvas: TokenCanvas, settings: Settings, step: Step) -> dict[str, Any] | None:
    """How the picture was made, once it is whole."""
    if step.index < step.total:
        return None
    recipe = Recipe(model=model, canvas=canvas, settings=settings, codes=step.canvas.codes.tolist())
    return recipe.model_dump(mode="json")
