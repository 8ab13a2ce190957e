"""Reading mask files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unleash.images.compositing import Mask
from unleash.images.reading import decoded, picture_size, turned
from unleash.images.tones import to_srgb

_SEPARATES = 1 / 5000
"""Minimum fraction of pixels on each side of one half for transparency to define the mask."""


def read_mask(path: str | Path, size: tuple[int, int]) -> Mask:
    """Reads a mask: (H, W) float in [0, 1], 1 where the picture is to be repainted.

    The alpha channel is the mask (opaque is 1) if at least one pixel in 5,000 is more than half opaque and at
    least one in 5,000 is not; if all pixels are dark, or all bright, one pixel is enough. Otherwise the mask
    is the brightness over black (white is 1).

    A mask that is too large to be read at its full size is reduced like a picture, taking the maximum of the
    pixels that become one.

    Args:
        path: a picture.
        size: (width, height) in pixels of the picture that the mask belongs to.

    Raises:
        ValueError: if the file cannot be read as a picture, has another size, or masks nothing.
    """
    name, own = Path(path).name, picture_size(path)
    if own != size:
        raise ValueError(
            f"the mask {name} has {own[0]}×{own[1]} pixels; it must have the size of the picture, "
            f"{size[0]}×{size[1]}"
        )
    mask = _values(path).astype(np.float32)
    mask /= 255
    if not (mask > 0.5).any():
        raise ValueError(f"the mask {name} is empty; mark the area to repaint in white")
    return mask


def _values(path: str | Path) -> NDArray[np.uint8]:
    """The mask in a file: (H, W), EXIF orientation applied, 255 where the picture is to be repainted."""
    with decoded(path) as file:
        width, height = file.size
        grey, alpha = (np.empty((height, width), dtype=np.uint8) for _ in range(2))
        sides: set[bool] = set()
        for top, strip in file.strips():
            bright = np.array((to_srgb(strip, None) if strip.mode == "LAB" else strip).convert("L"))
            opaque = np.array(strip.getchannel("A")) if strip.mode == "RGBA" else np.full_like(bright, 255)
            sides.update(np.unique(bright > 127).tolist())
            on_black = (bright * (opaque / np.float32(255))).round().astype(np.uint8)
            for whole, part in ((grey, on_black), (alpha, opaque)):
                small = _most_of(part, file.factor)
                whole[top : top + len(small)] = small
        least = _SEPARATES if len(sides) > 1 else 0
        opaque_share = float((alpha > 127).mean())
        separates = 0 < opaque_share < 1 and min(opaque_share, 1 - opaque_share) >= least
        return np.array(turned(Image.fromarray(alpha if separates else grey), file.turn))


def _most_of(values: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The maximum of each ``factor`` × ``factor`` block of values (H, W); smaller blocks at the edges."""
    rows, columns = (np.arange(0, length, factor) for length in values.shape)
    return np.maximum.reduceat(np.maximum.reduceat(values, rows, axis=0), columns, axis=1)
