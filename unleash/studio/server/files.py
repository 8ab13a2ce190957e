"""Files a person opens and saves: pictures, pictures that carry a recipe, recipes."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.document import TokenCanvas
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.canvas.stitching import Axis
from unleash.images.fitting import own_shape
from unleash.images.photographs import Photograph
from unleash.images.reading import picture_size, read
from unleash.images.recipes import carried_recipe, write_png
from unleash.models.protocol import Detail
from unleash.operations.exporting import Wish, enlarged
from unleash.operations.opening import Shown, compare, encode_beside
from unleash.pipeline import UnleashPipeline
from unleash.studio.server.data_urls import data_url, png_url, without
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.kept_pixels import Pixels
from unleash.studio.server.menu import known_as
from unleash.studio.server.runs import Message

_PREVIEW = 1200
"""Pixels on the longer side of a picture that a person chooses a part of."""


def visible(canvas: TokenCanvas) -> np.ndarray:
    """(h, w) what a canvas shows to a person: pins, and beneath the veil of the mask the base."""
    return np.where(canvas.pinned, canvas.pinned_codes, canvas.base)


def result(canvas: TokenCanvas, recipe: Recipe | None) -> np.ndarray:
    """(h, w) the codes of the picture that goes with a canvas: of its run, if it had one."""
    return visible(canvas) if recipe is None or recipe.codes is None else np.array(recipe.codes)


def canvas_message(
    canvas: TokenCanvas,
    image: Image.Image | None,
    recipe: Recipe | None = None,
    other_model: str | None = None,
    original: Image.Image | None = None,
    photograph: Photograph | None = None,
) -> Message:
    """Tell the page to take up a canvas; if it is of ``other_model``, it has no past to go back to.

    ``original``, as large as the picture of the canvas, is what ``image`` was encoded from: the page keeps
    its pixels wherever nothing is painted over them. ``photograph`` is the file, if it has more pixels: the
    page keeps the file too, and sends it along for a save.
    """
    codes = result(canvas, recipe)
    return {
        "kind": "canvas",
        "id": uuid4().hex,  # or the same picture would not be heard twice
        "other_model": other_model,
        "canvas": canvas.to_dict(),
        "cell": None if image is None else image.width // canvas.width,
        "codes": codes.tolist(),
        "image": data_url(image, quality=95) if image else None,
        "recipe": recipe.model_dump(mode="json") if recipe else None,
        "original": png_url(original) if original else None,
        "box": list(photograph.box) if photograph else None,
        "size": list(picture_size(photograph.path)) if photograph else None,
    }


def picture_of(pipe: UnleashPipeline, codes: np.ndarray, detail: Detail = "full") -> Image.Image:
    """The picture of codes (h, w), transparent where they are unknown."""
    unknown = codes == pipe.vqgan.codebook_size
    known = TokenCanvas.from_codes(np.where(unknown, 0, codes), pipe.vqgan.codebook_size)
    image = pipe.render(known, detail)
    return without(image, unknown) if unknown.any() else image


def shown_in(pipe: UnleashPipeline, path: str | Path, recipe: Recipe) -> Shown:
    """What the pixels of a file are, compared with what its recipe makes.

    Raises:
        ValueError: if the picture in the file cannot be read.
    """
    cell, canvas = pipe.vqgan.cell_size, recipe.canvas
    size = (canvas.width * cell, canvas.height * cell)
    return compare(path, recipe, size, lambda: picture_of(pipe, result(canvas, recipe)))


def open_recipe(
    pipe: UnleashPipeline, recipe: Recipe, shown: Shown | None = None, other_model: str | None = None
) -> Message:
    """Tell the page to take up what a recipe gives, with the pixels ``shown`` that were kept in its file."""
    image = picture_of(pipe, result(recipe.canvas, recipe))
    shown = shown or Shown("drawn")
    return canvas_message(recipe.canvas, image, recipe, other_model, shown.own, shown.photograph)


def question(pipe: UnleashPipeline, path: str) -> Message | None:
    """Ask the page how to open a picture whose shape is not the model's; None if it is.

    Less than a pixel of the canvas is no other shape.

    Raises:
        ValueError: if the file holds no picture.
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
    """What to stitch to a canvas: a picture in its own shape, or one that Unleash made as it is.

    Raises:
        ValueError: if the file holds no picture, or its recipe is of another codebook.
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
            raise ValueError(f"the canvas has {MAX_SIDE} cells already: join no more on this side")
        second = encode_beside(pipe, path, meeting, beside, room)
        seen = pipe.render(second.canvas)
        message = canvas_message(second.canvas, seen, original=second.image, photograph=second.photograph)
    return message


def recipe_of(model: str, canvas: TokenCanvas, made: Recipe | None, chosen: Settings) -> Recipe:
    """How the picture on the canvas came about.

    If a run made it and nothing visible was changed since, that run's recipe; else the canvas as it is,
    which is what a run would begin with.
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
    """Write the picture of a recipe, a PNG that carries it, and tell the page to fetch it.

    Raises:
        ValueError: if ``pixels`` to be kept are not as large as the picture, or it cannot be written.
    """
    wish, codes = wish or Wish(), result(recipe.canvas, recipe)
    recipe = recipe.model_copy(update={"kept_pixels": pixels is not None})
    unknown, box = codes == pipe.vqgan.codebook_size, None
    finer = None if pixels is None or unknown.any() else pixels.finer
    if wish.format == "jpeg" and unknown.any():
        raise ValueError("the picture is not finished, and a JPEG has no transparent parts: save it as PNG")
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
    """The picture of codes at ``scale`` times the size of the canvas, and how it became so large."""
    unknown = codes == pipe.vqgan.codebook_size
    known = TokenCanvas.from_codes(np.where(unknown, 0, codes), pipe.vqgan.codebook_size)
    if scale == 1:
        # To be composited with the kept pixels, it must have their size.
        image, how = pipe.render(known, "full" if pixels else recipe.settings.detail), ""
    else:
        image, how = enlarged(lambda detail: pipe.render(known, detail), pipe.vqgan.details, scale)
    image = without(image, unknown) if unknown.any() else image
    return (pixels.under(image, scale) if pixels else image), how


def carry_over(old: UnleashPipeline, new: UnleashPipeline, canvas: TokenCanvas) -> TokenCanvas:
    """A canvas of one model as a canvas of another: the same picture, of as many cells, in the other's codes.

    What is masked stays masked and what is pinned stays pinned, to the code that the other model has
    for what the pin shows. A blank canvas just as large as the old model's grid becomes as large as the new
    one's.
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
