"""Pictures like the present one: what the server does for the tab "Vary"."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from unleash.canvas import TokenCanvas
from unleash.recipe import Settings
from unleash.studio import controls, models
from unleash.studio.canvas import Drawing
from unleash.studio.handlers import Handlers
from unleash.studio.runs import Message, run
from unleash.studio.toasts import toasted
from unleash.variation import vary


def present(canvas: TokenCanvas) -> TokenCanvas:
    """The picture on a canvas with the mask lifted; pins and rules stay.

    Raises:
        ValueError: if a cell was never filled.
    """
    whole = canvas.keep(np.ones((canvas.height, canvas.width), dtype=bool))
    if whole.unknown.any():
        raise ValueError("there is no whole picture to vary yet: press Generate or open one")
    return whole


class Varying:
    """The listeners of the tab."""

    def __init__(self, handlers: Handlers) -> None:
        self.handlers = handlers

    def more(
        self, drawing: Drawing, model: str, locked: bool, pictures: float, strength: float, *chosen: Any
    ) -> Iterator[tuple[Any, Any]]:
        """Draw a share of the cells again: messages for the filmstrip, and the seed if it is new."""
        with toasted():
            settings = controls.settings(chosen)
            yield from self._vary(drawing, model, locked, pictures, strength, settings)

    def relight(
        self,
        drawing: Drawing,
        model: str,
        locked: bool,
        pictures: float,
        strength: float,
        light: str | None,
        *chosen: Any,
    ) -> Iterator[tuple[Any, Any]]:
        """As :meth:`more`, under the label ``light``."""
        with toasted():
            if not light:
                raise ValueError("choose a label to light the picture by")
            settings = controls.settings(chosen).model_copy(update={"label": light})
            yield from self._vary(drawing, model, locked, pictures, strength, settings)

    def lights(self, model: str, light: str | None) -> tuple[gr.Dropdown, gr.Button]:
        """The labels of a model to light a picture by, the one chosen if it can be; and the button."""
        with toasted():
            labels = self.handlers.pipeline(model).labels
            return lights(list(labels), light), gr.Button(visible=bool(labels))

    def _vary(
        self,
        drawing: Drawing,
        model: str,
        locked: bool,
        pictures: float,
        strength: float,
        settings: Settings,
    ) -> Iterator[tuple[Any, Any]]:
        if not locked:
            settings = settings.model_copy(update={"seed": controls.new_seed()})
        canvas = vary(present(drawing.canvas), strength, settings.seed)
        if not canvas.unknown.any():
            raise ValueError("nothing would change: choose a greater strength, or take pins off")
        yield gr.skip(), settings.seed
        pipe, count = self.handlers.pipeline(model), min(int(pictures), controls.MAX_PICTURES)
        for message in run(pipe, models.known_as(self.handlers.offered[model]), canvas, settings, count):
            yield _whole_only(message), gr.skip()


def lights(labels: list[str], chosen: str | None = None) -> gr.Dropdown:
    """The menu of labels; hidden where a model has none."""
    value = chosen if chosen in labels else next(iter(labels), None)
    return gr.Dropdown(labels, value=value, label="Light", visible=bool(labels), elem_id="light")


def _whole_only(message: Message) -> Message:
    """The frame without its picture unless it is the last.

    The page masks the cells a frame leaves open, and here the person's mask must stay as it is.
    """
    return {**message, "varies": True, "image": message["image"] if message["recipe"] else None}
