"""How a canvas is filled: every setting of the sampling, with its bounds."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from unleash.canvas.bounds import (
    MAX_CODES,
    MAX_GUIDANCE,
    MAX_LABEL,
    MAX_SEED,
    MAX_STEPS,
    MAX_TEMPERATURE,
    MAX_TEXT,
    MIN_TEMPERATURE,
)
from unleash.canvas.messages import quoted, shortened

OrderName = Literal["random", "confidence", "halton", "entropy", "raster"]
ScheduleName = Literal["linear", "cosine", "arccos"]


class RecipeError(ValueError):
    """A recipe, or a setting of one, that is not right; the message is a single line."""


class Checked(BaseModel):
    """An immutable value of checked fields; a bad one is a `RecipeError`."""

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


class Settings(Checked):
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

    def changed(self, **options: Any) -> Settings:
        """These settings with others in their place, one by one; None, where it is no value, changes nothing.

        ``num_inference_steps`` is what diffusers calls ``steps``.

        Raises:
            RecipeError: if there is no such setting, or a value is out of range.
        """
        if "num_inference_steps" in options:
            options["steps"] = options.pop("num_inference_steps")
        given = {name: value for name, value in options.items() if value is not None or name in _MAY_BE_NONE}
        return type(self)(**self.model_dump() | given)

    def numbered(self, picture: int) -> Settings:
        """The settings of one of several pictures, counted from 0: seeds count up, after the last from 0."""
        return self.model_copy(update={"seed": (self.seed + picture) % (MAX_SEED + 1)})


_MAY_BE_NONE = {name for name, field in Settings.model_fields.items() if field.default is None}

BEST = Settings(steps=16, temperature=0.8, top_p=0.9, correction=0.25)
"""What measured best with the bundled model, as its card tells; the studio begins with it. Less likely codes
than these 90 % are where most of what looks wrong comes from."""


def one_line(error: ValidationError) -> str:
    """The first of pydantic's complaints: where, what is wrong, what it got."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] not in ("value_error", "missing"):
        message = f"{message[0].lower()}{message[1:]}, not {quoted(first['input'])}"
    return shortened(f"{where:.60}: {message}" if where else message)
