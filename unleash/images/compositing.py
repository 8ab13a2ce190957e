"""Pixel masks: conversion to cells, feathering, and blending a repainted picture into the original.

A mask is (H, W) float in [0, 1]: 1 where the picture is repainted, 0 where it is kept.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps

from unleash.canvas.grids import as_size

Mask = NDArray[np.float32]


def touched_cells(mask: ArrayLike, grid: tuple[int, int]) -> NDArray[np.bool_]:
    """The cells that contain at least one mask pixel above one half.

    Args:
        mask: (H, W) in [0, 1], of any size; cropped to the aspect ratio of the grid like a picture by
            :func:`~unleash.images.fitting.to_square`.
        grid: (height, width) in cells.

    Returns:
        (h, w) bool.
    """
    marked = (checked(mask) > 0.5).astype(np.float32)
    # A box filter on floats, so that even a single pixel counts.
    return np.array(ImageOps.fit(Image.fromarray(marked), grid[::-1], Image.Resampling.BOX)) > 0


def fitted(mask: ArrayLike, size: tuple[int, int]) -> Mask:
    """A mask resized to (width, height) pixels and cropped to that aspect ratio."""
    image = Image.fromarray(checked(mask))
    return np.array(ImageOps.fit(image, size, Image.Resampling.BOX)).clip(0, 1)


def of_cells(cells: NDArray[np.bool_], cell_size: int) -> Mask:
    """The pixel mask (h * cell_size, w * cell_size) of cells (h, w) bool."""
    return np.kron(cells, np.ones((cell_size, cell_size))).astype(np.float32)


def feathered(mask: ArrayLike, feather: int) -> Mask:
    """Grows a mask by a soft edge: values never decrease, and are 0 more than ``feather`` pixels away.

    Raises:
        ValueError: if ``feather`` is negative.
    """
    import torch  # noqa: PLC0415 - takes seconds
    import torch.nn.functional as F  # noqa: PLC0415

    if feather < 0:
        raise ValueError(f"the feather must be at least 0 pixels, not {feather}")
    # A maximum filter, then a mean filter of the same width: 1 stays exactly 1, distant pixels exactly 0.
    reach = feather // 2
    soft = torch.from_numpy(checked(mask))[None, None]
    # One direction at a time: a square window takes as many times longer as it is wide.
    for rows, cols in ((reach, 0), (0, reach)):
        soft = F.max_pool2d(soft, (2 * rows + 1, 2 * cols + 1), 1, (rows, cols))
    for rows, cols in ((reach, 0), (0, reach)):
        around = F.pad(soft, (cols, cols, rows, rows), mode="replicate")
        soft = F.avg_pool2d(around, (2 * rows + 1, 2 * cols + 1), 1)
    return soft[0, 0].numpy()


def blend(original: Image.Image, made: Image.Image, mask: ArrayLike, feather: int = 0) -> Image.Image:
    """Blends ``made`` into ``original`` with a mask.

    Where the feathered mask is 0, pixels are exactly those of ``original``; where it is 1, of ``made``.

    Args:
        original: RGB.
        made: RGB, of the same size.
        mask: (H, W) in [0, 1], of the same size.
        feather: width of the transition beyond the mask, in pixels.

    Raises:
        ValueError: if sizes differ, or the mask or the feather is out of range.
    """
    alpha = feathered(mask, feather)
    if not original.size == made.size == alpha.shape[::-1]:
        raise ValueError(
            f"original, picture and mask must have the same size, not {as_size(original.size)}, "
            f"{as_size(made.size)} and {as_size(alpha.shape[::-1])} pixels"
        )
    before, after = (np.array(image.convert("RGB"), dtype=np.float32) for image in (original, made))
    return Image.fromarray((before + alpha[..., None] * (after - before)).round().astype(np.uint8))


def checked(mask: ArrayLike) -> Mask:
    """A mask as a float32 array.

    Raises:
        ValueError: if it is not an (H, W) array of numbers from 0 to 1.
    """
    array = np.asarray(mask, dtype=np.float32)
    if array.ndim != 2 or array.size == 0 or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(
            f"a mask must be (H, W) numbers from 0 to 1, not {as_size(array.shape)} other values"
        )
    return array
