"""The settings of a run as controls, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from secrets import randbelow
from typing import Any, get_args

import gradio as gr
from gradio.components import Component

from unleash.canvas.bounds import MAX_PICTURES, MAX_SEED
from unleash.canvas.messages import quoted
from unleash.canvas.settings import BEST, OrderName, ScheduleName, Settings
from unleash.images.fitting import Fit
from unleash.studio.server.toasts import toasted

NO_LABEL = "any"
"""What the label menu calls no label."""

_SEEDS = 10**7
"""New seeds are below this: short enough to be read out, enough seldom to meet again."""

_ORDERS: dict[OrderName, str] = {
    "halton": "Halton: spread evenly",
    "confidence": "Confidence: surest codes first",
    "entropy": "Entropy: surest cells first",
    "random": "Random: as in the paper",
    "raster": "Raster: left to right",
}


class Amount(gr.Slider):
    """A slider whose number always counts as one that it can have, also while a person is typing.

    Emptied it counts as what it began with, out of range as the nearest end.
    """

    is_template = True  # on the page it is a slider like others

    def preprocess(self, payload: float | None) -> float:
        """The number; one that is no number raises `gr.Error`."""
        if payload is None:
            return self.value
        if isinstance(payload, bool) or not isinstance(payload, int | float):
            with toasted():
                raise ValueError(f"{self.label}: a number is needed")
        return super().preprocess(min(max(payload, self.minimum), self.maximum))


class Seed(gr.Number):
    """A field for a seed, which a person may empty."""

    is_template = True

    def preprocess(self, payload: float | None) -> int | None:
        """The seed, one that is out of range as the nearest that is; None where it was emptied."""
        if payload is not None and (isinstance(payload, bool) or not isinstance(payload, int | float)):
            with toasted():
                raise ValueError("Seed: a whole number is needed")
        # Not as it is: whole numbers of more than 64 bits cannot be sent back to the page.
        return None if payload is None else round(min(max(payload, -1), MAX_SEED + 1))


def seed_field(elem_id: str) -> Seed:
    """The field of a seed; its page gets these options only if no constructor of ours takes them."""
    return Seed(0, label="Seed", precision=0, elem_id=elem_id, min_width=90)


@dataclass(frozen=True)
class Controls:
    """The components of the settings; what a run is asked for."""

    label: gr.Dropdown
    guidance_scale: Amount
    steps: Amount
    order: gr.Dropdown
    schedule: gr.Dropdown
    temperature: Amount
    top_k: Amount
    top_p: Amount
    correction: Amount
    seed: Seed

    @property
    def inputs(self) -> list[Component]:
        """In the order in which `settings` takes their values."""
        return [getattr(self, field.name) for field in fields(self)]


def settings(values: Sequence[Any]) -> Settings:
    """What the values of ``Controls.inputs`` stand for; a seed that cannot be used is a new one."""
    chosen = _named(values)
    usable = chosen["seed"] is not None and 0 <= chosen["seed"] <= MAX_SEED
    return Settings(**chosen if usable else chosen | {"seed": new_seed()})


def settings_to_run(values: Sequence[Any], locked: bool) -> Settings:
    """As :func:`settings`, with a new seed unless it is ``locked`` and there is one.

    Raises:
        ValueError: if the seed is locked and out of range.
    """
    chosen = _named(values)
    return Settings(**chosen | {"seed": seed_to_run(chosen["seed"], locked)})


def seed_to_run(seed: int | None, locked: bool) -> int:
    """The seed of a run: the one in the field if it is ``locked`` and there is one, else a new one.

    Raises:
        ValueError: if the seed is locked and out of range.
    """
    if seed is None or not locked:
        return new_seed()
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"a seed is a whole number from 0 to {MAX_SEED}; empty the field for a new one")
    return seed


def _named(values: Sequence[Any]) -> dict[str, Any]:
    chosen = dict(zip((field.name for field in fields(Controls)), values, strict=True))
    if chosen["label"] == NO_LABEL:
        chosen["label"] = None
    # The ends of these two sliders mean "off".
    if chosen["top_k"] == 0:
        chosen["top_k"] = None
    if chosen["top_p"] == 1:
        chosen["top_p"] = None
    return chosen


def pictures(value: Any) -> int:
    """How many pictures the value of the slider asks for."""
    if not isinstance(value, int | float) or not 1 <= value <= MAX_PICTURES:
        raise ValueError(f"a run makes 1 to {MAX_PICTURES} pictures, not {quoted(value)}")
    return int(value)


COUNT = len(fields(Controls))
"""How many values `settings` takes."""


def updates(chosen: Settings, labels: Sequence[str]) -> list[Any]:
    """What to set ``Controls.inputs`` to for these settings and a model with these labels."""
    shown = {
        **chosen.model_dump(),
        "label": label_menu(labels, chosen.label or NO_LABEL),
        "guidance_scale": guidance(labels, chosen.guidance_scale),
        "top_k": chosen.top_k or 0,
        "top_p": chosen.top_p or 1,
    }
    return [shown[field.name] for field in fields(Controls)]


def new_seed() -> int:
    """A seed nobody chose."""
    return randbelow(_SEEDS)


def label_menu(labels: Sequence[str], chosen: str | None = None) -> gr.Dropdown:
    """The labels of a model, shown if it has any; the first is chosen, labelled pictures come out best."""
    choices = [NO_LABEL, *labels]
    value = chosen if chosen in choices else next(iter(labels), NO_LABEL)
    return gr.Dropdown(choices, value=value, label="Label", visible=bool(labels), elem_id="label")


def guidance(labels: Sequence[str], chosen: float = BEST.guidance_scale) -> Amount:
    """How far a label is followed, shown if the model has labels."""
    return Amount(
        0,
        5,
        value=chosen,
        step=0.1,
        label="Guidance",
        info="1 follows the label as learned, more exaggerates it and takes twice the time",
        visible=bool(labels),
    )


def sampling() -> dict[str, Any]:
    """The controls that few people change."""
    orders = [(_ORDERS[name], name) for name in get_args(OrderName)]
    with gr.Row():
        order = gr.Dropdown(orders, value=BEST.order, label="Order", info="Which cells come first")
        schedule = gr.Dropdown(
            list(get_args(ScheduleName)), value=BEST.schedule, label="Schedule", info="How many at a step"
        )
    temperature = Amount(
        0,
        2,
        value=BEST.temperature,
        step=0.05,
        label="Temperature",
        info="Less is tamer, 0 always the likeliest",
    )
    with gr.Row():
        top_k = Amount(
            0, 1024, value=0, step=1, precision=0, label="Top-k", info="Likeliest codes only, 0: off"
        )
        top_p = Amount(
            0.05, 1, value=BEST.top_p or 1, step=0.01, label="Top-p", info="Their share only, 1: off"
        )
    correction = Amount(
        0,
        0.5,
        value=BEST.correction,
        step=0.05,
        label="Correction",
        info="Share of the steps that draw the cells filled first again, 0: off",
        elem_id="correction",
    )
    return {
        "order": order,
        "schedule": schedule,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "correction": correction,
    }


def fit_menu() -> gr.Radio:
    """How an opened picture comes to fit the model."""
    names: dict[Fit, str] = {
        "crop": "Cut to a square",
        "whole": "Whole, with margins",
        "shape": "In its own shape, up to 64×64 cells",
    }
    return gr.Radio(
        [(name, fit) for fit, name in names.items()], value="crop", label="Pictures you open", elem_id="fit"
    )
