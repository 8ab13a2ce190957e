"""Resizing and cropping pictures to the shape of a canvas."""

from typing import Any, Literal

from PIL import Image, ImageOps

Fit = Literal["crop", "whole", "shape", "cells"]
"""How a picture is fitted: cropped to a square, padded to a square, in its own aspect ratio at its own size,
or with its shorter side resized to the model's."""

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) in pixels of a picture; it may reach beyond the picture."""

Crop = tuple[int, int, int, int]
"""(x, y, width, height): a part of a picture in whole pixels."""

MARGIN = (236, 235, 232)
"""Colour of the margins of a padded picture, RGB."""


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


def shown_box(size: tuple[int, int], fit: Fit, cells: int, cell_size: int, most: int) -> Box:
    """The part of a picture of ``size`` (width, height) that :func:`to_grid` shows, its margins included."""
    if fit == "whole":
        side = cells * cell_size
        width, height = _whole(size, side)
        left, top = (round((side - length) * 0.5) for length in (width, height))
        across, down = size[0] / width, size[1] / height
        return -left * across, -top * down, (side - left) * across, (side - top) * down
    if fit == "crop":
        return centred(size, (1, 1))
    if fit == "cells":
        return centred(size, _whole_cells(size, cells * cell_size, cell_size, most))
    shape, scale = own_shape(size, cell_size, cells, most)
    return _inside(size, shape) if scale == 1 else centred(size, shape)


def crop_box(crop: Crop, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) of a part of a picture of ``size`` (width, height).

    Raises:
        ValueError: if it is empty or reaches beyond the picture.
    """
    x, y, width, height = crop
    right, bottom = x + width, y + height
    if not (0 <= x < right <= size[0] and 0 <= y < bottom <= size[1]):
        raise ValueError(
            f"the crop {','.join(map(str, crop))} is not a part of a picture of {size[0]}×{size[1]} pixels: "
            "give x,y,width,height within it"
        )
    return x, y, right, bottom


def checked_box(value: Any) -> Box:
    """A box in untrusted JSON.

    Raises:
        ValueError: if it is not four finite numbers, or is empty.
    """
    numbers = value if isinstance(value, list | tuple) and len(value) == 4 else ()
    real = all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e9 for n in numbers)
    if not numbers or not real or value[0] >= value[2] or value[1] >= value[3]:
        raise ValueError("a box must be four numbers: left, top, right and bottom in pixels")
    left, top, right, bottom = map(float, value)
    return left, top, right, bottom


def to_square(image: Image.Image, side: int, fit: Fit) -> Image.Image:
    """``image`` as ``side`` × ``side`` pixels, cropped or padded; at least one row and column remain."""
    if fit == "crop":
        return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    width, height = _whole(image.size, side)
    paper = Image.new("RGB", (side, side), MARGIN)
    whole = image.resize((width, height), Image.Resampling.LANCZOS)
    paper.paste(whole, (round((side - width) * 0.5), round((side - height) * 0.5)))
    return paper


def to_shape(image: Image.Image, cell_size: int, least: int, most: int) -> Image.Image:
    """``image`` in its own aspect ratio, resized only if a side is not ``least`` to ``most`` cells long.

    It is cropped to whole cells, and to ``most`` cells if the shorter side would otherwise have fewer than
    ``least``.
    """
    shape, scale = own_shape(image.size, cell_size, least, most)
    if scale == 1:
        return image.crop(_inside(image.size, shape))
    return ImageOps.fit(image, shape, Image.Resampling.LANCZOS)


def to_cells(image: Image.Image, side: int, cell_size: int, most: int) -> Image.Image:
    """``image`` with its shorter side resized to ``side`` pixels and its longer one cropped to whole cells.

    Args:
        image: of any size.
        side: a multiple of ``cell_size``; a square picture gets the size that :func:`to_square` gives it.
        cell_size: side of a cell in pixels.
        most: maximum number of cells of the longer side.
    """
    return ImageOps.fit(image, _whole_cells(image.size, side, cell_size, most), Image.Resampling.LANCZOS)


def _whole(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size of a picture whose longer side is resized to ``side``."""
    width, height = (max(1, round(length / max(size) * side)) for length in size)
    return width, height


def own_shape(size: tuple[int, int], cell_size: int, least: int, most: int) -> tuple[tuple[int, int], float]:
    """The size that :func:`to_shape` gives a picture, and the scale."""
    shortest, longest = (length / cell_size for length in sorted(size))
    scale = max(min(1.0, most / longest), least / shortest)
    # The epsilon keeps rounding from dropping a cell where the size is an exact multiple.
    width, height = (min(int(length * scale / cell_size + 1e-6), most) * cell_size for length in size)
    return (width, height), scale


def _whole_cells(size: tuple[int, int], side: int, cell_size: int, most: int) -> tuple[int, int]:
    """The size that :func:`to_cells` gives a picture."""
    scale = side / min(size)
    width, height = (min(int(length * scale + 1e-6) // cell_size, most) * cell_size for length in size)
    return width, height


def _inside(size: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box of ``shape`` whole pixels in the middle of a picture."""
    left, top = (size[0] - shape[0]) // 2, (size[1] - shape[1]) // 2
    return left, top, left + shape[0], top + shape[1]


def centred(size: tuple[int, int], shape: tuple[int, int]) -> Box:
    """The largest box with the aspect ratio of ``shape`` in the middle of a picture, as ``ImageOps.fit``."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    width, height = shape[0] * scale, shape[1] * scale
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, left + width, top + height
