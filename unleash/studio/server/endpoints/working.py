"""What the endpoints share: a model from the menu, uploaded pictures, and results with their recipe."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

from gradio.data_classes import FileData
from PIL import Image
from pydantic import Field

from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.images.fitting import Box, Fit
from unleash.images.recipes import write_png
from unleash.operations.making import Draft, fill, make
from unleash.operations.opening import Opened, open_picture
from unleash.sampling.work import Work
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.endpoints.publishing import File, Picture
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.limits import admit_run
from unleash.studio.server.menu import find, known_as

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

CropTo = Annotated[list[int], Field(min_length=4, max_length=4)]
"""[x, y, width, height] of a part of a picture, in its pixels."""

Made = tuple[File, str]
"""A PNG with its recipe, and the recipe as JSON."""


@dataclass(frozen=True)
class Worker:
    """A model that makes pictures.

    Attributes:
        pipe: its pipeline.
        model: its name in recipes.
        longest: seconds that one request may be predicted to take.
    """

    pipe: "UnleashPipeline"
    model: str
    longest: float

    def open(self, picture: Picture, fit: Fit = "crop", crop: list[int] | None = None) -> Opened:
        """Opens an uploaded picture, or its part ``crop`` in its own shape, on a canvas."""
        if crop is None:
            return open_picture(self.pipe, self.model, picture, fit)
        x, y, width, height = crop
        return open_picture(self.pipe, self.model, picture, "cells", (x, y, width, height))

    def paint(self, draft: Draft, settings: Settings) -> Work[Made]:
        """Make the picture of a draft; settings that are not given are the model's defaults."""
        settings = settings.over(self.pipe.defaults)
        paint = None if draft.paint is fill else draft.paint
        admit_run(self.pipe, draft.canvas, settings, 1, self.longest, paint, previews=False)
        yield
        made = yield from make(self.pipe, self.model, draft, settings)
        return png(made.image, made.recipe, made.box), made.recipe.to_json()


@dataclass(frozen=True)
class Family:
    """Endpoints of a studio."""

    handlers: Handlers

    def worker(self, model: str | None) -> Worker:
        """A model from the menu, by default the first."""
        name = model or next(iter(self.handlers.offered))
        handlers = self.handlers
        return Worker(handlers.pipeline(name), known_as(handlers.offered[name]), handlers.longest)

    def worker_for(self, recipe: Recipe, model: str | None) -> Worker:
        """The given model; without one the recipe's if it is in the menu, else the first."""
        return self.worker(model or find(self.handlers.offered, recipe.model))


def png(image: Image.Image, recipe: Recipe, box: Box | None = None) -> FileData:
    """A picture with its recipe as a file to download; ``box`` is its part that the canvas shows."""
    file = BytesIO()
    write_png(image, recipe, file, box)
    return to_fetch(file.getvalue(), f"unleash-{recipe.settings.stem}.png")
