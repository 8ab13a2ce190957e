"""Everything needed to make the same image again, as versioned JSON, also inside a PNG."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import numpy as np
import pydantic_core
from PIL import Image, PngImagePlugin
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictInt,
    ValidationError,
    model_validator,
)

from .bounds import (
    MAX_CODES,
    MAX_FILE,
    MAX_GUIDANCE,
    MAX_LABEL,
    MAX_NAME,
    MAX_SEED,
    MAX_SIDE,
    MAX_STEPS,
    MAX_TEMPERATURE,
    MAX_TEXT,
    MIN_TEMPERATURE,
)
from .canvas import TokenCanvas
from .images.containers import png_text
from .messages import quoted, shortened
from .orders import OrderName, ScheduleName

VERSION: Literal[3] = 3
"""Of the recipes that are written."""

_OLDER = (1, 2)
"""Versions that are read too."""

CHUNK = "unleash"
"""Keyword of the PNG text chunk that carries the recipe."""


class RecipeError(ValueError):
    """A recipe, or a setting of one, that is not right; the message is a single line."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise RecipeError(one_line(error)) from None


def _temperature(value: float) -> float:
    if 0 < value < MIN_TEMPERATURE:
        raise ValueError(f"0, or {MIN_TEMPERATURE:g} to {MAX_TEMPERATURE:g}, not {value:g}")
    return value


Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]
Guidance = Annotated[float, Field(ge=0, le=MAX_GUIDANCE)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
"""JSON of a canvas or a recipe."""


class Settings(_Model):
    """How a canvas is filled."""

    steps: int = Field(default=16, ge=1, le=MAX_STEPS)
    order: OrderName = "halton"
    schedule: ScheduleName = "cosine"
    temperature: Annotated[float, AfterValidator(_temperature)] = Field(default=1.0, ge=0, le=MAX_TEMPERATURE)
    top_k: int | None = Field(default=None, ge=1, le=MAX_CODES)
    top_p: float | None = Field(default=None, gt=0, le=1)
    label: Label | None = None
    guidance_scale: Guidance = 1.0
    correction: float = Field(default=0.0, ge=0, le=0.5)
    seed: int = Field(default=0, ge=0, le=MAX_SEED)

    @property
    def arguments(self) -> dict[str, Any]:
        """As keyword arguments of a pipeline."""
        values = self.model_dump()
        return {"num_inference_steps": values.pop("steps"), **values}

    @property
    def stem(self) -> str:
        """What a file of the picture is called, before its ending: label and seed, as any disk takes them."""
        what = re.sub(r"[^\w-]+", "-", self.label or "picture")[:40]
        return f"{what}-{self.seed}"

    def numbered(self, picture: int) -> Settings:
        """The settings of one of several pictures, counted from 0: seeds count up, after the last from 0."""
        return self.model_copy(update={"seed": (self.seed + picture) % (MAX_SEED + 1)})


BEST = Settings(steps=16, temperature=0.8, top_p=0.9, correction=0.25)
"""What measured best with the bundled model, as its card tells; the studio begins with it. Less likely codes
than these 90 % are where most of what looks wrong comes from."""


def _canvas(value: Any) -> TokenCanvas:
    return value if isinstance(value, TokenCanvas) else TokenCanvas.from_dict(value)


def _rows(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _upgraded(version: Any) -> Any:
    return VERSION if version in _OLDER else version


CanvasField = Annotated[TokenCanvas, PlainValidator(_canvas), PlainSerializer(TokenCanvas.to_dict)]
_Row = Annotated[tuple[StrictInt, ...], Field(max_length=MAX_SIDE)]
Codes = Annotated[tuple[_Row, ...], Field(max_length=MAX_SIDE), BeforeValidator(_rows)]


class Recipe(_Model):
    """Model, start canvas and settings, and the codes that they gave.

    Attributes:
        version: of this format. 2 added the canvas' rules, 3 the correction; older ones are read as 3.
        model: what ``UnleashPipeline.from_pretrained`` was given.
        canvas: as it was before the run.
        settings: of the run.
        codes: (h, w) the result, rows of codes; None if it was not run yet.
    """

    version: Annotated[Literal[3], BeforeValidator(_upgraded)] = VERSION
    model: str = Field(min_length=1, max_length=MAX_NAME)
    canvas: CanvasField
    settings: Settings = Settings()
    codes: Codes | None = None

    @model_validator(mode="after")
    def _codes_fill_the_canvas(self) -> Recipe:
        _ = self.result
        return self

    @property
    def result(self) -> TokenCanvas | None:
        """The canvas after the run."""
        return None if self.codes is None else self.canvas.filled(self.codes)

    def to_json(self) -> str:
        """The recipe as a line of JSON."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """Read what :meth:`to_json` wrote; the text may come from anyone."""
        return cls.from_dict(read_json(text))

    @classmethod
    def from_dict(cls, data: Any) -> Recipe:
        """The recipe in the types of JSON; the data may come from anyone."""
        if not isinstance(data, dict) or "version" not in data:
            raise RecipeError(f'this JSON is no recipe: a recipe is an object with "version": {VERSION}')
        if data["version"] not in (*_OLDER, VERSION):
            known = f"this app reads versions 1 to {VERSION}"
            raise RecipeError(f"recipe version {quoted(data['version'])} is not known: {known}")
        return cls(**data)


def read_json(text: str | bytes) -> dict[str, Any]:
    """The object in the JSON of a recipe or a canvas; the text may come from anyone.

    Raises:
        RecipeError: if it is too long, or is something else.
    """
    if len(text) > MAX_TEXT:
        raise RecipeError(f"a recipe or a canvas has at most {MAX_TEXT:,} characters, not {len(text):,}")
    try:
        data = pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise RecipeError(shortened(f"this is no recipe or canvas, since it is not JSON: {error}")) from None
    if not isinstance(data, dict):
        raise RecipeError(f"a recipe or a canvas is a JSON object, not {quoted(data)}")
    return data


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


def carries_recipe(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a PNG that :func:`write_png` wrote; anything else, readable or not, is not."""
    try:
        with Path(path).open("rb") as file:
            return png_text(file, CHUNK, MAX_TEXT) is not None
    except (OSError, ValueError):
        return False


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


def one_line(error: ValidationError) -> str:
    """The first of pydantic's complaints: where, what is wrong, what it got."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] not in ("value_error", "missing"):
        message = f"{message[0].lower()}{message[1:]}, not {quoted(first['input'])}"
    return shortened(f"{where:.60}: {message}" if where else message)
