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
from unleash.images.compositing import Mask
from unleash.images.fitting import MARGIN, Box, Crop, Fit, centred, crop_box, shown_box, to_grid
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
        crop: the box of the requested part, in pixels of the picture; None: all of it.
        shown: the box that the canvas shows, in pixels of the picture; None if a recipe was used.
    """

    canvas: TokenCanvas
    image: Image.Image
    size: tuple[int, int]
    drawn: bool = False
    label: str | None = None
    photograph: Photograph | None = None
    changed: bool = False
    crop: tuple[int, int, int, int] | None = None
    shown: Box | None = None

    @property
    def cut(self) -> bool:
        """Whether a cell or more of the picture, or of the requested part, is not on the canvas."""
        if self.shown is None:
            return False
        wanted = self.crop or (0, 0, *self.size)
        cell = (self.shown[2] - self.shown[0]) / self.canvas.width
        lost = (
            wanted[2] - wanted[0] - self.shown[2] + self.shown[0],
            wanted[3] - wanted[1] - self.shown[3] + self.shown[1],
        )
        return max(lost) >= cell

    def cropped(self, mask: Mask) -> Mask:
        """A mask (H, W) of the picture's size, or reduced like it, cropped like the picture."""
        if self.crop is None:
            return mask
        scale = mask.shape[1] / self.size[0]
        left, top, right, bottom = (round(edge * scale) for edge in self.crop)
        return mask[top : max(bottom, top + 1), left : max(right, left + 1)]

    @property
    def cell_size(self) -> int:
        """Side of a cell in pixels."""
        return self.image.width // self.canvas.width


def open_picture(
    pipe: UnleashPipeline, model: str, path: Path, fit: Fit = "crop", crop: Crop | None = None
) -> Opened:
    """Opens a picture: by its recipe if this model made it, else as :func:`encode_picture`.

    A recipe is not used if the picture was changed since, for instance painted over, or if only a part of it
    is opened.

    Args:
        pipe: the model's pipeline.
        model: its name in recipes.
        path: a picture file.
        fit: how a picture not made by the model is fitted to it.
        crop: the part to open, which is then fitted; None: all of it.

    Raises:
        ValueError: if the file is not a picture, its recipe is invalid, or the crop is not within it.
    """
    if crop is not None:
        return encode_picture(pipe, path, fit, crop)
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


def encode_picture(
    pipe: UnleashPipeline, path: str | Path, fit: Fit = "crop", crop: Crop | None = None
) -> Opened:
    """Encodes the picture in a file, ignoring any recipe.

    Args:
        pipe: the model's pipeline.
        path: a picture file.
        fit: how it is fitted to the model.
        crop: the part to open, which is then fitted; None: all of it.

    Raises:
        ValueError: if the file is not a picture, or the crop is not within it.
    """
    return _encoded(pipe, Path(path), read(path), fit, crop=crop)


def encode_beside(pipe: UnleashPipeline, path: str | Path, meeting: int, beside: bool, room: int) -> Opened:
    """Encodes the picture in a file in its own aspect ratio, to be joined to another.

    Args:
        pipe: the model's pipeline.
        path: a picture file.
        meeting: length in cells of the side where they meet.
        beside: whether it is joined on the left or right, else above or below.
        room: maximum length of its other side in cells; a longer picture is cropped on both ends.

    Raises:
        ValueError: if the file is not a picture.
    """
    picture, cell = read(path), pipe.vqgan.cell_size
    width, height = picture.image.size
    ratio = width / height if beside else height / width
    along = min(max(1, round(meeting * ratio)), room)
    shape = (along * cell, meeting * cell) if beside else (meeting * cell, along * cell)
    box = centred(picture.image.size, shape)
    given = picture.image.resize(shape, Image.Resampling.LANCZOS, box=box)
    scale = picture.size[0] / width
    left, top, right, bottom = (edge * scale for edge in box)
    shown = (left, top, right, bottom)
    photo = photograph(Path(path), shown, shape)
    return Opened(pipe.encode(given), given, picture.size, photograph=photo, shown=shown)


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


def _encoded(
    pipe: UnleashPipeline,
    path: Path,
    picture: Picture,
    fit: Fit,
    changed: bool = False,
    crop: Crop | None = None,
) -> Opened:
    grid = (pipe.blank().width, pipe.vqgan.cell_size, MAX_SIDE)
    box = None if crop is None else crop_box(crop, picture.size)
    scale = picture.size[0] / picture.image.width  # more than 1 if it was reduced when read
    image, x, y = picture.image, 0, 0
    if box is not None:
        x, y, *end = (round(edge / scale) for edge in box)
        image = image.crop((x, y, max(end[0], x + 1), max(end[1], y + 1)))
    given = to_grid(image, fit, *grid)
    left, top, right, bottom = shown_box(image.size, fit, *grid)
    shown = ((x + left) * scale, (y + top) * scale, (x + right) * scale, (y + bottom) * scale)
    return Opened(
        pipe.encode(given),
        given,
        picture.size,
        photograph=photograph(path, shown, given.size),
        changed=changed,
        crop=box,
        shown=shown,
    )
