"""The tab "Size": larger canvases, two pictures in one, and the pixels of opened pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from unleash.pipeline import UnleashPipeline
from unleash.studio.server import controls, files, timing
from unleash.studio.server import menu as models
from unleash.studio.server.components.canvas import Canvas, Drawing
from unleash.studio.server.components.sizes import Sizes
from unleash.studio.server.controls import Controls
from unleash.studio.server.runs import Message
from unleash.studio.server.toasts import toasted

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True)
class SizePanel:
    """The components of the tab.

    Attributes:
        sizes: all that a person sees.
        ask: what the page presses to hear how long a run will take.
        second: what the page presses to open the second picture of a stitch.
    """

    sizes: Sizes
    ask: gr.Button
    second: gr.UploadButton


def lay_out() -> SizePanel:
    """Put the tab where the tabs are laid out."""
    with gr.Tab("Size"):
        sizes = Sizes()
        with gr.Row(elem_id="behind-sizes"):
            ask = gr.Button("About how long?", elem_id="ask-time")
            second = gr.UploadButton("Open the second picture", file_types=["image"], elem_id="open-second")
    return SizePanel(sizes, ask, second)


def wire(
    panel: SizePanel,
    canvas: Canvas,
    model: gr.Dropdown,
    pictures: gr.Slider,
    settings: Controls,
    offered: models.Menu,
    pipeline: Callable[[str], UnleashPipeline],
    queue: dict[str, Any],
) -> None:
    """Make the tab's buttons do what they say; ``queue`` says where who needs the model waits."""

    def about(drawing: Drawing, name: str, count: float, *chosen: Any) -> Message:
        with toasted():
            pipe, measured = pipeline(name), timing.pace(offered[name])
            settings = controls.settings(chosen)
            asked = controls.pictures(count)
            seconds = timing.seconds(pipe, measured, drawing.canvas, settings, asked)
        shape = [drawing.canvas.height, drawing.canvas.width]
        return {"kind": "time", "seconds": round(seconds, 1), "canvas": shape}

    def open_second(path: str, drawing: Drawing, name: str) -> Message:
        with toasted():
            return files.second_picture(pipeline(name), path, drawing.canvas)

    panel.ask.click(
        about, [canvas, model, pictures, *settings.inputs], panel.sizes, trigger_mode="always_last", **_QUIET
    )
    panel.second.upload(open_second, [panel.second, canvas, model], panel.sizes, **queue, **_QUIET)
