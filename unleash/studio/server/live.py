"""Runs that belong to a stroke: what it masked is filled at once, with few steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from unleash.studio.server import controls
from unleash.studio.server import menu as models
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.runs import run
from unleash.studio.server.toasts import toasted

SMALL = 64
"""Cells, at most, of a small stroke."""


def few_steps(cells: int) -> int:
    """As few steps as still give a whole picture: a fill should come while the stroke is in mind."""
    return 2 if cells <= SMALL else 3


@dataclass(frozen=True)
class Live:
    """The listener of strokes that are filled.

    Attributes:
        handlers: know the models.
    """

    handlers: Handlers

    def fill(self, drawing: Drawing, model: str, *chosen: Any) -> Iterator[tuple[Any, Any]]:
        """Fill a canvas with the settings chosen but few steps: a message for the filmstrip at the end.

        Before it there is nothing new, once a step, so that a run can be ended between steps. If nothing is
        masked the picture is decoded again, once: pins show in it. An emptied seed is drawn and told.

        Raises:
            gr.Error: if the model is not offered, or a setting is out of range.
        """
        with toasted():
            settings = drawing.settings(controls.settings_to_run(chosen, locked=True))
            steps = min(settings.steps, few_steps(int(drawing.canvas.unknown.sum())))
            settings = settings.model_copy(update={"steps": steps})
            yield gr.skip(), settings.seed
            pipe, known_as = self.handlers.pipeline(model), models.known_as(self.handlers.offered[model])
            fill = run(pipe, known_as, drawing.canvas, settings, 1, previews=False, name=drawing.run)
            for message in fill:
                news = message and (message["kind"] == "end" or message["last"])
                yield message if news else gr.skip(), gr.skip()
