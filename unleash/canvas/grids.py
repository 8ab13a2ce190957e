"""Grids of codes, numbers and marks, checked; also those in untrusted JSON."""

import operator
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unleash.canvas.bounds import MAX_SIDE
from unleash.canvas.messages import quoted
from unleash.canvas.rules import Cell

Cells: TypeAlias = Cell | Iterable[Cell] | NDArray[np.bool_] | NDArray[np.integer]
"""A (row, col) pair, any number of pairs, or a boolean (h, w) array that is true at the selected cells."""

_KINDS: dict[type, tuple[str, tuple[type, ...]]] = {
    int: ("a grid of whole numbers", (int,)),
    float: ("a grid of numbers", (int, float)),
    bool: ("a boolean grid", (bool,)),
}
_FARTHEST = 2**31


def grid_from_json(value: Any, what: str, kind: type) -> NDArray[Any]:
    """Converts a list of rows to an (h, w) array; anything else is rejected before an array is allocated.

    Args:
        value: from untrusted JSON.
        what: name of the value, for error messages.
        kind: type of all elements: ``int``, ``float``, or ``bool``; booleans are not numbers.

    Raises:
        ValueError: if it is not such a list, is empty, has more than ``MAX_SIDE`` rows or columns, or holds
            a number that is not finite or beyond 2³¹.
    """
    expected, types = _KINDS[kind]
    if not isinstance(value, list | tuple) or not all(isinstance(row, list | tuple) for row in value):
        raise ValueError(f"{what} must be {expected}, not {quoted(value)}")
    width = len(value[0]) if value else 0
    if any(len(row) != width for row in value):
        raise ValueError(f"{what} must have rows of equal length, not {quoted(value)}")
    check_shape(len(value), width)
    if other := [each for row in value for each in row if type(each) not in types]:
        raise ValueError(f"{what} must be {expected}, but contains {quoted(other[0])}")
    if far := [each for row in value for each in row if not abs(each) <= _FARTHEST]:
        raise ValueError(f"{what} must be {expected} up to {_FARTHEST:,}, but contains {quoted(far[0])}")
    return np.array(value)


def pins_from_json(value: Any, cells: int) -> NDArray[np.int64]:
    """(N, 3) int64: row, column and code of each pin in a JSON list of at most ``cells``."""
    right = isinstance(value, list | tuple) and all(
        isinstance(pin, list | tuple) and len(pin) == 3 and all(type(each) is int for each in pin)
        for pin in value
    )
    if not right:
        raise ValueError(f"the pins must be a list of [row, col, code], not {quoted(value)}")
    if len(value) > cells:
        raise ValueError(f"there are {len(value):,} pins on {cells:,} cells; each may have only one pin")
    pins = np.array(value or np.empty((0, 3), int))
    if not np.issubdtype(pins.dtype, np.signedinteger):  # A number exceeds 64 bits.
        raise ValueError(f"the pins must be a list of [row, col, code], not {quoted(value)}")
    return pins.astype(np.int64)


def check_shape(height: int, width: int) -> None:
    """Raises ``ValueError`` if a canvas cannot have this size."""
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise ValueError(
            f"a canvas must have 1×1 to {MAX_SIDE}×{MAX_SIDE} cells, not {quoted(height)}×{quoted(width)}"
        )


def integer(value: Any, what: str) -> int:
    """``value`` as a Python integer.

    Raises:
        ValueError: if it is not a whole number; booleans are not.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{what} must be a whole number, not {quoted(value)}") from None


def to_array(value: Any, what: str) -> NDArray[Any]:
    """``value`` as an array of its own.

    Raises:
        ValueError: if its rows differ in length.
    """
    try:
        return np.array(value)
    except ValueError:
        raise ValueError(f"{what} must have rows of equal length, not {quoted(value)}") from None


def code_grid(codes: ArrayLike, codebook_size: int, what: str) -> NDArray[np.int64]:
    """A copy of (h, w) codes, each 0..K.

    Raises:
        ValueError: if they are anything else.
    """
    grid = to_array(codes, what)
    if grid.ndim != 2 or grid.size == 0 or not np.issubdtype(grid.dtype, np.integer):
        raise ValueError(
            f"{what} must be a (height, width) grid of whole numbers, not {as_size(grid.shape)} of "
            f"{grid.dtype}"
        )
    check_shape(*grid.shape)
    if bad := cells_of((grid < 0) | (grid > codebook_size)):
        raise ValueError(
            f"{what} must be 0 to {codebook_size - 1}, or the mask token {codebook_size}, not "
            f"{quoted(int(grid[bad[0]]))} at cell {bad[0]}"
        )
    return grid.astype(np.int64)


def cells_of(where: NDArray[np.bool_]) -> list[Cell]:
    """The (row, col) of each true cell of a boolean (h, w) array, in row-major order."""
    return [(row, col) for row, col in np.argwhere(where).tolist()]


def as_size(shape: tuple[int, ...]) -> str:
    """A shape in words, for messages: ``16×16``."""
    return "×".join(map(str, shape)) or "a single value"


def selected(cells: Cells, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """``cells``, in any form, as a boolean array of this (h, w) shape.

    Raises:
        ValueError: if they are anything else, or off the grid.
    """
    if not isinstance(cells, Iterable):
        raise ValueError(f"cells must be (row, col) pairs or a boolean array, not {quoted(cells)}")
    array = to_array(cells if isinstance(cells, np.ndarray) else list(cells), "the cells")
    if array.dtype == bool and array.ndim == 2:
        if array.shape != shape:
            raise ValueError(f"the boolean array is {as_size(array.shape)}, the canvas {as_size(shape)}")
        return array
    where = np.zeros(shape, dtype=bool)
    if array.size == 0:
        return where
    pairs = array.reshape(1, -1) if array.ndim == 1 else array
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
        raise ValueError(
            f"cells must be (row, col) pairs or a boolean {as_size(shape)} array, not {quoted(cells)}"
        )
    off = ((pairs < 0) | (pairs >= shape)).any(axis=1)
    if off.any():
        row, col = pairs[off][0].tolist()
        raise ValueError(f"cell {(row, col)} is off the grid of {as_size(shape)} cells, counted from 0")
    where[pairs[:, 0], pairs[:, 1]] = True
    return where
