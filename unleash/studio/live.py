"""Runs that belong to a stroke: what it masked is filled at once, with few steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from unleash.studio import controls, models
from unleash.studio.canvas import Drawing
from unleash.studio.handlers import Handlers, idle
from unleash.studio.runs import Message, run
from unleash.studio.toasts import toasted

SMALL = 64
"""Cells, at most, of a small stroke."""


def few_steps(cells: int) -> int:
    """As few steps as still give a whole picture: a fill should come while the stroke is in mind."""
    return 2 if cells <= SMALL else 3


@dataclass(frozen=True)
class LiveButtons:
    """What the page presses when a stroke ends; nobody sees them.

    Attributes:
        fill: fills the canvas that the page names the run of.
        supersede: ends the run under way, since a newer stroke takes its place or it was undone.
    """

    fill: gr.Button
    supersede: gr.Button


def lay_out() -> LiveButtons:
    """The buttons."""
    return LiveButtons(
        gr.Button(visible="hidden", elem_id="fill-in"), gr.Button(visible="hidden", elem_id="supersede")
    )


def wire(
    buttons: LiveButtons,
    handlers: Handlers,
    canvas: Component,
    model: Component,
    settings: Sequence[Component],
    filmstrip: Component,
    queue: dict[str, Any],
    **options: Any,
) -> Any:
    """Let the buttons run; the event, for Stop to cancel.

    Args:
        buttons: those of the page.
        handlers: know the models.
        canvas, model, settings: what a run is asked with.
        filmstrip: is told of the run.
        queue: options of events that wait for the model.
        options: of all events.
    """

    def fill(drawing: Drawing, model: str, *chosen: Any) -> Iterator[Message]:
        yield from frames(handlers, drawing, model, chosen)

    filled = buttons.fill.click(fill, [canvas, model, *settings], filmstrip, **queue, **options)
    buttons.supersede.click(None, None, None, cancels=[filled], queue=False, **options)
    return filled


def frames(handlers: Handlers, drawing: Drawing, model: str, chosen: Sequence[Any]) -> Iterator[Message]:
    """Fill a canvas with the settings chosen but few steps; a message for the filmstrip at the end.

    Before it there is nothing new, once a step, so that a run can be ended between steps. If nothing is
    masked the picture is decoded again, once: pins show in it.

    Raises:
        gr.Error: if the model is not offered, or a setting is out of range.
    """
    try:
        with toasted():
            settings = controls.settings(chosen)
            steps = few_steps(int(drawing.canvas.unknown.sum()))
            settings = settings.model_copy(update={"steps": min(settings.steps, steps)})
            pipe, known_as = handlers.pipeline(model), models.known_as(handlers.offered[model])
            for message in run(pipe, known_as, drawing.canvas, settings, 1, previews=False):
                yield {**message, "run": drawing.run, "live": True} if message["recipe"] else gr.skip()
    except Exception:
        # By name: a newer run may have taken the place of this one on the page.
        yield {**idle(), "run": drawing.run}
        raise
