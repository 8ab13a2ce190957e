"""Variations of a picture, and blends of two.

These functions only choose codes and cells to mask, without a model; a run then fills the masked cells.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unleash.canvas.document import TokenCanvas


def vary(canvas: TokenCanvas, strength: float, seed: int = 0) -> TokenCanvas:
    """Masks a random share of the kept cells; pins stay.

    For a given seed, a higher strength masks a superset of the cells.

    Args:
        canvas: usually one without unknown cells.
        strength: the share, from 0 (none) to 1 (all).
        seed: of the random choice.

    Raises:
        ValueError: if the strength is out of range, or the seed is negative.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"the strength of a variation must be from 0 to 1, not {strength}")
    kept = np.argwhere(canvas.kept)
    shuffled = _random(seed).permutation(kept)
    return canvas.mask(shuffled[: round(strength * len(kept))])


def present(canvas: TokenCanvas) -> TokenCanvas:
    """The canvas with all cells unmasked; pins and rules stay.

    Raises:
        ValueError: if a cell has never been filled.
    """
    whole = canvas.keep(np.ones((canvas.height, canvas.width), dtype=bool))
    if whole.unknown.any():
        raise ValueError("there is no whole picture yet: press Generate or open one")
    return whole


def blend_canvases(a: TokenCanvas, b: TokenCanvas, choice: ArrayLike) -> TokenCanvas:
    """Takes each cell from ``a`` or ``b``, with its mask, pin and rules.

    Args:
        a: used where ``choice`` is false, and wherever ``a`` is pinned, so that a blend never changes a pin.
        b: used where it is true; of the same size and codebook.
        choice: (h, w) bool; see :func:`dithered` for soft maps.

    Raises:
        ValueError: if sizes, codebooks or shapes differ.
    """
    if a.base.shape != b.base.shape or a.codebook_size != b.codebook_size:
        raise ValueError(f"blending needs two canvases of one size and codebook, not {a!r} and {b!r}")
    chosen = _choice(choice)
    if chosen.shape != a.base.shape:
        raise ValueError(f"the choice is {chosen.shape}, the canvases are {a.base.shape}")
    chosen = chosen & ~a.pinned
    rules = {cell: asked for cell, asked in a.rules.items() if not chosen[cell]}
    return TokenCanvas(
        np.where(chosen, b.base, a.base),
        np.where(chosen, b.masked, a.masked),
        np.where(chosen, b.pinned_codes, a.pinned_codes),
        a.codebook_size,
        rules | {cell: asked for cell, asked in b.rules.items() if chosen[cell]},
    )


def dithered(shares: ArrayLike, seed: int = 0) -> NDArray[np.bool_]:
    """A random choice (h, w) bool, in which each cell is true with the probability in ``shares`` (h, w).

    Raises:
        ValueError: if a share is not in [0, 1], or the seed is negative.
    """
    soft = np.asarray(shares, dtype=float)
    if soft.ndim != 2 or not ((soft >= 0) & (soft <= 1)).all():
        raise ValueError("shares must be a (height, width) grid of numbers from 0 to 1")
    return np.less(_random(seed).random(soft.shape), soft)


def patches(shape: tuple[int, int], share: float, seed: int = 0) -> NDArray[np.bool_]:
    """A random choice (h, w) bool of a few large patches, so that most cells keep their neighbours.

    For a given seed, a larger share chooses a superset of the cells.

    Args:
        shape: (h, w).
        share: of the cells that are true, from 0 (none) to 1 (all).
        seed: of the positions of the patches.

    Raises:
        ValueError: if the share is out of range, or the seed is negative.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share must be from 0 to 1, not {share}")
    # Noise, box-filtered twice over about a third of the grid, has peaks of that size: choose their tops.
    side = max(shape) // 6 * 2 + 1
    heights = _random(seed).standard_normal(shape)
    for _ in range(2):
        padded = np.pad(heights, side // 2, mode="symmetric")
        heights = np.lib.stride_tricks.sliding_window_view(padded, (side, side)).mean(axis=(2, 3))
    choice = np.zeros(heights.size, dtype=bool)
    choice[np.argsort(-heights, axis=None, kind="stable")[: round(share * heights.size)]] = True
    return choice.reshape(shape)


def borders(choice: ArrayLike, width: int = 1) -> NDArray[np.bool_]:
    """(h, w) bool: cells within ``width`` cells, also diagonally, of one with the opposite choice.

    Mask them after :func:`blend_canvases` to let a run heal the seams.

    Raises:
        ValueError: if ``choice`` is not a boolean grid, or ``width`` is less than 1.
    """
    chosen = _choice(choice)
    if width < 1:
        raise ValueError(f"a border must be at least 1 cell wide, not {width}")
    return _near(chosen, width) & _near(~chosen, width)


def _near(marked: NDArray[np.bool_], distance: int) -> NDArray[np.bool_]:
    """The cells within ``distance`` rows and columns of a marked one."""
    side = 2 * distance + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(marked, distance), (side, side))
    return np.asarray(around.any(axis=(2, 3)))


def _choice(choice: ArrayLike) -> NDArray[np.bool_]:
    chosen = np.asarray(choice)
    if chosen.ndim != 2 or chosen.dtype != bool:
        raise ValueError(
            f"the choice must be a boolean (height, width) grid, not {chosen.shape} of {chosen.dtype}"
        )
    return chosen


def _random(seed: int) -> np.random.Generator:
    if seed < 0:
        raise ValueError(f"the seed must be 0 or more, not {seed}")
    return np.random.default_rng(seed)
