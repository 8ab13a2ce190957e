"""Files as pictures in cells: by the recipe they carry, else by what the encoder sees in them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.images.fitting import Fit, to_grid
from unleash.images.reading import read
from unleash.images.recipes import carried_recipe
from unleash.pipeline import UnleashPipeline


@dataclass(frozen=True)
class Opened:
    """A picture in cells.

    Attributes:
        canvas: its cells; of a picture that this model made, with the pins and rules it was made with.
        image: its pixels, as large as the canvas.
        size: (width, height) in pixels before it was cut.
        drawn: whether its pixels are what the model draws of its cells, and no more.
        label: under which it was made, if it was.
    """

    canvas: TokenCanvas
    image: Image.Image
    size: tuple[int, int]
    drawn: bool = False
    label: str | None = None

    @property
    def cell_size(self) -> int:
        """Pixels on a side of a cell."""
        return self.image.width // self.canvas.width


def open_picture(pipe: UnleashPipeline, model: str, path: Path, fit: Fit = "crop") -> Opened:
    """The picture in a file: the cells of its recipe if the model made it, else as :func:`encode_picture`.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        path: a picture.
        fit: how one that the model did not make comes to fit.

    Raises:
        ValueError: if the file holds no picture, or its recipe is broken.
    """
    recipe, picture = carried_recipe(path), read(path)
    made = recipe.result if recipe is not None and recipe.model == model else None
    if recipe is not None and made is not None:
        label, cell = recipe.settings.label, pipe.vqgan.cell_size
        width, height = made.width * cell, made.height * cell
        if picture.image.size == (width, height):
            kept = recipe.kept_pixels
            if kept is None:
                kept = differs(picture.image, pipe.render(made))
            return Opened(made, picture.image, picture.size, drawn=not kept, label=label)
        if recipe.settings.detail == "large" and picture.image.size == (2 * width, 2 * height):
            return Opened(made, pipe.render(made), picture.size, drawn=True, label=label)
    return _encoded(pipe, picture.image, picture.size, fit)


def encode_picture(pipe: UnleashPipeline, path: str | Path, fit: Fit = "crop") -> Opened:
    """The picture in a file as the encoder sees it, whatever recipe it carries.

    Raises:
        ValueError: if the file holds no picture.
    """
    picture = read(path)
    return _encoded(pipe, picture.image, picture.size, fit)


def own_pixels(path: str | Path, recipe: Recipe, drawn: Image.Image) -> Image.Image | None:
    """The picture in a file that carries ``recipe``, where it is more than ``drawn``, what its codes show.

    That is so where pixels of an opened picture were kept in it. The file is read only if that may be so:
    what is see-through is not finished, and of that the codes are what counts.

    Raises:
        ValueError: if the picture cannot be read.
    """
    if recipe.kept_pixels is False or drawn.mode != "RGB" or Path(path).suffix.lower() == ".json":
        return None
    picture = read(path)
    if picture.image.size != drawn.size or not picture.opaque:
        return None
    return picture.image if recipe.kept_pixels or differs(picture.image, drawn) else None


def differs(image: Image.Image, drawn: Image.Image) -> bool:
    """Whether a picture is more than what the model draws, of which recipes before version 4 said nothing.

    Both are as large. Rounding differs between machines, but by a step of 255 and in few places.
    """
    difference = np.array(image, dtype=int) - np.array(drawn, dtype=int)
    return bool(np.abs(difference).mean() >= 0.1)


def _encoded(pipe: UnleashPipeline, image: Image.Image, size: tuple[int, int], fit: Fit) -> Opened:
    given = to_grid(image, fit, pipe.blank().width, pipe.vqgan.cell_size, MAX_SIDE)
    return Opened(pipe.encode(given), given, size)
