"""Recipes in files: JSON, or a PNG that carries one beside its pixels."""

import os
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, PngImagePlugin

from unleash.canvas.bounds import MAX_FILE, MAX_TEXT
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import RecipeError
from unleash.images.containers import png_text

CHUNK = "unleash"
"""Keyword of the PNG text chunk that carries the recipe."""


def write_png(image: Image.Image, recipe: Recipe, target: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write ``image`` as a PNG that carries its recipe, to a path or a binary file."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text(CHUNK, recipe.to_json())
    image.save(target, format="PNG", pnginfo=chunks)


def read_recipe(source: str | os.PathLike[str] | bytes) -> Recipe:
    """The recipe in a JSON file or a PNG that :func:`write_png` wrote, from a path or the file's bytes."""
    data = source if isinstance(source, bytes) else _read(Path(source))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Recipe.from_json(_text_chunk(data))
    try:
        text = data[: MAX_TEXT + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecipeError("this file is no recipe: JSON or a PNG made by Unleash is needed") from None
    return Recipe.from_json(text)


def carried_recipe(path: str | os.PathLike[str]) -> Recipe | None:
    """The recipe in a JSON file or in a PNG; None if the file is something else, a picture perhaps.

    Raises:
        RecipeError: if it is JSON but no recipe, or its recipe is broken.
    """
    if Path(path).suffix.lower() == ".json":
        return read_recipe(path)
    try:
        with Path(path).open("rb") as file:
            text = png_text(file, CHUNK, MAX_TEXT)
    except (OSError, ValueError):  # What is wrong with a picture will be said when it is read as one.
        return None
    return None if text is None else Recipe.from_json(text)


def _read(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > MAX_FILE:
            raise RecipeError(
                f"{path} has {size:,} bytes: a recipe or a PNG with one has at most {MAX_FILE:,}"
            )
        return path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from None


def _text_chunk(data: bytes) -> str:
    """The recipe's JSON in a PNG, without decoding a pixel."""
    try:
        text = png_text(BytesIO(data), CHUNK, MAX_TEXT)
    except ValueError as error:
        raise RecipeError(f"the PNG cannot be read: {error}") from None
    if text is None:
        raise RecipeError(f"this PNG carries no recipe: it has no text chunk {CHUNK!r}, as Unleash writes")
    return text
