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
"""Maximum side of a canvas in pixels."""


class Header(NativeComponent):
    """Open, save, undo and redo, at the top of the page.

    The event ``open`` opens an uploaded file ``{"path", "older", "name"}``, ``pack`` requests
    the server's part of a project file, and ``unpack`` opens a project. Each has a
    ``name``, which the answer repeats.
    """

    EVENTS = [EventListener(name) for name in ("open", "pack", "unpack")]  # type: ignore[assignment]  # noqa: RUF012

    folder = "header"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="header", server_functions=[mask_in], **options)


def mask_in(asked: Any) -> dict[str, str]:
    """The mask in an uploaded file ``{"path", "width", "height"}``, cropped and scaled to a size in pixels.

    Returns:
        ``{"url"}`` of a grey PNG, white where the picture is to be repainted, or a one-line ``{"error"}``.
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
        raise ValueError("the mask has an invalid size: reload the page")
    return pixels
