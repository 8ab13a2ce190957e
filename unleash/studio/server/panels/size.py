"""The tab "Size": larger canvases, two pictures in one, and the pixels of opened pictures."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import gradio as gr
from PIL import Image, ImageOps

from unleash.canvas.document import TokenCanvas
from unleash.images.reading import read_picture
from unleash.pipeline import UnleashPipeline
from unleash.studio.server import controls, files, timing
from unleash.studio.server.component import event_data, uploaded
from unleash.studio.server.components.canvas import Canvas, Drawing
from unleash.studio.server.components.estimate import Estimate
from unleash.studio.server.components.sizes import Sizes
from unleash.studio.server.controls import Controls
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.runs import Message
from unleash.studio.server.toasts import toasted

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def lay_out() -> Sizes:
    """Put the tab where the tabs are laid out."""
    with gr.Tab("Size"):
        return Sizes()


def wire(
    sizes: Sizes,
    canvas: Canvas,
    model: gr.Dropdown,
    pipeline: Callable[[str], UnleashPipeline],
    queue: dict[str, Any],
) -> None:
    """Let the tab open a second picture; ``queue`` says where who needs the model waits."""

    def open_second(drawing: Drawing, name: str, event: gr.EventData) -> Message:
        with toasted():
            given = event_data(event)
            path = uploaded(given.get("path") if isinstance(given, dict) else None)
            return second_picture(pipeline(name), path, drawing.canvas)

    sizes.upload(open_second, [canvas, model], sizes, **queue, **_QUIET)


def wire_estimate(
    estimate: Estimate,
    canvas: Canvas,
    model: gr.Dropdown,
    pictures: gr.Slider,
    settings: Controls,
    handlers: Handlers,
) -> None:
    """Let the page ask how long filling its canvas will take."""

    def about(drawing: Drawing, name: str, count: float, *chosen: Any) -> Message:
        with toasted():
            pipe, measured = handlers.pipeline(name), timing.pace(handlers.offered[name])
            seconds = timing.seconds(
                pipe, measured, drawing.canvas, controls.settings(chosen), controls.pictures(count)
            )
        shape = [drawing.canvas.height, drawing.canvas.width]
        # With an id, or the page would not hear the same answer twice.
        return {"id": uuid4().hex, "seconds": round(seconds, 1), "canvas": shape}

    inputs = [canvas, model, pictures, *settings.inputs]
    estimate.submit(about, inputs, estimate, trigger_mode="always_last", **_QUIET)


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
    return message
