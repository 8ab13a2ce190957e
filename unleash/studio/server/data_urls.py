"""Pictures as data URLs."""

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
    """``image`` as a data URL of a PNG, lossless."""
    file = BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def from_png_url(url: Any) -> Image.Image:
    """The picture in a URL by :func:`png_url`; its pixels are decoded on access.

    Raises:
        ValueError: if it is not such a URL.
    """
    head, _, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    try:
        if head != "data:image/png;base64":
            raise ValueError
        return lazily(BytesIO(base64.b64decode(data, validate=True)), ("PNG",))
    except ValueError:
        raise ValueError("the page sent something that is not a PNG") from None


def data_url(image: Image.Image, quality: int = 88) -> str:
    """``image`` as a data URL of a WebP; encoded fast rather than small, since every step needs one."""
    return f"data:image/webp;base64,{base64.b64encode(webp(image, quality, method=1)).decode()}"
