"""The header of the page: files and history."""

from typing import Any

import numpy as np
from gradio.events import EventListener
from PIL import Image

from unleash.images.compositing import fitted
from unleash.images.masks import read_mask
from unleash.images.reading import picture_size
from unleash.studio.server.component import NativeComponent, uploaded
from unleash.studio.server.data_urls import png_url

_MAX_PIXELS = 2048
"""On a side of a canvas."""


class Header(NativeComponent):
    """Open, save, undo and redo, at the top of the page.

    The page asks by the event ``open`` for an uploaded file ``{"path", "older", "name"}``, by ``pack`` for
    what a project file holds of the server, and by ``unpack`` for a project to go on with. Each has a
    ``name``, which the answer has too.
    """

    EVENTS = [EventListener(name) for name in ("open", "pack", "unpack")]  # type: ignore[assignment]  # noqa: RUF012

    folder = "header"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="header", server_functions=[mask_in], **options)


def mask_in(asked: Any) -> dict[str, str]:
    """The mask in an uploaded file ``{"path", "width", "height"}``, cut and scaled to a size in pixels.

    Returns:
        ``{"url"}`` of a grey PNG, white where the picture is to be repainted, or ``{"error"}`` in a line.
    """
    try:
        given = asked if isinstance(asked, dict) else {}
        path = uploaded(given.get("path"))
        width, height = (_side(given.get(name)) for name in ("width", "height"))
        mask = fitted(read_mask(path, picture_size(path)), (width, height))
    except ValueError as error:
        return {"error": f"{error}."}
    return {"url": png_url(Image.fromarray((mask * 255).round().astype(np.uint8)))}


def _side(pixels: Any) -> int:
    if isinstance(pixels, bool) or not isinstance(pixels, int) or not 0 < pixels <= _MAX_PIXELS:
        raise ValueError("the canvas has no such size: reload the page")
    return pixels
