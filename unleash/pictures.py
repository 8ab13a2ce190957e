"""Pictures and masks from files."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from unleash.inpaint import checked

Fit = Literal["crop", "whole", "shape"]
"""How a picture comes to fit: cut to a square, whole in a square with margins, or in its own shape."""

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


def to_shape(image: Image.Image, cell_size: int, least: int, most: int) -> Image.Image:
    """``image`` in its own shape and, if that is ``least`` to ``most`` cells a side, at its own size.

    Pixels that make no whole cell are cut off around it. Where the longer side is too long for the shorter
    one to have ``least`` cells, it is cut too.
    """
    shortest, longest = (length / cell_size for length in sorted(image.size))
    scale = max(min(1.0, most / longest), least / shortest)
    # A little more than nothing, or rounding would cost a picture of just so many cells one of them.
    cells = (min(int(length * scale / cell_size + 1e-6), most) for length in image.size)
    width, height = (count * cell_size for count in cells)
    if scale == 1:
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def to_cells(image: Image.Image, side: int, cell_size: int, most: int) -> Image.Image:
    """``image`` with its shorter side scaled to ``side`` pixels and its longer one cut to whole cells.

    Args:
        image: of any size.
        side: a multiple of ``cell_size``; a square picture becomes as large as :func:`to_square` makes it.
        cell_size: pixels on a side of a cell.
        most: cells that the longer side may have.
    """
    scale = side / min(image.size)
    width, height = (min(int(length * scale + 1e-6) // cell_size, most) * cell_size for length in image.size)
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def read_mask(path: str | Path, size: tuple[int, int]) -> NDArray[np.float32]:
    """The mask in a file: (H, W) in [0, 1], 1 where it is white or, if any of it is transparent, opaque.

    Args:
        path: a picture; what :func:`write_mask` wrote, for instance.
        size: (width, height) of the picture it belongs to, in pixels; the mask has as many.

    Raises:
        ValueError: if the file holds no picture, one of another size, or one that marks nothing.
    """
    image = _read(path)
    if image.size != size:
        raise ValueError(
            f"the mask {Path(path).name} has {image.width}×{image.height} pixels; as many as the picture, "
            f"{size[0]}×{size[1]}, are right"
        )
    alpha = np.array(image.convert("RGBA").getchannel("A"))
    values = alpha if (alpha < 255).any() else np.array(image.convert("L"))
    mask = values.astype(np.float32) / np.float32(255)
    if not (mask > 0.5).any():
        raise ValueError(f"the mask {Path(path).name} marks nothing: paint white what is to be repainted")
    return mask


def write_mask(mask: ArrayLike, path: str | Path) -> None:
    """Write a mask (H, W) in [0, 1] as a grey PNG, white where it is 1.

    Raises:
        ValueError: if it is no mask.
    """
    Image.fromarray((checked(mask) * 255).round().astype(np.uint8)).save(path, format="PNG")


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
