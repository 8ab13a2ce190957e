"""Pictures taken up as cells, and laid again under what was made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.stitching import Axis, stitched
from unleash.images.compositing import Mask, blend
from unleash.images.fitting import to_cells, to_square
from unleash.images.reading import picture_size, read_picture
from unleash.images.recipes import carries_recipe, read_recipe
from unleash.pipeline import UnleashPipeline

Finish: TypeAlias = Callable[[Image.Image], Image.Image]
"""What is done to a picture between the decoder and its file."""


@dataclass(frozen=True)
class Opened:
    """A picture on the canvas.

    Attributes:
        canvas: its cells; of a picture that this model made, with the pins and rules it was made with.
        image: its pixels, as large as the canvas.
        size: (width, height) in pixels before it was cut.
        drawn: whether its pixels are what the model draws of its cells, and no more.
    """

    canvas: TokenCanvas
    image: Image.Image
    size: tuple[int, int]
    drawn: bool

    @property
    def cell_size(self) -> int:
        """Pixels on a side of a cell."""
        return self.image.width // self.canvas.width


def open_picture(pipe: UnleashPipeline, model: str, path: Path, *, square: bool) -> Opened:
    """The picture in a file as cells: its recipe's if the model made it, else what the encoder sees in it.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        path: a picture.
        square: whether one that the model did not make is cut to a square, or to whole cells only.

    Raises:
        ValueError: if the file holds no picture, or its recipe is broken.
    """
    image = read_picture(path)
    cell, side = pipe.vqgan.cell_size, pipe.blank().width * pipe.vqgan.cell_size
    size, recipe = picture_size(path), _made_by(model, path)
    made = None if recipe is None else recipe.result
    if recipe is not None and made is not None:
        width, height = made.width * cell, made.height * cell
        if image.size == (width, height):
            return Opened(made, image, size, drawn=not keeps_pixels(recipe, image, pipe.render(made)))
        if recipe.settings.detail == "large" and image.size == (2 * width, 2 * height):
            return Opened(made, pipe.render(made), size, drawn=True)
    cut = to_square(image, side, "crop") if square else to_cells(image, side, cell, MAX_SIDE)
    return Opened(pipe.encode(cut), cut, size, drawn=False)


def extended(opened: Opened, left: int = 0, right: int = 0, top: int = 0, bottom: int = 0) -> Opened:
    """A picture with so many unknown columns and rows of cells around it.

    Raises:
        ValueError: if a number is negative.
    """
    canvas, cell = opened.canvas.extended(left, right, top, bottom), opened.cell_size
    paper = Image.new("RGB", (canvas.width * cell, canvas.height * cell))
    paper.paste(opened.image, (left * cell, top * cell))
    return Opened(canvas, paper, paper.size, opened.drawn)


def joined(a: Opened, b: Opened, axis: Axis, seam: int) -> Opened:
    """Two pictures in one, as :func:`~unleash.canvas.stitching.stitched` has it.

    Raises:
        ValueError: as there.
    """
    canvas, cell = stitched(a.canvas, b.canvas, axis, seam), a.cell_size
    paper = Image.new("RGB", (canvas.width * cell, canvas.height * cell))
    paper.paste(a.image, (0, 0))
    paper.paste(b.image, (paper.width - b.image.width, paper.height - b.image.height))
    return Opened(canvas, paper, paper.size, a.drawn and b.drawn)


def keeps_pixels(recipe: Recipe, image: Image.Image, drawn: Image.Image) -> bool:
    """Whether a picture has more than what the model draws of its codes, as its recipe says.

    Before version 4 recipes did not say. Then the two pictures, of one size, are compared: rounding differs
    between machines, but by a step of 255 and in few places.
    """
    if recipe.kept_pixels is not None:
        return recipe.kept_pixels
    difference = np.array(image, dtype=int) - np.array(drawn, dtype=int)
    return bool(np.abs(difference).mean() >= 0.1)


def keeping(opened: Opened, repainted: Mask, asked: bool | None, feather: int | None = None) -> Finish | None:
    """Lays what was made over the picture it was made from, if that is asked or the picture needs it.

    Args:
        opened: the original, as large as what will be made.
        repainted: (H, W) in [0, 1], where the original may go.
        asked: whether to; None: unless the original is just what the model draws.
        feather: pixels beyond the mask in which the two fade into each other; None: half a cell.

    Returns:
        What to do to the picture that is made; None if nothing.
    """
    if asked is False or (asked is None and opened.drawn):
        return None
    width = opened.cell_size // 2 if feather is None else feather
    return lambda made: blend(opened.image, made, repainted, width)


def _made_by(model: str, path: Path) -> Recipe | None:
    """The recipe of the model that a picture carries, if it does."""
    recipe = read_recipe(path) if carries_recipe(path) else None
    return recipe if recipe is not None and recipe.model == model else None
