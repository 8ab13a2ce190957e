"""Other pictures near one: some cells drawn again, or two pictures taken cell by cell.

All of it is choosing cells to mask, so no function here needs a model; a run fills what they leave open.
To light a picture differently, vary it and run it under another label::

    night = pipe(vary(day, 0.6, seed=1), label="church-night")
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unleash.canvas.document import TokenCanvas


def vary(canvas: TokenCanvas, strength: float, seed: int = 0) -> TokenCanvas:
    """Mask a share of the kept cells, chosen at random; pins stay.

    With one seed, a greater strength masks the cells of a lesser one and more.

    Args:
        canvas: usually one without unknown cells.
        strength: the share, from 0, none, to 1, all.
        seed: of the choice.

    Raises:
        ValueError: if the strength is out of range, or the seed negative.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"the strength of a variation is from 0 to 1, not {strength}")
    kept = np.argwhere(canvas.kept)
    shuffled = _random(seed).permutation(kept)
    return canvas.mask(shuffled[: round(strength * len(kept))])


def present(canvas: TokenCanvas) -> TokenCanvas:
    """The picture on a canvas: every mask lifted, pins and rules as they are.

    Raises:
        ValueError: if a cell was never filled.
    """
    whole = canvas.keep(np.ones((canvas.height, canvas.width), dtype=bool))
    if whole.unknown.any():
        raise ValueError("there is no whole picture yet: press Generate or open one")
    return whole


def blend_canvases(a: TokenCanvas, b: TokenCanvas, choice: ArrayLike) -> TokenCanvas:
    """Cell by cell ``a`` or ``b``, with what was asked of the cell: its mask, pin and rules.

    Args:
        a: where ``choice`` is false, and wherever ``a`` is pinned: a blend never changes a pin.
        b: where it is true; of the same size and codebook.
        choice: (h, w) bool; a soft map becomes one by :func:`dithered`.

    Raises:
        ValueError: if sizes, codebooks or shapes differ.
    """
    if a.base.shape != b.base.shape or a.codebook_size != b.codebook_size:
        raise ValueError(f"two canvases of one size and codebook are blended, not {a!r} and {b!r}")
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
    """A soft map as a choice: each cell is true with the probability that ``shares`` (h, w) in [0, 1] says.

    Raises:
        ValueError: if a share is out of range, or the seed negative.
    """
    soft = np.asarray(shares, dtype=float)
    if soft.ndim != 2 or not ((soft >= 0) & (soft <= 1)).all():
        raise ValueError("shares are a (height, width) grid of numbers from 0 to 1")
    return np.less(_random(seed).random(soft.shape), soft)


def patches(shape: tuple[int, int], share: float, seed: int = 0) -> NDArray[np.bool_]:
    """A share of a grid as a choice in few large patches, so that most cells keep their neighbours.

    With one seed, a greater share chooses the cells of a lesser one and more.

    Args:
        shape: (h, w).
        share: of the cells that are true, from 0, none, to 1, all.
        seed: of where the patches lie.

    Raises:
        ValueError: if the share is out of range, or the seed negative.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is from 0 to 1, not {share}")
    # Noise averaged over about a third of the grid, twice, has hills of that size: the choice is their tops.
    side = max(shape) // 6 * 2 + 1
    heights = _random(seed).standard_normal(shape)
    for _ in range(2):
        padded = np.pad(heights, side // 2, mode="symmetric")
        heights = np.lib.stride_tricks.sliding_window_view(padded, (side, side)).mean(axis=(2, 3))
    choice = np.zeros(heights.size, dtype=bool)
    choice[np.argsort(-heights, axis=None, kind="stable")[: round(share * heights.size)]] = True
    return choice.reshape(shape)


def borders(choice: ArrayLike, width: int = 1) -> NDArray[np.bool_]:
    """(h, w) bool: cells at most ``width`` cells from one that was chosen otherwise, also diagonally.

    Mask them after :func:`blend_canvases`, and a run heals the seams.

    Raises:
        ValueError: if ``choice`` is no boolean grid, or ``width`` less than 1.
    """
    chosen = _choice(choice)
    if width < 1:
        raise ValueError(f"a border is at least 1 cell wide, not {width}")
    return _near(chosen, width) & _near(~chosen, width)


def _near(marked: NDArray[np.bool_], distance: int) -> NDArray[np.bool_]:
    """The cells at most ``distance`` rows and columns from a marked one."""
    side = 2 * distance + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(marked, distance), (side, side))
    return np.asarray(around.any(axis=(2, 3)))


def _choice(choice: ArrayLike) -> NDArray[np.bool_]:
    chosen = np.asarray(choice)
    if chosen.ndim != 2 or chosen.dtype != bool:
        raise ValueError(f"a choice is a boolean (height, width) grid, not {chosen.shape} of {chosen.dtype}")
    return chosen


def _random(seed: int) -> np.random.Generator:
    if seed < 0:
        raise ValueError(f"a seed is 0 or more, not {seed}")
    return np.random.default_rng(seed)
