"""Runs: a canvas filled step by step, told to the page as it happens."""

from collections.abc import Iterator
from time import monotonic
from typing import Any
from uuid import uuid4

from unleash.canvas import TokenCanvas
from unleash.pipeline import Step, UnleashPipeline
from unleash.recipe import Recipe, Settings
from unleash.studio.pictures import data_url

Message = dict[str, Any]
"""What the page's filmstrip receives; ``kind`` says what it is."""


def arguments(settings: Settings) -> dict[str, Any]:
    """Settings as keyword arguments of the pipeline."""
    values = settings.model_dump()
    return {"num_inference_steps": values.pop("steps"), **values}


def run(
    pipe: UnleashPipeline,
    model: str,
    canvas: TokenCanvas,
    settings: Settings,
    pictures: int,
    previews: bool = True,
) -> Iterator[Message]:
    """Fill ``canvas`` with ``pictures`` seeds in turn; a message for each step.

    Without ``previews`` only the last step of each has a picture: the time of decoding the others is saved.
    Closing the iterator ends the run at once.
    """
    name = uuid4().hex
    began = monotonic()
    for picture in range(pictures):
        seeded = settings.model_copy(update={"seed": settings.seed + picture})
        for step in pipe.stream(canvas, **arguments(seeded)):
            done = picture * step.total + step.index
            # Where nothing was to be filled there is one step, number 0 of 0.
            left = (monotonic() - began) / max(done, 1) * (pictures * step.total - done)
            yield {
                "kind": "frame",
                "run": name,
                "picture": picture,
                "pictures": pictures,
                "seconds_left": round(left, 1),
                **_step(step, previews),
                "recipe": _recipe(model, canvas, seeded, step),
            }


def _step(step: Step, previews: bool) -> Message:
    last = step.index == step.total
    return {
        "index": step.index,
        "total": step.total,
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
