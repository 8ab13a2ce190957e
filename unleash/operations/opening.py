"""Opening files on a canvas: by their recipe if they have one, else by the encoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.images.fitting import MARGIN, Fit, shown_box, to_grid
from unleash.images.photographs import Photograph, photograph
from unleash.images.reading import Picture, pixel_digest, read
from unleash.images.recipes import Stamp, carried_recipe, read_stamp
from unleash.models.locating import same_model

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

_DIFFERENT = 12
"""Mean difference, of 255, above which a cell's pixels are not what the model decodes."""

_EVERYWHERE = 0.95
"""Share of differing cells above which a picture counts as different everywhere."""


@dataclass(frozen=True)
class Opened:
    """An opened picture.

    Attributes:
        canvas: its canvas; for a picture by this model, with its pins and rules.
        image: its pixels, of the canvas's size.
        size: (width, height) in pixels before cropping.
        drawn: whether its pixels are just the decoded canvas.
        label: its label, if it was generated with one.
        photograph: the file, if it has more pixels than the canvas.
        changed: whether the file has a recipe but its pixels were changed since, so that the recipe was
            not used.
    """

    canvas: TokenCanvas
    image: Image.Image
    size: tuple[int, int]
    drawn: bool = False
    label: str | None = None
    photograph: Photograph | None = None
    changed: bool = False

    @property
    def cell_size(self) -> int:
        """Side of a cell in pixels."""
        return self.image.width // self.canvas.width


def open_picture(pipe: UnleashPipeline, model: str, path: Path, fit: Fit = "crop") -> Opened:
    """Opens a picture: by its recipe if this model made it, else as :func:`encode_picture`.

    A recipe is not used if the picture was changed since, for instance painted over or cropped.

    Args:
        pipe: the model's pipeline.
        model: its name in recipes.
        path: a picture file.
        fit: how a picture not made by the model is fitted to it.

    Raises:
        ValueError: if the file is not a picture, or its recipe is invalid.
    """
    recipe, picture = carried_recipe(path), read(path)
    made = recipe.result if recipe is not None and same_model(recipe.model, model) else None
    if recipe is None or made is None:
        return _encoded(pipe, path, picture, fit)
    cell = pipe.vqgan.cell_size
    size = (made.width * cell, made.height * cell)
    shown = compare(path, recipe, size, lambda: pipe.render(made), picture)
    if shown.kind == "changed":
        return _encoded(pipe, path, picture, fit, changed=True)
    return Opened(
        made,
        shown.own or (picture.image if picture.image.size == size else pipe.render(made)),
        picture.size,
        drawn=shown.kind == "drawn",
        label=recipe.settings.label,
        photograph=shown.photograph,
    )


def encode_picture(pipe: UnleashPipeline, path: str | Path, fit: Fit = "crop") -> Opened:
    """Encodes the picture in a file, ignoring any recipe.

    Raises:
        ValueError: if the file is not a picture.
    """
    return _encoded(pipe, Path(path), read(path), fit)


@dataclass(frozen=True)
class Shown:
    """How the pixels of a file relate to its recipe.

    Attributes:
        kind: ``drawn``: they are the decoded result; ``kept``: they include pixels of an opened picture;
            ``changed``: they were changed after the file was written.
        own: if pixels were kept, the part that the canvas shows, at the canvas's size.
        photograph: the file, if pixels were kept and it has more of them than the canvas.
    """

    kind: Literal["drawn", "kept", "changed"]
    own: Image.Image | None = None
    photograph: Photograph | None = None


def compare(
    path: str | Path,
    recipe: Recipe,
    size: tuple[int, int],
    draw: Callable[[], Image.Image],
    picture: Picture | None = None,
) -> Shown:
    """Compare the picture in a file with the result of its recipe.

    Args:
        path: path of the file; one with only a recipe counts as ``drawn``.
        recipe: its recipe.
        size: (width, height) of the canvas in pixels.
        draw: decodes the recipe's codes, in RGBA if they are not finished; only called if necessary.
        picture: the file's picture, if it was read already.

    Raises:
        ValueError: if the picture cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        return Shown("drawn")
    stamp = read_stamp(path)
    if stamp is not None and stamp.digest == pixel_digest(path):
        if recipe.kept_pixels is not None:
            return _untouched(path, size, stamp, picture) if recipe.kept_pixels else Shown("drawn")
        stamp = None
    picture = picture or read(path)
    if stamp is None and (told := _told(recipe, size, picture)):
        return told
    if picture.image.size != size:
        return Shown("changed")
    drawn = draw().convert("RGB")
    if not differs(picture.image, drawn):
        return Shown("drawn")
    kept = stamp is None and recipe.kept_pixels is None and _keeps(recipe, picture.image, drawn)
    return Shown("kept", picture.image) if kept else Shown("changed")


def _untouched(path: Path, size: tuple[int, int], stamp: Stamp, picture: Picture | None) -> Shown:
    """The pixels of an unchanged file with kept pixels."""
    picture = picture or read(path)
    if stamp.box is None:
        return Shown("kept", _resized(picture.image, size))
    part = tuple(edge * picture.image.width / picture.size[0] for edge in stamp.box)
    return Shown("kept", _cut(picture.image, part, size), photograph(path, stamp.box, size))


def _told(recipe: Recipe, size: tuple[int, int], picture: Picture) -> Shown | None:
    """What can be told about a file without a stamp from its recipe; None if pixels must be compared."""
    if recipe.codes is None or not picture.opaque:
        return Shown("drawn")  # it was not finished, so the codes count
    if recipe.settings.detail == "large" and picture.size == (2 * size[0], 2 * size[1]):
        return Shown("drawn")
    if recipe.kept_pixels and picture.image.size == size:
        return Shown("kept", picture.image)
    return None


def differs(image: Image.Image, drawn: Image.Image) -> bool:
    """Whether a picture differs from what the model decodes.

    Both have the same size. Rounding differs between machines, but by one level and in few places.
    """
    difference = np.array(image, dtype=int) - np.array(drawn, dtype=int)
    return bool(np.abs(difference).mean() >= 0.1)


def _keeps(recipe: Recipe, image: Image.Image, drawn: Image.Image) -> bool:
    """Whether a picture seems to contain kept pixels, for recipes before version 4, which do not say so.

    Such a picture differs from the decoded one only outside the filled cells, or nearly everywhere. One that
    was painted over differs in some of the filled cells.
    """
    filled = recipe.canvas.unknown
    cell = drawn.width // recipe.canvas.width
    away = np.abs(np.array(image, dtype=int) - np.array(drawn, dtype=int)).mean(axis=-1)
    cells = away.reshape(filled.shape[0], cell, filled.shape[1], cell).mean(axis=(1, 3)) > _DIFFERENT
    return not cells[filled].any() or bool(cells.mean() > _EVERYWHERE)


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _cut(image: Image.Image, box: tuple[float, ...], size: tuple[int, int]) -> Image.Image:
    """The part of a picture in a box, resized to ``size``; the margin colour outside the picture."""
    left, top, right, bottom = box
    inside = (max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise ValueError("the part of the picture that its recipe describes is outside the picture")
    across, down = size[0] / (right - left), size[1] / (bottom - top)
    place = [round((inside[0] - left) * across), round((inside[1] - top) * down)]
    place += [round((inside[2] - left) * across), round((inside[3] - top) * down)]
    part = (max(1, place[2] - place[0]), max(1, place[3] - place[1]))
    paper = Image.new("RGB", size, MARGIN)
    paper.paste(image.resize(part, Image.Resampling.LANCZOS, box=inside), (place[0], place[1]))
    return paper


def _encoded(pipe: UnleashPipeline, path: Path, picture: Picture, fit: Fit, changed: bool = False) -> Opened:
    grid = (pipe.blank().width, pipe.vqgan.cell_size, MAX_SIDE)
    given = to_grid(picture.image, fit, *grid)
    box = shown_box(picture.image.size, fit, *grid)
    scale = picture.size[0] / picture.image.width
    left, top, right, bottom = (edge * scale for edge in box)
    finer = photograph(path, (left, top, right, bottom), given.size)
    return Opened(pipe.encode(given), given, picture.size, photograph=finer, changed=changed)
