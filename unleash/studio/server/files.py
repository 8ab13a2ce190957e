"""Opening and saving files: pictures, with or without a recipe, and recipes."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Region, Settings
from unleash.canvas.stitching import Axis
from unleash.images.fitting import own_shape
from unleash.images.photographs import Photograph
from unleash.images.reading import picture_size, read
from unleash.images.recipes import carried_recipe, write_png
from unleash.operations.exporting import Wish, enlarged
from unleash.operations.opening import Shown, compare, encode_beside
from unleash.studio.server.data_urls import data_url, png_url, without
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.kept_pixels import Pixels
from unleash.studio.server.menu import known_as
from unleash.studio.server.runs import Message

if TYPE_CHECKING:
    from unleash.models.protocol import Detail
    from unleash.pipeline import UnleashPipeline

_PREVIEW = 1200
"""Maximum side of the preview of a picture to crop, in pixels."""


def visible(canvas: TokenCanvas) -> np.ndarray:
    """(h, w) the codes that a canvas shows on the page: pins, else the base, also below the mask."""
    return np.where(canvas.pinned, canvas.pinned_codes, canvas.base)


def result(canvas: TokenCanvas, recipe: Recipe | None) -> np.ndarray:
    """(h, w) the codes of a canvas's picture: the result of its run, if there was one."""
    return visible(canvas) if recipe is None or recipe.codes is None else np.array(recipe.codes)


def canvas_message(
    canvas: TokenCanvas,
    image: Image.Image | None,
    recipe: Recipe | None = None,
    other_model: str | None = None,
    original: Image.Image | None = None,
    photograph: Photograph | None = None,
    regions: Iterable[Region] = (),
) -> Message:
    """A message that puts a canvas on the page, without undo if it is of ``other_model``.

    ``original``, as large as the canvas's picture, is the image that was encoded: the page keeps
    its pixels wherever nothing is painted. ``photograph`` is the file, if it has more pixels: the
    page keeps the file as well, and sends it to save.
    """
    codes = result(canvas, recipe)
    return {
        "kind": "canvas",
        "id": uuid4().hex,  # or opening the same picture twice would not trigger an event
        "other_model": other_model,
        "canvas": canvas.to_dict(),
        "cell": None if image is None else image.width // canvas.width,
        "codes": codes.tolist(),
        "image": data_url(image, quality=95) if image else None,
        "recipe": recipe.model_dump(mode="json") if recipe else None,
        "original": png_url(original) if original else None,
        "box": list(photograph.box) if photograph else None,
        "size": list(picture_size(photograph.path)) if photograph else None,
        "regions": [region.model_dump(mode="json") for region in regions],
    }


def paintable(pipe: UnleashPipeline, regions: Iterable[Region]) -> list[Region]:
    """The regions that show what the model can be asked for."""
    return [region for region in regions if pipe.conditioning == "text" or region.shows in pipe.labels]


def picture_of(pipe: UnleashPipeline, codes: np.ndarray, detail: Detail = "full") -> Image.Image:
    """The picture of codes (h, w), transparent where unknown."""
    unknown = codes == pipe.vqgan.codebook_size
    known = TokenCanvas.from_codes(np.where(unknown, 0, codes), pipe.vqgan.codebook_size)
    image = pipe.render(known, detail)
    return without(image, unknown) if unknown.any() else image


def shown_in(pipe: UnleashPipeline, path: str | Path, recipe: Recipe) -> Shown:
    """Compares the pixels of a file with the result of its recipe.

    Raises:
        ValueError: if the picture in the file cannot be read.
    """
    cell, canvas = pipe.vqgan.cell_size, recipe.canvas
    size = (canvas.width * cell, canvas.height * cell)
    return compare(path, recipe, size, lambda: picture_of(pipe, result(canvas, recipe)))


def open_recipe(
    pipe: UnleashPipeline, recipe: Recipe, shown: Shown | None = None, other_model: str | None = None
) -> Message:
    """A message that opens the result of a recipe on the page, with the kept pixels in ``shown``."""
    image = picture_of(pipe, result(recipe.canvas, recipe))
    shown = shown or Shown("drawn")
    regions = paintable(pipe, recipe.settings.regions)
    return canvas_message(recipe.canvas, image, recipe, other_model, shown.own, shown.photograph, regions)


def question(pipe: UnleashPipeline, path: str) -> Message | None:
    """A message that asks how to open a picture; None if it has the model's shape.

    A difference of less than one pixel of the canvas is ignored.

    Raises:
        ValueError: if the file is not a picture.
    """
    width, height = picture_size(path)
    cells, cell = pipe.blank().width, pipe.vqgan.cell_size
    if abs(width - height) * cells * cell < max(width, height):
        return None
    picture = read(path)
    (across, down), _ = own_shape(picture.size, cell, cells, MAX_SIDE)
    picture.image.thumbnail((_PREVIEW, _PREVIEW))
    return {
        "kind": "choose",
        "id": uuid4().hex,
        "preview": data_url(picture.image),
        "width": width,
        "height": height,
        "columns": across // cell,
        "rows": down // cell,
    }


def second_picture(pipe: UnleashPipeline, path: str, canvas: TokenCanvas, axis: Axis) -> Message:
    """A picture to stitch to a canvas: in its own aspect ratio, or unchanged if Unleash made it.

    Raises:
        ValueError: if the file is not a picture, or its recipe has another codebook.
    """
    recipe = carried_recipe(path)
    shown = None
    if recipe is not None and recipe.canvas.codebook_size == canvas.codebook_size:
        shown = shown_in(pipe, path, recipe)
    changed = shown is not None and shown.kind == "changed"
    if recipe is not None and recipe.canvas.base.shape == canvas.base.shape and not changed:
        if recipe.canvas.codebook_size != canvas.codebook_size:
            raise ValueError(
                f"the second picture has {recipe.canvas.codebook_size} codes, this model "
                f"{canvas.codebook_size}: open it with the model that made it"
            )
        message = open_recipe(pipe, recipe, shown)
    else:
        beside = axis == "horizontal"
        meeting = canvas.height if beside else canvas.width
        room = MAX_SIDE - (canvas.width if beside else canvas.height)
        if room < 1:
            raise ValueError(f"the canvas already has {MAX_SIDE} cells in this direction, the maximum")
        second = encode_beside(pipe, path, meeting, beside, room)
        seen = pipe.render(second.canvas)
        message = canvas_message(second.canvas, seen, original=second.image, photograph=second.photograph)
    return message


def recipe_of(model: str, canvas: TokenCanvas, made: Recipe | None, chosen: Settings) -> Recipe:
    """The recipe of the picture on the canvas.

    If a run made it and nothing visible has changed since, that run's recipe; else one with the current
    canvas, with which a run would start.
    """
    shown = visible(canvas)
    if made is not None and made.codes is not None and np.array_equal(made.codes, shown):
        return made
    whole = (shown != canvas.mask_token).all()
    codes = shown.tolist() if whole else None
    return Recipe(model=known_as(model), canvas=canvas, settings=chosen, codes=codes)


def save(
    pipe: UnleashPipeline, recipe: Recipe, pixels: Pixels | None = None, wish: Wish | None = None
) -> Message:
    """Write the picture of a recipe, as a PNG with the recipe in it, and a message to download it.

    Raises:
        ValueError: if the ``pixels`` to keep have another size than the picture, or it cannot be written.
    """
    wish, codes = wish or Wish(), result(recipe.canvas, recipe)
    recipe = recipe.model_copy(update={"kept_pixels": pixels is not None})
    unknown, box = codes == pipe.vqgan.codebook_size, None
    finer = None if pixels is None or unknown.any() else pixels.finer
    if wish.format == "jpeg" and unknown.any():
        raise ValueError("the picture is not finished, and a JPEG cannot be transparent: save it as PNG")
    if pixels is not None and finer is not None:
        image, box = pixels.over(finer, picture_of(pipe, codes)), finer.box
        alone = isinstance(finer, Photograph)
        how = "as large as the picture you opened" if alone else "at the resolution of the picture you opened"
    else:
        image, how = _drawn(pipe, recipe, codes, pixels, wish.scale)
    file = BytesIO()
    if wish.format == "png":
        write_png(image, recipe, file, box)
    else:
        image.save(file, "JPEG", quality=95, subsampling=0)
    times = f"-{wish.scale}x" if wish.scale > 1 and finer is None else ""
    name = f"unleash-{recipe.settings.stem}{times}.{'png' if wish.format == 'png' else 'jpg'}"
    said = f"Saved at {image.width}×{image.height} pixels" + (f", {how}." if how else ".")
    return {"kind": "file", "file": to_fetch(file.getvalue(), name).model_dump(), "name": name, "said": said}


def _drawn(
    pipe: UnleashPipeline, recipe: Recipe, codes: np.ndarray, pixels: Pixels | None, scale: int
) -> tuple[Image.Image, str]:
    """The picture of codes at ``scale`` times the size of the canvas, and how it was enlarged."""
    unknown = codes == pipe.vqgan.codebook_size
    known = TokenCanvas.from_codes(np.where(unknown, 0, codes), pipe.vqgan.codebook_size)
    if scale == 1:
        # Compositing with the kept pixels needs their size.
        image, how = pipe.render(known, "full" if pixels else recipe.settings.detail), ""
    else:
        image, how = enlarged(lambda detail: pipe.render(known, detail), pipe.vqgan.details, scale)
    image = without(image, unknown) if unknown.any() else image
    return (pixels.under(image, scale) if pixels else image), how


def carry_over(old: UnleashPipeline, new: UnleashPipeline, canvas: TokenCanvas) -> TokenCanvas:
    """A canvas of one model converted to another: the same picture and size, in the other model's codes.

    Masked cells stay masked and pinned cells stay pinned, to the other model's code
    for the same pixels. A blank canvas of the old model's grid size gets the new
    model's grid size.
    """
    shown = visible(canvas)
    unknown = shown == canvas.mask_token
    if unknown.all() and canvas.base.shape == old.blank().base.shape:
        return new.blank()
    picture = old.render(TokenCanvas.from_codes(np.where(unknown, 0, shown), canvas.codebook_size))
    cell, size = new.vqgan.cell_size, new.vqgan.codebook_size
    codes = new.encode(picture.resize((canvas.width * cell, canvas.height * cell))).codes
    return TokenCanvas(
        np.where(unknown, size, codes), canvas.masked, np.where(canvas.pinned, codes, size), size
    )
