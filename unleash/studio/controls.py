"""The settings of a run as controls, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from secrets import randbelow
from typing import Any, get_args

import gradio as gr
from gradio.components import Component

from unleash.bounds import MAX_PICTURES
from unleash.messages import quoted
from unleash.orders import OrderName, ScheduleName
from unleash.pictures import Fit
from unleash.recipe import BEST, Settings

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


@dataclass(frozen=True)
class Controls:
    """The components of the settings; what a run is asked for."""

    label: gr.Dropdown
    guidance_scale: gr.Slider
    steps: gr.Slider
    order: gr.Dropdown
    schedule: gr.Dropdown
    temperature: gr.Slider
    top_k: gr.Slider
    top_p: gr.Slider
    correction: gr.Slider
    seed: gr.Number

    @property
    def inputs(self) -> list[Component]:
        """In the order in which `settings` takes their values."""
        return [getattr(self, field.name) for field in fields(self)]


def settings(values: Sequence[Any]) -> Settings:
    """The settings that the values of ``Controls.inputs`` stand for."""
    chosen = dict(zip((field.name for field in fields(Controls)), values, strict=True))
    if chosen["label"] == NO_LABEL:
        chosen["label"] = None
    # The ends of these two sliders mean "off".
    if chosen["top_k"] == 0:
        chosen["top_k"] = None
    if chosen["top_p"] == 1:
        chosen["top_p"] = None
    return Settings(**chosen)


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


def guidance(labels: Sequence[str], chosen: float = BEST.guidance_scale) -> gr.Slider:
    """How far a label is followed, shown if the model has labels."""
    return gr.Slider(
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
    temperature = gr.Slider(
        0,
        2,
        value=BEST.temperature,
        step=0.05,
        label="Temperature",
        info="Less is tamer, 0 always the likeliest",
    )
    with gr.Row():
        top_k = gr.Slider(0, 1024, value=0, step=1, label="Top-k", info="Likeliest codes only, 0: off")
        top_p = gr.Slider(
            0.05, 1, value=BEST.top_p or 1, step=0.01, label="Top-p", info="Their share only, 1: off"
        )
    correction = gr.Slider(
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
