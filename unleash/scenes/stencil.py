"""Stencils: shapes with few variants, aligned with the token grid.

A code represents 16×16 pixels. If things have a limited number of shapes and are placed at multiples of 16
pixels, the same cells recur, and a small codebook and transformer can learn them. The variety of pictures
comes from how things are combined.
"""

from random import Random

CELL = 16
"""Side of a cell in pixels."""


def variant(rng: Random, count: int) -> Random:
    """One of ``count`` fixed random generators, so that what is drawn with it has ``count`` variants."""
    return Random(rng.randrange(count))


def snap(pixels: float) -> float:
    """The multiple of ``CELL`` nearest to ``pixels``."""
    return float(CELL * round(pixels / CELL))


def centered(pixels: float) -> float:
    """The centre of the cell that contains ``pixels``."""
    return float(CELL * (pixels // CELL) + CELL / 2)
