"""Pictures like the present one: what the server does for the tab "Vary"."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.canvas.variation import blend_canvases, borders, patches, present, vary
from unleash.studio.server import controls
from unleash.studio.server import menu as models
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.runs import run
from unleash.studio.server.toasts import toasted


class Varying:
    """The listeners of the tab."""

    def __init__(self, handlers: Handlers) -> None:
        self.handlers = handlers

    def more(
        self, drawing: Drawing, model: str, locked: bool, pictures: float, strength: float, *chosen: Any
    ) -> Iterator[tuple[Any, Any]]:
        """Draw a share of the cells again: messages for the filmstrip, and the seed if it is new."""
        with toasted():
            settings = controls.settings_to_run(chosen, locked)
            yield from self._vary(drawing, model, pictures, strength, settings)

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
            settings = controls.settings_to_run(chosen, locked).model_copy(update={"label": light})
            yield from self._vary(drawing, model, pictures, strength, settings)

    def blend(
        self,
        drawing: Drawing,
        model: str,
        locked: bool,
        pictures: float,
        other: NDArray[np.int64] | None,
        masked: bool,
        share: float,
        *chosen: Any,
    ) -> Iterator[tuple[Any, Any]]:
        """Mix in another picture, where ``masked`` or a share of it in patches, and heal the borders."""
        with toasted():
            settings = controls.settings_to_run(chosen, locked)
            if other is None:
                raise ValueError("choose the picture to blend with first")
            canvas = _blended(drawing.canvas, other, masked, share, settings.seed)
            yield from self._run(drawing.run, canvas, model, pictures, settings)

    def lights(self, model: str, light: str | None) -> tuple[gr.Dropdown, gr.Button]:
        """The labels of a model to light a picture by, the one chosen if it can be; and the button."""
        with toasted():
            labels = self.handlers.pipeline(model).labels
            return lights(list(labels), light), gr.Button(visible=bool(labels))

    def _vary(
        self,
        drawing: Drawing,
        model: str,
        pictures: float,
        strength: float,
        settings: Settings,
    ) -> Iterator[tuple[Any, Any]]:
        canvas = vary(present(drawing.canvas), strength, settings.seed)
        if not canvas.unknown.any():
            raise ValueError("nothing would change: choose a greater strength, or take pins off")
        yield from self._run(drawing.run, canvas, model, pictures, settings)

    def _run(
        self, name: str | None, canvas: TokenCanvas, model: str, pictures: float, settings: Settings
    ) -> Iterator[tuple[Any, Any]]:
        yield gr.skip(), settings.seed
        pipe, count = self.handlers.pipeline(model), controls.pictures(pictures)
        known_as = models.known_as(self.handlers.offered[model])
        for message in run(pipe, known_as, canvas, settings, count, name=name):
            # The page leaves the person's mask as it is: it is not what this run fills.
            yield {**message, "varies": True}, gr.skip()


def _blended(
    canvas: TokenCanvas, other: NDArray[np.int64], masked: bool, share: float, seed: int
) -> TokenCanvas:
    """The picture on a canvas with another one in it, the borders masked; its own pins stay.

    Raises:
        ValueError: if there is no picture, the other does not fit, or nothing is masked where it should go.
    """
    ours, theirs = present(canvas), TokenCanvas.from_codes(other, canvas.codebook_size)
    choice = (
        canvas.masked if masked else patches((canvas.height, canvas.width), share, seed)
    ) & ~canvas.pinned
    if not choice.any():
        raise ValueError(
            "nothing would change: mask the cells that should be taken from the other picture"
            if masked
            else "nothing would change: choose a greater share"
        )
    return blend_canvases(ours, theirs, choice).mask(borders(choice) & ~canvas.pinned)


def lights(labels: list[str], chosen: str | None = None) -> gr.Dropdown:
    """The menu of labels; hidden where a model has none."""
    value = chosen if chosen in labels else next(iter(labels), None)
    return gr.Dropdown(labels, value=value, label="Light", visible=bool(labels), elem_id="light")
