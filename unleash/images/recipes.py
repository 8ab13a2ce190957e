"""Recipes in files: as JSON, or in a PNG's metadata."""

import os
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from PIL import Image, PngImagePlugin

from unleash.canvas.bounds import MAX_TEXT
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
    if isinstance(source, bytes):
        return Recipe.from_json(_text(BytesIO(source)))
    try:
        with Path(source).open("rb") as file:
            return Recipe.from_json(_text(file))
    except OSError as error:
        raise RecipeError(f"{source} cannot be read: {error.strerror}") from None


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


def _text(file: BinaryIO) -> str:
    """The JSON of a recipe, of which no more is read than a recipe may have; of a PNG, no pixels."""
    head = file.read(8)
    file.seek(0)
    if head == b"\x89PNG\r\n\x1a\n":
        return _text_chunk(file)
    try:
        return file.read(MAX_TEXT + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecipeError("this file is not a recipe; expected JSON or a PNG made by Unleash") from None


def _text_chunk(file: BinaryIO) -> str:
    """The JSON of the recipe in a PNG."""
    try:
        text = png_text(file, CHUNK, MAX_TEXT)
    except ValueError as error:
        raise RecipeError(f"the PNG cannot be read: {error}") from None
    if text is None:
        raise RecipeError(f"this PNG contains no recipe (no text chunk {CHUNK!r}); use one made by Unleash")
    return text
