"""Drawing as with stencils: shapes in a few variants, set down on the token grid.

A code stands for 16x16 pixels. When things come in a limited number of shapes and stand on multiples of
16 pixels, the same cells come up again and again, and a small codebook and a small transformer can learn
them; the variety of a picture is in how things are combined.
"""

from random import Random

CELL = 16
"""Pixels on a side of the cell that one code stands for."""


def variant(rng: Random, count: int) -> Random:
    """One of ``count`` sources of randomness that are always the same: what it draws has so many variants."""
    return Random(rng.randrange(count))


def snap(pixels: float) -> float:
    """The multiple of ``CELL`` next to ``pixels``."""
    return float(CELL * round(pixels / CELL))


def centered(pixels: float) -> float:
    """The middle of the cell that ``pixels`` lies in."""
    return float(CELL * (pixels // CELL) + CELL / 2)
