"""The controls for the settings of a run."""

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
from unleash.models.outline import Outline
from unleash.studio.server.toasts import toasted

NO_LABEL = "any"
"""The entry of the label menu for no label."""

NAMES = tuple(name for name in Settings.model_fields if name != "regions")
"""Settings that have a control; regions are painted on the canvas."""

PROMPTS = ("prompt", "negative_prompt")
"""Text settings, for models that take prompts."""

_SEEDS = 10**7
"""New seeds are below this: short enough to read out, many enough that they rarely repeat."""


class Amount(gr.Slider):
    """A slider that accepts any number, also while a person is typing.

    An empty field counts as the initial value, a number out of range as the nearest bound.
    """

    is_template = True  # the page's component for sliders

    def preprocess(self, payload: float | None) -> float:
        """The number; anything else raises `gr.Error`."""
        if payload is None:
            return self.value
        if isinstance(payload, bool) or not isinstance(payload, int | float):
            with toasted():
                raise ValueError(f"{self.label} must be a number")
        return super().preprocess(min(max(payload, self.minimum), self.maximum))


class Seed(gr.Number):
    """A field for a seed, which may be empty."""

    is_template = True

    def preprocess(self, payload: float | None) -> int | None:
        """The seed, clipped to its range; None if the field is empty."""
        if payload is not None and (isinstance(payload, bool) or not isinstance(payload, int | float)):
            with toasted():
                raise ValueError("Seed must be a whole number")
        # Clipped, since integers of more than 64 bits cannot be sent back to the page.
        return None if payload is None else round(min(max(payload, -1), MAX_SEED + 1))


class LabelMenu(gr.Dropdown):
    """A menu of labels that accepts any text; a run reports a label that its model lacks.

    While the page switches models, it still sends a label of the previous one.
    """

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        """The label; anything but text raises `gr.Error`."""
        if payload is not None and not isinstance(payload, str):
            with toasted():
                raise ValueError(f"{self.label}: choose one of the options")
        return payload


def seed_field(elem_id: str) -> Seed:
    """The field of a seed; these options only reach the page if our constructor does not take them."""
    return Seed(0, label="Seed", precision=0, elem_id=elem_id, min_width=90)


@dataclass(frozen=True)
class Controls:
    """The components of the settings, by setting, and of the number of pictures."""

    by_name: Mapping[str, Component]

    def __getitem__(self, name: str) -> Any:
        return self.by_name[name]

    @property
    def inputs(self) -> list[Component]:
        """In the order in which `settings` expects their values."""
        return [self.by_name[name] for name in NAMES]


def settings(values: Sequence[Any]) -> Settings:
    """Settings from the values of ``Controls.inputs``; an unusable seed is replaced by a new one."""
    chosen = _named(values)
    usable = chosen["seed"] is not None and 0 <= chosen["seed"] <= MAX_SEED
    return Settings(**chosen if usable else chosen | {"seed": new_seed()})


def settings_to_run(values: Sequence[Any], locked: bool) -> Settings:
    """As :func:`settings`, with a new seed unless there is one and it is ``locked``.

    Raises:
        ValueError: if the seed is locked and out of range.
    """
    chosen = _named(values)
    return Settings(**chosen | {"seed": seed_to_run(chosen["seed"], locked)})


def seed_to_run(seed: int | None, locked: bool) -> int:
    """The seed of a run: the one in the field if there is one and it is ``locked``, else a new one.

    Raises:
        ValueError: if the seed is locked and out of range.
    """
    if seed is None or not locked:
        return new_seed()
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"a seed must be a whole number from 0 to {MAX_SEED}; empty the field for a new one")
    return seed


def _named(values: Sequence[Any]) -> dict[str, Any]:
    chosen = dict(zip(NAMES, values, strict=True))
    if chosen["label"] == NO_LABEL:
        chosen["label"] = None
    chosen |= {name: chosen[name] or None for name in PROMPTS}
    for name, value in chosen.items():
        slider = Settings.about(name, Slider)
        if slider is not None and slider.off is not None and value == slider.off:
            chosen[name] = None
    return chosen


def pictures(value: Any) -> int:
    """The number of pictures from the value of the slider."""
    if not isinstance(value, int | float) or not 1 <= value <= MAX_PICTURES:
        raise ValueError(f"a run must make 1 to {MAX_PICTURES} pictures, not {quoted(value)}")
    return int(value)


def updates(chosen: Settings, about: Outline) -> dict[str, Any]:
    """Updates of the controls, by name, for these settings and a model."""
    values = chosen.model_dump(mode="json", exclude={"regions"})
    shown = {name: _shown(name, value) for name, value in values.items()}
    shown["label"] = label_menu(about.labels, chosen.label or NO_LABEL)
    shown |= {name: prompt_box(about, name, getattr(chosen, name)) for name in PROMPTS}
    return shown | for_model(about, chosen)


def going_on(chosen: Settings, old: Settings, new: Settings) -> Settings:
    """Settings after a change of model: defaults of the ``old`` one become those of the ``new`` one."""
    own = {
        name: getattr(new, name)
        for name in {*NAMES} - {"label", "seed"}
        if getattr(chosen, name) == getattr(old, name)
    }
    return chosen.model_copy(update=own)


def new_seed() -> int:
    """A random seed."""
    return randbelow(_SEEDS)


def label_menu(labels: Sequence[str], chosen: str | None = None) -> LabelMenu:
    """The menu of a model's labels, shown if it has any; the first is selected, for better results."""
    choices = [NO_LABEL, *labels]
    value = chosen if chosen in choices else next(iter(labels), NO_LABEL)
    return LabelMenu(choices, value=value, label="Scene", visible=bool(labels), elem_id="label")


def for_model(about: Outline, chosen: Settings) -> dict[str, Component]:
    """Updates of the controls that are only shown for models with the feature."""
    asked = about.conditioning != "none"
    can = dict.fromkeys(("guidance_scale", "guidance_start", "guidance_end"), asked)
    large = "large" in about.details
    shown = {name: control(name, getattr(chosen, name), visible=visible) for name, visible in can.items()}
    return shown | {
        "detail": control("detail", chosen.detail if large else "full", visible=large),
        "reuse": control("reuse", chosen.reuse if about.reuses else 1, visible=about.reuses),
    }


def prompt_box(about: Outline, name: str, chosen: str | None = None) -> gr.Textbox:
    """A field for one of the ``PROMPTS``, shown if the model takes prompts."""
    field, shown = Settings.model_fields[name], about.conditioning == "text"
    return gr.Textbox(
        (chosen or "") if shown else "",
        label=name.replace("_", " ").capitalize(),
        info=field.description,
        max_length=MAX_PROMPT,
        visible=shown,
        elem_id=name.replace("_", "-"),
    )


def control(name: str, value: Any, **options: Any) -> Component:
    """The component for a setting, based on its field; ``options`` are passed to the component."""
    field = Settings.model_fields[name]
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
    """The controls of all settings except those already ``placed``, two in a row."""
    names = [name for name in NAMES if name not in placed]
    made: dict[str, Component] = {}
    for start in range(0, len(names), 2):
        with gr.Row():
            made |= {name: control(name, getattr(chosen, name)) for name in names[start : start + 2]}
    return made


def _shown(name: str, value: Any) -> Any:
    """The value of a control for the value of its setting."""
    slider = Settings.about(name, Slider)
    return slider.off if value is None and slider is not None else value


def fit_menu() -> gr.Radio:
    """The menu of ways to fit an opened picture to the model; ``ask`` asks if its shape differs."""
    names: dict[Fit | Literal["ask"], str] = {
        "ask": "Ask if the shape differs",
        "whole": "Whole, with margins",
        "shape": "In their own shape, up to 64×64 cells",
    }
    return gr.Radio(
        [(name, fit) for fit, name in names.items()], value="ask", label="Pictures you open", elem_id="fit"
    )
