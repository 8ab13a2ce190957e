"""Two pictures in one, with the seam between them left to the model."""

from typing import Literal, get_args

import numpy as np

from unleash.canvas.document import TokenCanvas
from unleash.canvas.rules import shifted

Axis = Literal["horizontal", "vertical"]
"""Side by side, or one above the other."""


def stitched(a: TokenCanvas, b: TokenCanvas, axis: Axis = "horizontal", seam: int = 4) -> TokenCanvas:
    """``b`` right of ``a``, or below it, with the cells nearest to where they meet masked. Pins stay.

    Args:
        a: left or above.
        b: right or below; as high (side by side) or as wide, and of the same codebook.
        axis: how they lie.
        seam: how many columns (side by side) or rows to leave to the model, half of them in each; of an
            odd number ``b`` has one more.

    Raises:
        ValueError: if the sides that meet differ, the codebooks do, or a canvas is narrower than its half.
    """
    if axis not in get_args(Axis):
        raise ValueError(f"an axis is horizontal or vertical, not {axis!r}")
    along = 1 if axis == "horizontal" else 0
    meeting = [canvas.base.shape[1 - along] for canvas in (a, b)]
    if meeting[0] != meeting[1]:
        kind = "rows" if along else "columns"
        raise ValueError(
            f"the sides that meet must be as long: one has {meeting[0]} {kind}, one {meeting[1]}"
        )
    if a.codebook_size != b.codebook_size:
        raise ValueError(f"one codebook is needed, not one of {a.codebook_size} and one of {b.codebook_size}")
    length = a.base.shape[along]
    begin, end = length - seam // 2, length + seam - seam // 2
    if seam < 0 or begin < 0 or end > length + b.base.shape[along]:
        raise ValueError(
            f"a seam of {seam} cells does not fit {length} and {b.base.shape[along]}: half lies in each"
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
