"""Pictures on their way to the page."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from unleash.images.reading import lazily
from unleash.images.webp import webp


def without(image: Image.Image, unknown: np.ndarray) -> Image.Image:
    """``image`` with its ``unknown`` cells, (h, w) bool, transparent."""
    alpha = Image.fromarray(np.where(unknown, 0, 255).astype(np.uint8))
    image = image.copy()
    image.putalpha(alpha.resize(image.size, Image.Resampling.NEAREST))
    return image


def png_url(image: Image.Image) -> str:
    """``image`` as PNG in a URL of its own, every pixel as it is."""
    file = BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def from_png_url(url: Any) -> Image.Image:
    """The picture in what :func:`png_url` made; it is decoded only when its pixels are asked for.

    Raises:
        ValueError: if it is anything else.
    """
    head, _, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    try:
        if head != "data:image/png;base64":
            raise ValueError
        return lazily(BytesIO(base64.b64decode(data, validate=True)), ("PNG",))
    except ValueError:
        raise ValueError("what the page sent is no PNG") from None


def data_url(image: Image.Image, quality: int = 88) -> str:
    """``image`` as WebP in a URL of its own; fast rather than small, it is made at every step."""
    return f"data:image/webp;base64,{base64.b64encode(webp(image, quality, method=1)).decode()}"
