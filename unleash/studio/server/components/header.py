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
    """The mask in an uploaded file ``{"path", "width", "height", "photo"}``, scaled to a size in pixels.

    Of a mask as large as the photograph on the canvas, ``{"size", "box"}``, the part that the canvas shows is
    taken; of another what fits the shape of the canvas, from its middle.

    Returns:
        ``{"url"}`` of a grey PNG, white where the picture is to be repainted, or ``{"error"}`` in a line.
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
        raise ValueError("the canvas has no such size: reload the page")
    return pixels


def _shown(mask: Mask, size: tuple[int, int], photo: Any) -> Mask:
    """The part of a mask that lies over what the canvas shows of a photograph of the same ``size``."""
    if not isinstance(photo, dict) or photo.get("size") != list(size):
        return mask
    scale = mask.shape[1] / size[0]  # less than 1 if it was reduced when read
    left, top, right, bottom = (round(edge * scale) for edge in checked_box(photo.get("box")))
    if max(right - left, bottom - top) > 2 * max(mask.shape):
        raise ValueError("the canvas shows no such part of the picture: reload the page")
    return np.array(Image.fromarray(mask).crop((left, top, max(right, left + 1), max(bottom, top + 1))))
