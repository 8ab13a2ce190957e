"""Recipes in files: as JSON, or in a PNG's metadata."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO

from PIL import Image, PngImagePlugin

from unleash.canvas.bounds import MAX_TEXT
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import RecipeError
from unleash.images.containers.png import png_text
from unleash.images.fitting import Box, checked_box
from unleash.images.reading import pixel_digest
from unleash.writing import whole_file

CHUNK = "unleash"
"""Keyword of the PNG text chunk with the recipe."""

STAMP = "unleash-pixels"
"""Keyword of the PNG text chunk with the stamp."""

_LARGE = 4_000_000
"""Pixels from which a PNG is compressed less: a photograph would take ten seconds."""


@dataclass(frozen=True)
class Stamp:
    """What a PNG by Unleash says about its own pixels.

    Attributes:
        digest: as :func:`~unleash.images.reading.pixel_digest`; another one shows that they were changed.
        box: the part of the picture that the canvas shows; None: all of it.
    """

    digest: str
    box: Box | None = None

    def to_json(self) -> str:
        """The stamp as one line of JSON."""
        return json.dumps({"sha256": self.digest, "box": self.box})

    @classmethod
    def from_json(cls, text: str) -> Stamp | None:
        """The stamp written by :meth:`to_json`, from untrusted text; None if it is not valid."""
        try:
            data = json.loads(text)
            digest, box = data["sha256"], data["box"]
            return cls(str(digest), None if box is None else checked_box(box))
        except (ValueError, TypeError, KeyError):
            return None


def write_png(
    image: Image.Image,
    recipe: Recipe,
    target: str | os.PathLike[str] | IO[bytes],
    box: Box | None = None,
) -> None:
    """Writes ``image`` with its recipe as a PNG, to a path or a binary file.

    Args:
        image: RGB, or RGBA where cells are unknown; a colour profile in its ``info`` is written too.
        recipe: of the canvas.
        target: where to write.
        box: the part of ``image`` that the canvas shows; None: all of it.

    Raises:
        NotWrittenError: a ``ValueError``, if the file cannot be written; an existing one is left unchanged.
    """
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text(CHUNK, recipe.to_json())
    chunks.add_text(STAMP, Stamp(pixel_digest(image), box).to_json())
    options: dict[str, Any] = {"format": "PNG", "pnginfo": chunks}
    if image.width * image.height > _LARGE:
        options["compress_level"] = 3
    if isinstance(target, str | os.PathLike):
        with whole_file(target) as part:
            image.save(part, **options)
    else:
        image.save(target, **options)


def read_stamp(path: str | os.PathLike[str]) -> Stamp | None:
    """The stamp in a PNG; None without a valid one."""
    try:
        with Path(path).open("rb") as file:
            text = png_text(file, STAMP, 1000)
    except (OSError, ValueError):
        return None
    return None if text is None else Stamp.from_json(text)


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
    """The JSON of a recipe, reading no more than a recipe may have, and no pixels of a PNG."""
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
