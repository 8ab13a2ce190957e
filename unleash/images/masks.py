"""Masks from files and in files."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from unleash.images.compositing import Mask, checked
from unleash.images.reading import decoded, picture_size, turned
from unleash.images.tones import to_srgb
from unleash.writing import whole_file

_SEPARATES = 1 / 5000
"""The share of a mask's pixels on either side of one half from which on its transparency is meant."""


def read_mask(path: str | Path, size: tuple[int, int]) -> Mask:
    """The mask in a file: (H, W) in [0, 1], 1 where the picture is to be repainted.

    Transparency decides, opaque being 1, where it separates: if at least one pixel in 5,000 is more than
    half opaque, and one in 5,000 is not; of a mask that is all dark or all bright, one pixel is enough. Else
    brightness decides, white being 1, on black where it is transparent.

    A mask that is too large to be read at its size is reduced as a picture is, and one marked pixel of those
    that become one is enough.

    Args:
        path: a picture; what :func:`write_mask` wrote, for instance.
        size: (width, height) of the picture it belongs to, in pixels.

    Raises:
        ValueError: if the file holds no picture, one of another size, or one that marks nothing.
    """
    name, own = Path(path).name, picture_size(path)
    if own != size:
        raise ValueError(
            f"the mask {name} has {own[0]}×{own[1]} pixels: it must have as many as the picture, "
            f"{size[0]}×{size[1]}"
        )
    mask = _values(path).astype(np.float32)
    mask /= 255
    if not (mask > 0.5).any():
        raise ValueError(f"the mask {name} marks nothing: paint white what is to be repainted")
    return mask


def write_mask(mask: ArrayLike, path: str | Path) -> None:
    """Write a mask (H, W) in [0, 1] as a grey PNG, white where it is 1.

    Raises:
        ValueError: if it is no mask.
    """
    grey = Image.fromarray((checked(mask) * 255).round().astype(np.uint8))
    with whole_file(path) as part:
        grey.save(part, format="PNG")


def _values(path: str | Path) -> NDArray[np.uint8]:
    """The mask in a file, upright, (H, W) with 255 where the picture is to be repainted."""
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
    """The largest of each ``factor`` × ``factor`` values (H, W), of fewer at the right and the bottom."""
    rows, columns = (np.arange(0, length, factor) for length in values.shape)
    return np.maximum.reduceat(np.maximum.reduceat(values, rows, axis=0), columns, axis=1)
