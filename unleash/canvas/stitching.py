"""Joining two canvases, with a masked seam between them for the model to fill."""

from typing import Literal, get_args

import numpy as np

from unleash.canvas.document import TokenCanvas
from unleash.canvas.rules import shifted

Axis = Literal["horizontal", "vertical"]
"""Side by side, or one above the other."""


def stitched(a: TokenCanvas, b: TokenCanvas, axis: Axis = "horizontal", seam: int = 4) -> TokenCanvas:
    """Joins ``b`` to the right of ``a``, or below it, and masks the cells along the seam. Pins stay.

    Args:
        a: the left or upper canvas.
        b: the right or lower canvas, of the same height (side by side) or width, and of the same codebook.
        axis: the direction in which they are joined.
        seam: number of columns (side by side) or rows to mask, half of them in each canvas; if odd, ``b`` has
            one more.

    Raises:
        ValueError: if the sides that meet or the codebooks differ, or half of the seam does not fit a canvas.
    """
    if axis not in get_args(Axis):
        raise ValueError(f"the axis must be horizontal or vertical, not {axis!r}")
    along = 1 if axis == "horizontal" else 0
    meeting = [canvas.base.shape[1 - along] for canvas in (a, b)]
    if meeting[0] != meeting[1]:
        raise ValueError(
            f"the sides that meet must have the same length, not {meeting[0]} and {meeting[1]} cells"
        )
    if a.codebook_size != b.codebook_size:
        raise ValueError(f"the codebooks must be the same, not {a.codebook_size} and {b.codebook_size} codes")
    length = a.base.shape[along]
    begin, end = length - seam // 2, length + seam - seam // 2
    if seam < 0 or begin < 0 or end > length + b.base.shape[along]:
        raise ValueError(
            f"a seam of {seam} cells does not fit: half of it lies in each canvas, and they have "
            f"{length} and {b.base.shape[along]} cells"
        )
    whole = TokenCanvas(
        np.concatenate([a.base, b.base], axis=along),
        np.concatenate([a.masked, b.masked], axis=along),
        np.concatenate([a.pinned_codes, b.pinned_codes], axis=along),
        a.codebook_size,
        dict(a.rules) | shifted(b.rules, *((0, length) if along else (length, 0))),
    )
    between = np.zeros(whole.base.shape, dtype=bool)
    between[(slice(None), slice(begin, end)) if along else slice(begin, end)] = True
    return whole.mask(between)
