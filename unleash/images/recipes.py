"""Recipes in files: as JSON, or in a PNG's metadata."""

import os
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, PngImagePlugin

from unleash.canvas.bounds import MAX_FILE, MAX_TEXT
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import RecipeError
from unleash.images.containers import png_text
from unleash.writing import whole_file

CHUNK = "unleash"
"""Keyword of the PNG text chunk with the recipe."""


def write_png(image: Image.Image, recipe: Recipe, target: str | os.PathLike[str] | IO[bytes]) -> None:
    """Writes ``image`` with its recipe as a PNG, to a path or a binary file.

    Raises:
        NotWrittenError: a ``ValueError``, if the file cannot be written; an existing one is left unchanged.
    """
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text(CHUNK, recipe.to_json())
    if isinstance(target, str | os.PathLike):
        with whole_file(target) as part:
            image.save(part, format="PNG", pnginfo=chunks)
    else:
        image.save(target, format="PNG", pnginfo=chunks)


def read_recipe(source: str | os.PathLike[str] | bytes) -> Recipe:
    """Reads the recipe in a JSON file or a PNG by :func:`write_png`, from a path or the file's bytes.

    Raises:
        RecipeError: if the file cannot be read or contains no valid recipe.
    """
    data = source if isinstance(source, bytes) else _read(Path(source))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Recipe.from_json(_text_chunk(data))
    try:
        text = data[: MAX_TEXT + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecipeError("this file is not a recipe; expected JSON or a PNG made by Unleash") from None
    return Recipe.from_json(text)


def carried_recipe(path: str | os.PathLike[str]) -> Recipe | None:
    """The recipe in a JSON file or in a PNG's metadata; None for a file of another kind.

    Raises:
        RecipeError: if a JSON file contains no recipe, or the recipe is invalid.
    """
    if Path(path).suffix.lower() == ".json":
        return read_recipe(path)
    try:
        with Path(path).open("rb") as file:
            text = png_text(file, CHUNK, MAX_TEXT)
    except (OSError, ValueError):  # Reading the picture will report the error.
        return None
    return None if text is None else Recipe.from_json(text)


def _read(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > MAX_FILE:
            raise RecipeError(
                f"{path} has {size:,} bytes; a recipe, or a PNG with one, may have at most {MAX_FILE:,}"
            )
        return path.read_bytes()
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from None


def _text_chunk(data: bytes) -> str:
    """The JSON of the recipe in a PNG, without decoding pixels."""
    try:
        text = png_text(BytesIO(data), CHUNK, MAX_TEXT)
    except ValueError as error:
        raise RecipeError(f"the PNG cannot be read: {error}") from None
    if text is None:
        raise RecipeError(f"this PNG contains no recipe (no text chunk {CHUNK!r}); use one made by Unleash")
    return text
