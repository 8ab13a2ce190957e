"""The header of the page: files and history."""

from typing import Any

import numpy as np
from gradio.events import EventListener
from PIL import Image

from unleash.images.compositing import Mask, fitted
from unleash.images.fitting import checked_box
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
    """The mask in an uploaded file ``{"path", "width", "height", "photo"}``, cropped and scaled.

    A mask of the size of the photograph on the canvas, ``{"size", "box"}``, is cropped to the same box; any
    other to the aspect ratio of the canvas, at its centre.

    Returns:
        ``{"url"}`` of a grey PNG, white where the picture is to be repainted, or a one-line ``{"error"}``.
    """
    try:
        given = asked if isinstance(asked, dict) else {}
        path = uploaded(given.get("path"))
        width, height = (_side(given.get(name)) for name in ("width", "height"))
        size = picture_size(path)
        mask = _shown(read_mask(path, size), size, given.get("photo"))
        mask = fitted(mask, (width, height))
    except ValueError as error:
        return {"error": f"{error}."}
    return {"url": png_url(Image.fromarray((mask * 255).round().astype(np.uint8)))}


def _side(pixels: Any) -> int:
    if isinstance(pixels, bool) or not isinstance(pixels, int) or not 0 < pixels <= _MAX_PIXELS:
        raise ValueError("the mask has an invalid size: reload the page")
    return pixels


def _shown(mask: Mask, size: tuple[int, int], photo: Any) -> Mask:
    """A mask cropped to the box of a photograph on the canvas, if both have the same ``size``."""
    if not isinstance(photo, dict) or photo.get("size") != list(size):
        return mask
    scale = mask.shape[1] / size[0]  # less than 1 if it was reduced when read
    left, top, right, bottom = (round(edge * scale) for edge in checked_box(photo.get("box")))
    if max(right - left, bottom - top) > 2 * max(mask.shape):
        raise ValueError("the photograph has an invalid box: reload the page")
    return np.array(Image.fromarray(mask).crop((left, top, max(right, left + 1), max(bottom, top + 1))))
