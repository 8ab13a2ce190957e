"""Pictures and masks from files."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Fit = Literal["crop", "whole"]
"""How a picture comes to be a square: cut at its longer sides, or whole with margins."""

_MARGIN = (236, 235, 232)


def read_picture(path: str | Path) -> Image.Image:
    """The picture in a file, upright, in RGB; what is transparent is on white.

    Raises:
        ValueError: if the file holds no picture that can be read.
    """
    upright = _read(path).convert("RGBA")
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright).convert("RGB")


def to_square(image: Image.Image, side: int, fit: Fit) -> Image.Image:
    """``image`` as ``side`` × ``side`` pixels."""
    if fit == "crop":
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    return ImageOps.pad(image, (side, side), Image.Resampling.LANCZOS, color=_MARGIN)


def touched_cells(path: str | Path, size: tuple[int, int], grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells of a picture, cut to a square, a mask touches.

    Args:
        path: white or, if any of it is transparent, opaque where a pixel is marked.
        size: (width, height) of the picture before it was cut, in pixels; the mask has as many.
        grid: (height, width) in cells.

    Returns:
        (h, w) bool.

    Raises:
        ValueError: if the file holds no picture, one of another size, or one that marks nothing.
    """
    mask = _read(path)
    if mask.size != size:
        raise ValueError(
            f"the mask {Path(path).name} has {mask.width}×{mask.height} pixels; as many as the picture, "
            f"{size[0]}×{size[1]}, are right"
        )
    alpha = np.array(mask.convert("RGBA").getchannel("A"))
    marked = (alpha if (alpha < 255).any() else np.array(mask.convert("L"))) > 127
    # Averaged over the area of each cell in floats, so that not even one pixel is lost.
    shares = Image.fromarray(marked.astype(np.float32))
    cells = np.array(ImageOps.fit(shares, grid[::-1], Image.Resampling.BOX)) > 0
    if not cells.any():
        raise ValueError(f"the mask {Path(path).name} marks nothing: paint white what is to be repainted")
    return cells


def _read(path: str | Path) -> Image.Image:
    name = Path(path).name
    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise ValueError(f"{name} is no picture: PNG, JPEG, WebP or GIF is needed") from None
    except FileNotFoundError:
        raise ValueError(f"there is no file {path}") from None
    # What Pillow raises depends on which byte is wrong.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} cannot be read: {str(error).splitlines()[0]}") from None
