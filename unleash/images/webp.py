"""Encoding of pictures as WebP."""

from io import BytesIO

from PIL import Image


def webp(image: Image.Image, quality: int, method: int = 4) -> bytes:
    """Encodes a picture as a WebP file.

    Args:
        image: in any mode that WebP supports.
        quality: 0 to 100.
        method: 0 (fast) to 6 (small).
    """
    file = BytesIO()
    image.save(file, "WEBP", quality=quality, method=method)
    return file.getvalue()
