"""Making the picture of a draft, step by step."""

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
    """A step towards a picture, which may take several consecutive runs.

    Attributes:
        step: step of the current run.
        index: number of the step among all runs, from 1; 0 of 0 if there was nothing to fill.
        total: number of steps of all runs.
        start: the canvas before the current run.
        settings: settings of the current run, which reproduce its result from ``start``.
        run: number of runs before the current one.
    """

    step: Step
    index: int
    total: int
    start: TokenCanvas
    settings: Settings
    run: int = 0

    @property
    def last(self) -> bool:
        """Whether the picture is finished."""
        return self.index == self.total

    def recipe(self, model: str, kept_pixels: bool = False) -> Recipe:
        """The recipe of the picture, from the ``last`` frame."""
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
    """Makes a picture in one run."""
    for step in pipe.stream(canvas, settings=settings):
        yield Frame(step, step.index, step.total, canvas, settings)


Finish: TypeAlias = Callable[[Image.Image], Image.Image]
"""Postprocesses a decoded picture."""

Painter: TypeAlias = Callable[["UnleashPipeline", TokenCanvas, Settings], Iterator[Frame | None]]
"""Yields the frames, at least one, of a picture of a canvas; None is a pause between evaluations."""


@dataclass(frozen=True)
class Draft:
    """A picture to be made.

    Attributes:
        canvas: the initial canvas.
        finish: composites it over the original; None: it is left as decoded.
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
        pipe: the model's pipeline.
        model: its name in recipes.
        draft: the draft.
        settings: the sampling settings.

    Raises:
        ValueError: if the canvas or a setting is not valid for this model.
    """
    last = None
    for frame in draft.paint(pipe, draft.canvas, settings):
        last = frame or last
        yield
    assert last is not None
    finish = draft.finish
    # Compositing with the kept pixels needs their size.
    image = pipe.render(last.step.canvas, "full" if finish else settings.detail)
    recipe = last.recipe(model, kept_pixels=finish is not None)
    return Made(finish(image) if finish else image, recipe, draft.box)
