"""The tab "Size": larger canvases, stitching, and how opened pictures are fitted."""

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gradio as gr

from unleash.canvas.document import TokenCanvas
from unleash.canvas.stitching import Axis
from unleash.studio.server import controls, files, timing
from unleash.studio.server.component import event_data, uploaded
from unleash.studio.server.components.canvas import Canvas, Drawing
from unleash.studio.server.components.estimate import Estimate
from unleash.studio.server.components.sizes import Sizes
from unleash.studio.server.controls import Controls
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.runs import Message
from unleash.studio.server.toasts import toasted

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def lay_out() -> Sizes:
    """Create the tab."""
    with gr.Tab("Size"):
        return Sizes()


def wire(
    sizes: Sizes,
    canvas: Canvas,
    model: gr.Dropdown,
    pipeline: "Callable[[str], UnleashPipeline]",
    queue: dict[str, Any],
) -> None:
    """Let the tab open a second picture; ``queue``: options of the queue for the model."""

    def open_second(drawing: Drawing, name: str, event: gr.EventData) -> Message:
        with toasted():
            given = event_data(event)
            asked = given if isinstance(given, dict) else {}
            axis: Axis = "vertical" if asked.get("axis") == "vertical" else "horizontal"
            return files.second_picture(pipeline(name), uploaded(asked.get("path")), drawing.canvas, axis)

    sizes.upload(open_second, [canvas, model], sizes, **queue, **_QUIET)


def wire_estimate(
    estimate: Estimate,
    canvas: Canvas,
    model: gr.Dropdown,
    pictures: gr.Slider,
    settings: Controls,
    handlers: Handlers,
) -> None:
    """Let the page request the estimated time to fill its canvas."""

    def about(drawing: Drawing, name: str, count: float, event: gr.EventData, *chosen: Any) -> Message:
        with toasted():
            canvas = TokenCanvas.from_dict(event_data(event))
            pipe = handlers.pipeline(name)
            measured = timing.pace(pipe)
            settings = drawing.settings(controls.settings(chosen))
            seconds = timing.seconds(pipe, measured, canvas, settings, controls.pictures(count))
            steps = max(1, min(settings.steps, int(canvas.unknown.sum())))
            a_step = ceil(pipe.evaluations(canvas, settings=settings) / steps)
        # With an id, or the same answer twice would not trigger an event.
        return {
            "id": uuid4().hex,
            "seconds": round(seconds, 1),
            "canvas": list(canvas.base.shape),
            "evaluations": a_step,
        }

    inputs = [canvas, model, pictures, *settings.inputs]
    estimate.submit(about, inputs, estimate, trigger_mode="always_last", **_QUIET)
