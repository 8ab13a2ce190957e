"""From a mask of pixels to cells, and a repainted picture laid over the original under it.

A mask here is (H, W) float in [0, 1]: 1 where the picture is repainted, 0 where it stays.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps

Mask = NDArray[np.float32]


def touched_cells(mask: ArrayLike, grid: tuple[int, int]) -> NDArray[np.bool_]:
    """The cells that a mask touches with a single pixel of more than one half.

    Args:
        mask: (H, W) in [0, 1], of any size; where its shape is not the grid's, its longer sides are cut as
            :func:`~unleash.images.fitting.to_square` cuts a picture.
        grid: (height, width) in cells.

    Returns:
        (h, w) bool.
    """
    marked = (checked(mask) > 0.5).astype(np.float32)
    # Averaged over the area of each cell in floats, so that not even one pixel is lost.
    return np.array(ImageOps.fit(Image.fromarray(marked), grid[::-1], Image.Resampling.BOX)) > 0


def fitted(mask: ArrayLike, size: tuple[int, int]) -> Mask:
    """A mask at another (width, height) in pixels, its longer sides cut as a picture's are."""
    image = Image.fromarray(checked(mask))
    return np.array(ImageOps.fit(image, size, Image.Resampling.BOX)).clip(0, 1)


def of_cells(cells: NDArray[np.bool_], cell_size: int) -> Mask:
    """The mask (h * cell_size, w * cell_size) that covers whole cells (h, w) bool."""
    return np.kron(cells, np.ones((cell_size, cell_size))).astype(np.float32)


def feathered(mask: ArrayLike, feather: int) -> Mask:
    """A mask grown by a soft edge: nowhere less than before, and 0 more than ``feather`` pixels away.

    Raises:
        ValueError: if ``feather`` is negative.
    """
    if feather < 0:
        raise ValueError(f"a feather is 0 pixels wide or more, not {feather}")
    # Grown by a half, then averaged over as much: what was 1 stays exactly 1, what is far exactly 0.
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
    """``made`` laid over ``original`` under a mask.

    Where the feathered mask is 0 every pixel is the original's, bit by bit; where it is 1, what was made.

    Args:
        original: RGB.
        made: RGB, as large.
        mask: (H, W) in [0, 1], as large.
        feather: how many pixels beyond the mask the two fade into one another.

    Raises:
        ValueError: if sizes differ, or the mask or the feather is out of range.
    """
    alpha = feathered(mask, feather)
    if not original.size == made.size == alpha.shape[::-1]:
        raise ValueError(
            f"original, picture and mask must be as large: they have {_by(original.size)}, {_by(made.size)} "
            f"and {_by(alpha.shape[::-1])} pixels"
        )
    before, after = (np.array(image.convert("RGB"), dtype=np.float32) for image in (original, made))
    return Image.fromarray((before + alpha[..., None] * (after - before)).round().astype(np.uint8))


def checked(mask: ArrayLike) -> Mask:
    """A mask as an array.

    Raises:
        ValueError: if it is no (H, W) grid of numbers from 0 to 1.
    """
    array = np.asarray(mask, dtype=np.float32)
    if array.ndim != 2 or array.size == 0 or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"a mask is (H, W) numbers from 0 to 1, not {_by(array.shape)} of other numbers")
    return array


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single value"
