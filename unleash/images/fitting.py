"""Pictures in the shape of a canvas."""

from typing import Literal

from PIL import Image, ImageOps

Fit = Literal["crop", "whole", "shape", "cells"]
"""How a picture comes to fit: cut to a square, whole in a square with margins, in its own shape at its own
size, or with its shorter side scaled to the model's."""

_MARGIN = (236, 235, 232)


def to_grid(image: Image.Image, fit: Fit, cells: int, cell_size: int, most: int) -> Image.Image:
    """``image`` as large as a grid of cells.

    Args:
        image: of any size.
        fit: how it comes to fit.
        cells: on a side of the model's own grid.
        cell_size: pixels on a side of a cell.
        most: cells that a longer side may have.
    """
    if fit == "shape":
        return to_shape(image, cell_size, cells, most)
    if fit == "cells":
        return to_cells(image, cells * cell_size, cell_size, most)
    return to_square(image, cells * cell_size, fit)


def to_square(image: Image.Image, side: int, fit: Fit) -> Image.Image:
    """``image`` as ``side`` × ``side`` pixels; a very thin one keeps a row or column of pixels in margins."""
    if fit == "crop":
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    width, height = (max(1, round(length / max(image.size) * side)) for length in image.size)
    paper = Image.new("RGB", (side, side), _MARGIN)
    whole = image.resize((width, height), Image.Resampling.LANCZOS)
    paper.paste(whole, (round((side - width) * 0.5), round((side - height) * 0.5)))
    return paper


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
