"""From a draft to a picture with its recipe, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image

from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.images.fitting import Box
from unleash.sampling.work import Work

if TYPE_CHECKING:
    from unleash.pipeline import Step, UnleashPipeline


@dataclass(frozen=True)
class Frame:
    """A step of the making of a picture, which may take several runs, one after the other.

    Attributes:
        step: of the run under way.
        index: of the step among those of all runs, from 1; 0 of 0 where nothing was to be filled.
        total: steps of all runs.
        start: the canvas that the run began with.
        settings: of the run. With ``start`` they make again what it makes.
    """

    step: Step
    index: int
    total: int
    start: TokenCanvas
    settings: Settings

    @property
    def last(self) -> bool:
        """Whether the picture is made."""
        return self.index == self.total

    def recipe(self, model: str, kept_pixels: bool = False) -> Recipe:
        """How the picture was made, once the frame is the ``last``."""
        codes = self.step.canvas.codes.tolist()
        return Recipe(
            model=model,
            canvas=self.start,
            settings=self.settings,
            codes=codes,
            kept_pixels=kept_pixels,
            engine=self.step.engine,
        )


def fill(pipe: UnleashPipeline, canvas: TokenCanvas, settings: Settings) -> Iterator[Frame]:
    """The making of a picture in one run."""
    for step in pipe.stream(canvas, settings=settings):
        yield Frame(step, step.index, step.total, canvas, settings)


Finish: TypeAlias = Callable[[Image.Image], Image.Image]
"""What is done to a picture between the decoder and its file."""

Painter: TypeAlias = Callable[["UnleashPipeline", TokenCanvas, Settings], Iterator[Frame | None]]
"""Makes a picture of a canvas, of at least one frame; None is a pause between two evaluations."""


@dataclass(frozen=True)
class Draft:
    """A picture that is going to be made.

    Attributes:
        canvas: that it is made of.
        finish: lays it over the one it was made from; None: it stays as the model draws it.
        paint: how it is made.
        box: the part of the finished picture that the canvas shows; None: all of it.
    """

    canvas: TokenCanvas
    finish: Finish | None = None
    paint: Painter = fill
    box: Box | None = None


@dataclass(frozen=True)
class Made:
    """A picture and its recipe; ``box`` is the part of it that the canvas shows, None for all of it."""

    image: Image.Image
    recipe: Recipe
    box: Box | None = None


def make(pipe: UnleashPipeline, model: str, draft: Draft, settings: Settings) -> Work[Made]:
    """Make the picture of a draft, with a pause after each evaluation.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        draft: what is to be made.
        settings: of the sampling.

    Raises:
        ValueError: if the canvas or a setting is none for this model.
    """
    last = None
    for frame in draft.paint(pipe, draft.canvas, settings):
        last = frame or last
        yield
    assert last is not None
    finish = draft.finish
    # To be composited with the kept pixels, it must have their size.
    image = pipe.render(last.step.canvas, "full" if finish else settings.detail)
    recipe = last.recipe(model, kept_pixels=finish is not None)
    return Made(finish(image) if finish else image, recipe, draft.box)
