"""The sampling settings, with their bounds, descriptions and controls.

Command, endpoints and page derive their options from these fields.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from unleash.canvas.bounds import (
    MAX_CELLS,
    MAX_CODES,
    MAX_GUIDANCE,
    MAX_LABEL,
    MAX_PROMPT,
    MAX_REGIONS,
    MAX_SEED,
    MAX_SIDE,
    MAX_STEPS,
    MAX_TEMPERATURE,
    MAX_TEXT,
    MIN_TEMPERATURE,
)
from unleash.canvas.messages import quoted, shortened

OrderName = Literal["random", "confidence", "halton", "entropy", "moment", "raster"]
ScheduleName = Literal["linear", "cosine", "arccos", "information"]
CorrectionName = Literal["oldest", "confidence"]
FinishName = Literal["full", "large"]
EngineName: TypeAlias = str
"""What computes a model: ``torch``, ``openvino``, ``auto`` for the faster one on this machine, or
``ray://HOST:PORT`` for what `unleash serve-models` serves there."""

SCHEME = "ray://"
"""What the name of an engine on other machines begins with."""

Shown = TypeVar("Shown")


def check_engine(name: str) -> None:
    """Checks that this is an :data:`EngineName`.

    Raises:
        ValueError: if it is not.
    """
    remote = re.fullmatch(r"ray://[^\s/@?#]+:(\d{1,5})", name)
    if name not in ("auto", "torch", "openvino") and not (remote and int(remote[1]) < 2**16):
        raise ValueError(
            f"there is no engine {quoted(name)}: choose auto, torch, openvino or ray://HOST:PORT"
        )


class RecipeError(ValueError):
    """An invalid recipe or setting; the message is a single line."""


class Checked(BaseModel):
    """An immutable value with validated fields; raises `RecipeError`."""

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
Prompt = Annotated[str, Field(min_length=1, max_length=MAX_PROMPT)]
Guidance = Annotated[float, Field(ge=0, le=MAX_GUIDANCE)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
"""JSON of a canvas or a recipe."""


@dataclass(frozen=True)
class Slider:
    """The slider of a number: from ``low`` to ``high`` in steps.

    The bounds of the setting may be wider, for programs. ``off`` is the end that means None.
    """

    low: float
    high: float
    step: float
    off: float | None = None


@dataclass(frozen=True, eq=False)  # annotations must be hashable
class Choices:
    """The names of a setting's values in a menu."""

    names: Mapping[str, str]


_ORDERS = Choices(
    {
        "halton": "Halton: spread evenly",
        "confidence": "Confidence: surest codes first",
        "entropy": "Entropy: surest cells first",
        "moment": "Moment: surest cells, some by chance",
        "random": "Random: as in the paper",
        "raster": "Raster: left to right",
    }
)

_CORRECTIONS = Choices({"oldest": "First filled", "confidence": "Least confident"})
_FINISHES = Choices({"full": "Normal", "large": "Large: twice as many pixels per side"})

RENAMED = {"order": "reveal_order"}
"""Old names of settings, from version 0.1, that are still read."""


_Place = Annotated[int, Field(ge=0, lt=MAX_SIDE)]


class Region(Checked):
    """Cells with a label or prompt of their own.

    Attributes:
        shows: a label of the model, or a prompt if it takes prompts.
        cells: (row, column) pairs.
    """

    shows: Prompt
    cells: tuple[tuple[_Place, _Place], ...] = Field(min_length=1, max_length=MAX_CELLS)


class Settings(Checked):
    """The sampling settings of a run."""

    steps: Annotated[int, Slider(1, 64, 1)] = Field(
        default=16,
        ge=1,
        le=MAX_STEPS,
        description="Maximum number of transformer evaluations; more is slower.",
    )
    reveal_order: Annotated[OrderName, _ORDERS] = Field(
        default="halton", title="Order", description="Which cells are revealed first."
    )
    schedule: ScheduleName = Field(
        default="cosine",
        description="How many cells each step reveals; information: equal information per step, for models "
        "whose curve was measured.",
    )
    temperature: Annotated[float, Slider(0, 2, 0.05), AfterValidator(_temperature)] = Field(
        default=1.0,
        ge=0,
        le=MAX_TEMPERATURE,
        description="Below 1 safer, above 1 more varied; 0 takes the likeliest codes.",
    )
    top_k: Annotated[int | None, Slider(0, 1024, 1, off=0)] = Field(
        default=None,
        ge=1,
        le=MAX_CODES,
        title="Top-k",
        description="Sample only from this many of the likeliest codes.",
    )
    top_p: Annotated[float | None, Slider(0.05, 1, 0.01, off=1)] = Field(
        default=None,
        gt=0,
        le=1,
        title="Top-p",
        description="Sample only from the likeliest codes with this total probability.",
    )
    label: Label | None = Field(default=None, description="What to paint: one of the model's labels.")
    prompt: Prompt | None = Field(
        default=None, description="What to paint, in words, for models that take prompts."
    )
    negative_prompt: Prompt | None = Field(
        default=None, description="What not to paint, in words; needs guidance above 1."
    )
    regions: tuple[Region, ...] = Field(
        default=(),
        max_length=MAX_REGIONS,
        description="Cells with a label or prompt of their own, later ones first: "
        '[{"shows": "church-night", "cells": [[row, column], ...]}, ...].',
    )
    guidance_scale: Annotated[Guidance, Slider(0, 5, 0.1)] = Field(
        default=1.0,
        title="Guidance",
        description="1 follows what is asked for as learned; more exaggerates it and takes twice the time.",
    )
    guidance_start: Annotated[float, Slider(0, 1, 0.05)] = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Share of masked cells at which guidance begins; 1: from the first step.",
    )
    guidance_end: Annotated[float, Slider(0, 1, 0.05)] = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of masked cells below which guidance ends; 0: after the last step.",
    )
    correction: Annotated[float, Slider(0, 0.5, 0.05)] = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="Share of the steps, up to 0.5, that redraw half of the cells.",
    )
    correction_order: Annotated[CorrectionName, _CORRECTIONS] = Field(
        default="oldest",
        description="Which cells the correction redraws: the first filled, or those drawn with the lowest "
        "probability.",
    )
    choice_temperature: Annotated[float, Slider(0, 10, 0.1)] = Field(
        default=4.5,
        ge=0,
        le=MAX_TEMPERATURE,
        description="For the order confidence: how much chance decides at first which cells are revealed; "
        "it falls to 0 with the steps.",
    )
    moment_exponent: Annotated[float, Slider(1, 6, 0.1)] = Field(
        default=2.0,
        ge=1,
        le=16,
        description="For the order moment: how strongly certain cells are preferred; 1 is random.",
    )
    reuse: Annotated[int, Slider(1, 8, 1)] = Field(
        default=1,
        ge=1,
        le=MAX_STEPS,
        description="Steps for each full evaluation; the others compute the cells that change, and reuse the "
        "rest. 1: all are full. Canvases of the model's size only.",
    )
    detail: Annotated[FinishName, _FINISHES] = Field(
        default="full",
        description="Size of finished pictures; large: twice as many pixels per side, for models with a "
        "decoder for it.",
    )
    seed: int = Field(
        default=0, ge=0, le=MAX_SEED, description="The same seed and settings give the same picture."
    )

    @model_validator(mode="before")
    @classmethod
    def _under_their_new_names(cls, data: Any) -> Any:
        return renamed(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _guidance_begins_before_it_ends(self) -> Settings:
        if self.guidance_end > self.guidance_start:
            raise ValueError(
                f"guidance_end must be at most guidance_start, {self.guidance_start:g}, not "
                f"{self.guidance_end:g}"
            )
        return self

    @classmethod
    def about(cls, name: str, kind: type[Shown]) -> Shown | None:
        """How a setting is shown: its `Slider` or `Choices`, if it has one."""
        found = (item for item in cls.model_fields[name].metadata if isinstance(item, kind))
        return next(found, None)

    @property
    def arguments(self) -> dict[str, Any]:
        """Deprecated: a pipeline takes ``settings=`` whole."""
        warnings.warn("Settings.arguments is deprecated: use settings=...", DeprecationWarning, stacklevel=2)
        return self.model_dump()

    @property
    def stem(self) -> str:
        """The name of a picture's file without the suffix: label and seed, valid on any file system."""
        what = re.sub(r"[^\w-]+", "-", self.label or self.prompt or "picture")[:40]
        return f"{what}-{self.seed}"

    def changed(self, **options: Any) -> Settings:
        """These settings with some changed; None is ignored for settings that cannot be None.

        ``num_inference_steps`` is diffusers' name for ``steps``.

        Raises:
            RecipeError: if there is no such setting, or a value is out of range.
        """
        if (steps := options.pop("num_inference_steps", None)) is not None:
            options["steps"] = steps
        options = {
            name: value
            for name, value in renamed(options).items()
            if value is not None or name in _MAY_BE_NONE
        }
        return type(self)(**self.model_dump() | options)

    def over(self, defaults: Settings) -> Settings:
        """The settings explicitly set here, and the ``defaults`` for all others."""
        return defaults.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})

    def numbered(self, picture: int) -> Settings:
        """The settings of picture number ``picture`` from 0: seeds count up, and wrap around."""
        return self.model_copy(update={"seed": (self.seed + picture) % (MAX_SEED + 1)})


_MAY_BE_NONE = {name for name, field in Settings.model_fields.items() if field.default is None}


def renamed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with old names replaced by the new ones, with a warning for each."""
    named = dict(options)
    for old in options.keys() & RENAMED.keys():
        new, value = RENAMED[old], named.pop(old)
        warnings.warn(f"{old!r} is deprecated: its name is {new!r} now", DeprecationWarning, stacklevel=4)
        if value is not None:
            named.setdefault(new, value)
    return named


def one_line(error: ValidationError) -> str:
    """The first of pydantic's errors: where, what is wrong, and the value."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] not in ("value_error", "missing"):
        message = f"{message[0].lower()}{message[1:]}, not {quoted(first['input'])}"
    return shortened(f"{where:.60}: {message}" if where else message)
