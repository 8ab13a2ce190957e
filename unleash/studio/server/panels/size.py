"""The tab "Size": larger canvases, two pictures in one, and the pixels of opened pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from PIL import Image, ImageOps

from unleash.canvas.document import TokenCanvas
from unleash.images.reading import read_picture
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
            return second_picture(pipeline(name), path, drawing.canvas)

    panel.ask.click(
        about, [canvas, model, pictures, *settings.inputs], panel.sizes, trigger_mode="always_last", **_QUIET
    )
    panel.second.upload(open_second, [panel.second, canvas, model], panel.sizes, **queue, **_QUIET)


def second_picture(pipe: UnleashPipeline, path: str, canvas: TokenCanvas) -> Message:
    """What to stitch to a canvas: a picture cut to its size, or one that Unleash made as it is.

    Raises:
        ValueError: if the file holds no picture, or its recipe is of another codebook.
    """
    recipe = files.carried_recipe(path)
    if recipe is not None and recipe.canvas.base.shape == canvas.base.shape:
        if recipe.canvas.codebook_size != canvas.codebook_size:
            raise ValueError(
                f"the second picture has {recipe.canvas.codebook_size} codes, this model "
                f"{canvas.codebook_size}: open it with the model that made it"
            )
        image = files.picture_of(pipe, files.result(recipe.canvas, recipe))
        own = files.own_pixels(path, recipe, image)
        message = files.canvas_message(recipe.canvas, image, recipe, original=own)
    else:
        cell = pipe.vqgan.cell_size
        given = ImageOps.fit(
            read_picture(path), (canvas.width * cell, canvas.height * cell), Image.Resampling.LANCZOS
        )
        second = pipe.encode(given)
        message = files.canvas_message(second, pipe.render(second), original=given)
    return message | {"kind": "second"}
