"""Pictures on their way to the page."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image


def without(image: Image.Image, unknown: np.ndarray) -> Image.Image:
    """``image`` with its ``unknown`` cells, (h, w) bool, transparent."""
    alpha = Image.fromarray(np.where(unknown, 0, 255).astype(np.uint8))
    image = image.copy()
    image.putalpha(alpha.resize(image.size, Image.Resampling.NEAREST))
    return image


def data_url(image: Image.Image, quality: int = 88) -> str:
    """``image`` as WebP in a URL of its own; fast rather than small, it is made at every step."""
    file = BytesIO()
    image.save(file, "WEBP", quality=quality, method=1)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
