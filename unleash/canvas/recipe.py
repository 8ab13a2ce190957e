"""Everything needed to make the same image again, as versioned JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import pydantic_core
from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictInt,
    model_validator,
)

from unleash.canvas.bounds import (
    MAX_NAME,
    MAX_SIDE,
    MAX_TEXT,
)
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted, shortened
from unleash.canvas.settings import RENAMED, Checked, RecipeError, Settings

VERSION: Literal[4] = 4
"""Of the recipes that are written."""

_OLDER = (1, 2, 3)
"""Versions that are read too."""


def _canvas(value: Any) -> TokenCanvas:
    return value if isinstance(value, TokenCanvas) else TokenCanvas.from_dict(value)


def _rows(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _upgraded(version: Any) -> Any:
    return VERSION if version in _OLDER else version


CanvasField = Annotated[TokenCanvas, PlainValidator(_canvas), PlainSerializer(TokenCanvas.to_dict)]
_Row = Annotated[tuple[StrictInt, ...], Field(max_length=MAX_SIDE)]
Codes = Annotated[tuple[_Row, ...], Field(max_length=MAX_SIDE), BeforeValidator(_rows)]


class Recipe(Checked):
    """Model, start canvas and settings, and the codes that they gave.

    Attributes:
        version: of this format. 2 added the canvas' rules, 3 the correction, 4 the kept pixels; older
            ones are read as 4.
        model: what ``UnleashPipeline.from_pretrained`` was given.
        canvas: as it was before the run.
        settings: of the run.
        codes: (h, w) the result, rows of codes; None if it was not run yet.
        kept_pixels: whether the picture has pixels of one that was opened, around what was painted; None if
            that was not recorded, as before version 4.
    """

    version: Annotated[Literal[4], BeforeValidator(_upgraded)] = VERSION
    model: str = Field(min_length=1, max_length=MAX_NAME)
    canvas: CanvasField
    settings: Settings = Settings()
    codes: Codes | None = None
    kept_pixels: bool | None = False

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
        if data["version"] in _OLDER:
            data = {"kept_pixels": None, **data}
            if isinstance(settings := data.get("settings"), dict):
                data["settings"] = {RENAMED.get(name, name): value for name, value in settings.items()}
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
