"""The listeners of the tab "Vary"."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.operations import edits
from unleash.operations.making import Draft
from unleash.operations.relighting import Relighting, relight
from unleash.studio.server import controls
from unleash.studio.server import menu as models
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.limits import admit_run
from unleash.studio.server.runs import run, waiting
from unleash.studio.server.toasts import toasted


class Varying:
    """The listeners of the tab."""

    def __init__(self, handlers: Handlers) -> None:
        self.handlers = handlers

    def more(
        self, drawing: Drawing, model: str, locked: bool, pictures: float, strength: float, *chosen: Any
    ) -> Iterator[tuple[Any, Any]]:
        """Draw a share of the cells again: yields messages for the filmstrip, and the seed if it is new."""
        with toasted():
            settings = drawing.settings(controls.settings_to_run(chosen, locked))
            draft = edits.vary(drawing.canvas, strength, settings.seed)
            yield from self._run(drawing.run, draft, model, pictures, settings)

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
        """Draw the picture again with the label ``light``; as :meth:`more`."""
        with toasted():
            if not light:
                raise ValueError("choose a scene for the new light")
            settings = controls.settings_to_run(chosen, locked).model_copy(update={"label": light})
            made = drawing.recipe.settings.label if drawing.recipe else None
            old = made if made in self.handlers.pipeline(model).labels else None
            draft = relight(drawing.canvas, strength, old)
            yield from self._run(drawing.run, draft, model, pictures, settings)

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
        """Mix in another picture, where ``masked`` or in patches, and fill the borders again."""
        with toasted():
            settings = drawing.settings(controls.settings_to_run(chosen, locked))
            if other is None:
                raise ValueError("choose the picture to blend with first")
            theirs = TokenCanvas.from_codes(other, drawing.canvas.codebook_size)
            where = drawing.canvas.masked.astype(np.float32) if masked else None
            draft = edits.blend(drawing.canvas, theirs, share, where, seed=settings.seed)
            yield from self._run(drawing.run, draft, model, pictures, settings)

    def lights(self, model: str, scene: str | None, light: str | None) -> tuple[gr.Dropdown, gr.Button]:
        """Updates of the menu of a model's labels, as :func:`lights`, and of the button."""
        with toasted():
            labels = self.handlers.about(model).labels
            return lights(list(labels), scene, light), gr.Button(visible=bool(labels))

    def _run(
        self, name: str | None, draft: Draft, model: str, pictures: float, settings: Settings
    ) -> Iterator[tuple[Any, Any]]:
        pipe, count = self.handlers.pipeline(model), controls.pictures(pictures)
        known_as = models.known_as(self.handlers.offered[model])
        relighting = draft.paint if isinstance(draft.paint, Relighting) else None
        admit_run(pipe, draft.canvas, settings, count, self.handlers.longest, relighting)
        yield waiting(name) or gr.skip(), settings.seed
        for message in run(pipe, known_as, draft.canvas, settings, count, name=name, relighting=relighting):
            # The page keeps the person's mask, as this run fills other cells.
            yield message | {"varies": True} if message else gr.skip(), gr.skip()


def lights(labels: list[str], scene: str | None = None, chosen: str | None = None) -> gr.Dropdown:
    """The menu of labels; hidden if the model has none.

    The value is the chosen one, unless the first word of ``scene`` is that of other labels: then it is one of
    them, such as church-dusk for church-day.
    """

    def subject(label: str | None) -> str | None:
        return label and label.partition("-")[0]

    suitable = [label for label in labels if label != scene and subject(label) == subject(scene)] or labels
    value = chosen if chosen in suitable else next(iter(suitable), None)
    return gr.Dropdown(labels, value=value, label="Light", visible=bool(labels), elem_id="light")
