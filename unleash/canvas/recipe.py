"""Recipes: everything needed to reproduce an image, as versioned JSON."""

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
"""Version of newly written recipes."""

_OLDER = (1, 2, 3)
"""Older versions that can still be read."""


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
    """The model, initial canvas and settings of a run, and the resulting codes.

    Attributes:
        version: of the format. 2 added rules, 3 the correction, 4 the kept pixels; older recipes are read
            as 4.
        model: the argument of ``UnleashPipeline.from_pretrained``.
        canvas: before the run.
        settings: of the run.
        codes: (h, w), the result as rows of codes; None before the run.
        kept_pixels: whether the picture keeps pixels of an opened picture around the repainted area; None if
            unknown, as in recipes before version 4.
        engine: that computed the run; another may draw other codes in rare cells. None if unknown.
    """

    version: Annotated[Literal[4], BeforeValidator(_upgraded)] = VERSION
    model: str = Field(min_length=1, max_length=MAX_NAME)
    canvas: CanvasField
    settings: Settings = Settings()
    codes: Codes | None = None
    kept_pixels: bool | None = False
    engine: str | None = Field(default=None, min_length=1, max_length=MAX_NAME)

    @model_validator(mode="after")
    def _codes_fill_the_canvas(self) -> Recipe:
        _ = self.result
        return self

    @property
    def result(self) -> TokenCanvas | None:
        """The canvas after the run."""
        return None if self.codes is None else self.canvas.filled(self.codes)

    def to_json(self) -> str:
        """The recipe as one line of JSON."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """The recipe written by :meth:`to_json`, from untrusted text.

        Raises:
            RecipeError: if the text is not a valid recipe.
        """
        return cls.from_dict(read_json(text))

    @classmethod
    def from_dict(cls, data: Any) -> Recipe:
        """The recipe in parsed, untrusted JSON.

        Raises:
            RecipeError: if the data are not a valid recipe.
        """
        if not isinstance(data, dict) or "version" not in data:
            raise RecipeError(f'this JSON is not a recipe; expected an object with "version": {VERSION}')
        if data["version"] not in (*_OLDER, VERSION):
            known = f"this app reads versions 1 to {VERSION}"
            raise RecipeError(f"recipe version {quoted(data['version'])} is not supported; {known}")
        if data["version"] in _OLDER:
            data = {"kept_pixels": None, **data}
            if isinstance(settings := data.get("settings"), dict):
                data["settings"] = {RENAMED.get(name, name): value for name, value in settings.items()}
        return cls(**data)


def read_json(text: str | bytes) -> dict[str, Any]:
    """Parses the JSON object of a recipe or canvas from untrusted text.

    Raises:
        RecipeError: if the text is too long, or is not a JSON object.
    """
    if len(text) > MAX_TEXT:
        raise RecipeError(f"a recipe or canvas may have at most {MAX_TEXT:,} characters, not {len(text):,}")
    try:
        data = pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise RecipeError(shortened(f"expected a recipe or canvas, but this is not JSON: {error}")) from None
    if not isinstance(data, dict):
        raise RecipeError(f"a recipe or canvas must be a JSON object, not {quoted(data)}")
    return data
