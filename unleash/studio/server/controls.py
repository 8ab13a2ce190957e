"""The settings of a run as controls, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import randbelow
from typing import Any, Literal, get_args

import gradio as gr
from gradio.components import Component

from unleash.canvas.bounds import MAX_PICTURES, MAX_PROMPT, MAX_SEED
from unleash.canvas.messages import quoted
from unleash.canvas.settings import Choices, Settings, Slider
from unleash.images.fitting import Fit
from unleash.pipeline import UnleashPipeline
from unleash.studio.server.toasts import toasted

NO_LABEL = "any"
"""What the label menu calls no label."""

PROMPTS = ("prompt", "negative_prompt")
"""Settings in words, for models that take them."""

_SEEDS = 10**7
"""New seeds are below this: short enough to be read out, enough seldom to meet again."""


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


class LabelMenu(gr.Dropdown):
    """A menu of labels, which takes any text: that a model lacks a label, a run of it says itself.

    While the page goes over to another model it still sends the label of the one before.
    """

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """The label; what is no text raises `gr.Error`."""
        if payload is not None and not isinstance(payload, str):
            with toasted():
                raise ValueError(f"{self.label}: choose one of what is offered")
        return payload


def seed_field(elem_id: str) -> Seed:
    """The field of a seed; its page gets these options only if no constructor of ours takes them."""
    return Seed(0, label="Seed", precision=0, elem_id=elem_id, min_width=90)


@dataclass(frozen=True)
class Controls:
    """The components of the settings, by the names of these; what a run is asked for."""

    by_name: Mapping[str, Component]

    def __getitem__(self, name: str) -> Any:
        return self.by_name[name]

    @property
    def inputs(self) -> list[Component]:
        """In the order in which `settings` takes their values."""
        return [self.by_name[name] for name in Settings.model_fields]


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
    chosen = dict(zip(Settings.model_fields, values, strict=True))
    if chosen["label"] == NO_LABEL:
        chosen["label"] = None
    chosen |= {name: chosen[name] or None for name in PROMPTS}
    chosen["regions"] = chosen["regions"] or ()
    for name, value in chosen.items():
        slider = Settings.about(name, Slider)
        if slider is not None and slider.off is not None and value == slider.off:
            chosen[name] = None
    return chosen


def pictures(value: Any) -> int:
    """How many pictures the value of the slider asks for."""
    if not isinstance(value, int | float) or not 1 <= value <= MAX_PICTURES:
        raise ValueError(f"a run makes 1 to {MAX_PICTURES} pictures, not {quoted(value)}")
    return int(value)


def updates(chosen: Settings, pipe: UnleashPipeline) -> dict[str, Any]:
    """What to set each control to, by its name, for these settings and a model."""
    shown = {name: _shown(name, value) for name, value in chosen.model_dump(mode="json").items()}
    shown["label"] = label_menu(pipe.labels, chosen.label or NO_LABEL)
    shown |= {name: prompt_box(pipe, name, getattr(chosen, name)) for name in PROMPTS}
    return shown | for_model(pipe, chosen)


def going_on(chosen: Settings, old: Settings, new: Settings) -> Settings:
    """Settings after a change of model: those that were the ``old`` one's defaults are the ``new`` one's."""
    own = {
        name: getattr(new, name)
        for name in Settings.model_fields.keys() - {"label", "seed"}
        if getattr(chosen, name) == getattr(old, name)
    }
    return chosen.model_copy(update=own)


def new_seed() -> int:
    """A seed nobody chose."""
    return randbelow(_SEEDS)


def label_menu(labels: Sequence[str], chosen: str | None = None) -> LabelMenu:
    """The labels of a model, shown if it has any; the first is chosen, labelled pictures come out best."""
    choices = [NO_LABEL, *labels]
    value = chosen if chosen in choices else next(iter(labels), NO_LABEL)
    return LabelMenu(choices, value=value, label="Scene", visible=bool(labels), elem_id="label")


def for_model(pipe: UnleashPipeline, chosen: Settings) -> dict[str, Component]:
    """The controls that are shown only for models with what they control."""
    asked = pipe.conditioning != "none"
    can = dict.fromkeys(("guidance_scale", "guidance_start", "guidance_end"), asked)
    large = "large" in pipe.vqgan.details
    shown = {name: control(name, getattr(chosen, name), visible=visible) for name, visible in can.items()}
    return shown | {"detail": control("detail", chosen.detail if large else "full", visible=large)}


def prompt_box(pipe: UnleashPipeline, name: str, chosen: str | None = None) -> gr.Textbox:
    """A field for one of the ``PROMPTS``, shown if the model takes them."""
    field, shown = Settings.model_fields[name], pipe.conditioning == "text"
    return gr.Textbox(
        (chosen or "") if shown else "",
        label=name.replace("_", " ").capitalize(),
        info=field.description,
        max_length=MAX_PROMPT,
        visible=shown,
        elem_id=name.replace("_", "-"),
    )


def control(name: str, value: Any, **options: Any) -> Component:
    """The component of a setting, made of what its field says; ``options`` go to it."""
    field = Settings.model_fields[name]
    if name == "regions":
        return gr.JSON([region.model_dump() for region in value], visible=False, elem_id="regions")
    slider, choices = Settings.about(name, Slider), Settings.about(name, Choices)
    label = field.title or name.replace("_", " ").capitalize()
    info = options.pop("info", field.description or "")
    shown: dict[str, Any] = {"label": label, "value": _shown(name, value), "elem_id": name.replace("_", "-")}
    if slider is None:
        names = choices.names if choices else {}
        menu = [(names.get(choice, choice), choice) for choice in get_args(field.annotation)]
        return gr.Dropdown(menu, info=info, **shown, **options)
    if slider.step == 1:
        options["precision"] = 0
    if slider.off is not None:
        info += f" {slider.off:g}: off."
    return Amount(slider.low, slider.high, step=slider.step, info=info, **shown, **options)


def others(chosen: Settings, placed: Mapping[str, Component]) -> dict[str, Component]:
    """The controls of all settings but those ``placed`` already, two in a row."""
    names = [name for name in Settings.model_fields if name not in placed]
    made: dict[str, Component] = {}
    for start in range(0, len(names), 2):
        with gr.Row():
            made |= {name: control(name, getattr(chosen, name)) for name in names[start : start + 2]}
    return made


def _shown(name: str, value: Any) -> Any:
    """What a control shows for the value of its setting."""
    slider = Settings.about(name, Slider)
    return slider.off if value is None and slider is not None else value


def fit_menu() -> gr.Radio:
    """How an opened picture comes to fit the model; ``ask``: each time that it is of another shape."""
    names: dict[Fit | Literal["ask"], str] = {
        "ask": "Ask, if of another shape",
        "whole": "Whole, with margins",
        "shape": "In their own shape, up to 64×64 cells",
    }
    return gr.Radio(
        [(name, fit) for fit, name in names.items()], value="ask", label="Pictures you open", elem_id="fit"
    )
