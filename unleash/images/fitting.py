"""Resizing and cropping pictures to the shape of a canvas."""

from typing import Literal

from PIL import Image, ImageOps

Fit = Literal["crop", "whole", "shape", "cells"]
"""How a picture is fitted: cropped to a square, padded to a square, in its own aspect ratio at its own size,
or with its shorter side resized to the model's."""

_MARGIN = (236, 235, 232)


def to_grid(image: Image.Image, fit: Fit, cells: int, cell_size: int, most: int) -> Image.Image:
    """``image`` resized and cropped to a grid of cells.

    Args:
        image: of any size.
        fit: how it is fitted.
        cells: side of the model's own grid in cells.
        cell_size: side of a cell in pixels.
        most: maximum number of cells of the longer side.
    """
    if fit == "shape":
        return to_shape(image, cell_size, cells, most)
    if fit == "cells":
        return to_cells(image, cells * cell_size, cell_size, most)
    return to_square(image, cells * cell_size, fit)


def to_square(image: Image.Image, side: int, fit: Fit) -> Image.Image:
    """``image`` as ``side`` × ``side`` pixels, cropped or padded; at least one row and column remain."""
    if fit == "crop":
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    width, height = (max(1, round(length / max(image.size) * side)) for length in image.size)
    paper = Image.new("RGB", (side, side), _MARGIN)
    whole = image.resize((width, height), Image.Resampling.LANCZOS)
    paper.paste(whole, (round((side - width) * 0.5), round((side - height) * 0.5)))
    return paper


def to_shape(image: Image.Image, cell_size: int, least: int, most: int) -> Image.Image:
    """``image`` in its own aspect ratio, resized only if a side is not ``least`` to ``most`` cells long.

    It is cropped to whole cells, and to ``most`` cells if the shorter side would otherwise have fewer than
    ``least``.
    """
    shortest, longest = (length / cell_size for length in sorted(image.size))
    scale = max(min(1.0, most / longest), least / shortest)
    # The epsilon keeps rounding from dropping a cell where the size is an exact multiple.
    cells = (min(int(length * scale / cell_size + 1e-6), most) for length in image.size)
    width, height = (count * cell_size for count in cells)
    if scale == 1:
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def to_cells(image: Image.Image, side: int, cell_size: int, most: int) -> Image.Image:
    """``image`` with its shorter side resized to ``side`` pixels and its longer one cropped to whole cells.

    Args:
        image: of any size.
        side: a multiple of ``cell_size``; a square picture gets the size that :func:`to_square` gives it.
        cell_size: side of a cell in pixels.
        most: maximum number of cells of the longer side.
    """
    scale = side / min(image.size)
    width, height = (min(int(length * scale + 1e-6) // cell_size, most) * cell_size for length in image.size)
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
