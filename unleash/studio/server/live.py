"""Live runs: the cells of a stroke are filled at once, in few steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from unleash.studio.server import controls
from unleash.studio.server import menu as models
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.limits import admit_run
from unleash.studio.server.runs import run
from unleash.studio.server.toasts import toasted

SMALL = 64
"""Maximum number of cells of a small stroke."""


def few_steps(cells: int) -> int:
    """As few steps as still give a coherent picture, so that the fill follows the stroke quickly."""
    return 2 if cells <= SMALL else 3


@dataclass(frozen=True)
class Live:
    """The listener of live strokes.

    Attributes:
        handlers: give the models.
    """

    handlers: Handlers

    def fill(self, drawing: Drawing, model: str, *chosen: Any) -> Iterator[tuple[Any, Any]]:
        """Fill a canvas with the chosen settings in few steps: yields a message for the filmstrip at the end.

        Before it, each step yields no update, so that the run can be stopped between steps. If nothing is
        masked, the picture is decoded again to show pins. Without a seed a new one is drawn and returned.

        Raises:
            gr.Error: if the model is not in the menu, or a setting is out of range.
        """
        with toasted():
            settings = drawing.settings(controls.settings_to_run(chosen, locked=True))
            steps = min(settings.steps, few_steps(int(drawing.canvas.unknown.sum())))
            settings = settings.model_copy(update={"steps": steps})
            pipe, known_as = self.handlers.pipeline(model), models.known_as(self.handlers.offered[model])
            admit_run(pipe, drawing.canvas, settings, 1, self.handlers.longest, previews=False)
            yield gr.skip(), settings.seed
            fill = run(pipe, known_as, drawing.canvas, settings, 1, previews=False, name=drawing.run)
            for message in fill:
                news = message and (message["kind"] == "end" or message["last"])
                yield message if news else gr.skip(), gr.skip()
