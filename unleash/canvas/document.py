"""What a person asks of a token grid, as an immutable value."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unleash.canvas.bounds import MAX_CODES, MAX_SIDE
from unleash.canvas.messages import quoted
from unleash.canvas.rules import Cell, Rule, Rules

from . import rules as rule_book

Cells: TypeAlias = Cell | Iterable[Cell] | NDArray[np.bool_] | NDArray[np.integer]
"""A (row, col) pair, any number of them, or a boolean (h, w) array that is true where a cell is meant."""


def rectangle(top: int, left: int, bottom: int, right: int) -> list[Cell]:
    """The cells of rows ``top .. bottom - 1`` and columns ``left .. right - 1``, half open like a slice."""
    if top >= bottom or left >= right:
        raise ValueError(
            f"the rectangle {(top, left, bottom, right)} holds no cell: it needs top < bottom, left < right"
        )
    return list(product(range(top, bottom), range(left, right)))


@dataclass(frozen=True, eq=False)
class TokenCanvas:
    """A token grid in three layers; every editing operation returns a new canvas.

    From the bottom up: ``base``, what is known of the picture; ``masked``, the cells to be filled;
    ``pins``, the codes the person chose. A cell shows its pin, else the mask token if masked, else its
    base code, so taking a layer away brings back what was beneath. A cell of which nothing is known is
    always masked. Beside the layers lie ``rules``: what the model may draw in a cell whenever it is filled,
    not what lies there now.

    The page edits the same value by the same operations (``studio/web/page/state.js``); ``tests/cases``
    says what each of them does, and both are tested by it.

    Attributes:
        base: (h, w) int64 codes, K where nothing is known. Read-only.
        masked: (h, w) bool, also true wherever ``base`` is K. Read-only.
        pinned_codes: (h, w) int64, the pin's code, K where there is no pin. Read-only.
        codebook_size: K, the number of codes, up to ``MAX_CODES``; also the mask token.
        rules: the rules of each cell that has any, in row-major order. Read-only.
    """

    base: NDArray[np.int64]
    masked: NDArray[np.bool_]
    pinned_codes: NDArray[np.int64]
    codebook_size: int
    rules: Rules = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = _integer(self.codebook_size, "the codebook size")
        if not 1 <= size <= MAX_CODES:
            raise ValueError(f"a codebook has 1 to {MAX_CODES:,} codes, not {quoted(size)}")
        base = _grid(self.base, size, "the base layer")
        pinned_codes = _grid(self.pinned_codes, size, "the pins")
        masked = np.array(self.masked)
        if masked.dtype != bool:
            raise ValueError(f"the mask is a boolean grid, not one of {masked.dtype}")
        for name, layer in (("mask", masked), ("pins' grid", pinned_codes)):
            if layer.shape != base.shape:
                raise ValueError(f"the {name} is {_by(layer.shape)}, the base layer {_by(base.shape)}")
        masked |= base == size
        for name, value in (("base", base), ("masked", masked), ("pinned_codes", pinned_codes)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "codebook_size", size)
        rules = rule_book.checked(self.rules, base.shape, size)
        object.__setattr__(self, "rules", MappingProxyType(rules))

    # -- made from ---------------------------------------------------------------------------------

    @classmethod
    def blank(cls, height: int, width: int, codebook_size: int = 1024) -> TokenCanvas:
        """A canvas of which nothing is known: every cell will be filled."""
        height, width = _integer(height, "the height"), _integer(width, "the width")
        _check_shape(height, width)
        return cls.from_codes(np.full((height, width), codebook_size), codebook_size)

    @classmethod
    def from_codes(cls, codes: ArrayLike, codebook_size: int) -> TokenCanvas:
        """A canvas that keeps ``codes`` (h, w), unknown where they are ``codebook_size``."""
        base = _array(codes, "the base layer")
        return cls(base, np.zeros(base.shape, dtype=bool), np.full(base.shape, codebook_size), codebook_size)

    @classmethod
    def from_dict(cls, data: Any) -> TokenCanvas:
        """The canvas that :meth:`to_dict` wrote; the data may come from anyone."""
        if not isinstance(data, Mapping):
            raise ValueError(f"a canvas is an object of {', '.join(_FIELDS)}, not {quoted(data)}")
        if missing := [name for name in _FIELDS if name not in data]:
            raise ValueError(f"the canvas lacks {', '.join(missing)}")
        known = (*_FIELDS, "rules")
        if extra := [str(name) for name in data if name not in known]:
            raise ValueError(f"the canvas has {quoted(extra[0])}, which is none of {', '.join(known)}")
        base = grid_from_json(data["base"], "the base layer", int)
        canvas = cls.from_codes(base, _integer(data["codebook_size"], "the codebook size"))
        rows, cols, codes = _pins_from_json(data["pins"], canvas.size).T
        canvas._where(np.stack([rows, cols], axis=1))
        for code in np.unique(codes):
            canvas._code(code)
        pinned_codes = canvas.pinned_codes.copy()
        pinned_codes[rows, cols] = codes
        if np.count_nonzero(pinned_codes != canvas.mask_token) < len(codes):
            raise ValueError("a cell is pinned twice: each has one pin at most")
        masked = grid_from_json(data["masked"], "the mask", bool)
        rules = rule_book.from_json(data.get("rules", ()))
        return replace(canvas, masked=masked, pinned_codes=pinned_codes, rules=rules)

    def to_dict(self) -> dict[str, Any]:
        """The canvas in the types of JSON: all three layers, and ``rules`` if there are any."""
        data = {
            "codebook_size": self.codebook_size,
            "base": self.base.tolist(),
            "masked": self.masked.tolist(),
            "pins": [[row, col, code] for (row, col), code in self.pins.items()],
        }
        return data | {"rules": rule_book.to_json(self.rules)} if self.rules else data

    # -- seen as -----------------------------------------------------------------------------------

    @property
    def codes(self) -> NDArray[np.int64]:
        """(h, w) what every cell shows, K where it is unknown: the model's input."""
        seen = np.where(self.masked, self.mask_token, self.base)
        return np.where(self.pinned, self.pinned_codes, seen)

    @property
    def pins(self) -> dict[Cell, int]:
        """The code of every pinned cell, in row-major order."""
        rows, cols = np.nonzero(self.pinned)
        codes = self.pinned_codes[rows, cols]
        return dict(zip(zip(rows.tolist(), cols.tolist(), strict=True), codes.tolist(), strict=True))

    @property
    def pinned(self) -> NDArray[np.bool_]:
        """(h, w) bool: the cells whose code a person chose."""
        return self.pinned_codes != self.mask_token

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """(h, w) bool: the cells the model will fill."""
        return self.codes == self.mask_token

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(h, w) bool: the cells that stay as they are without being pinned."""
        return ~self.unknown & ~self.pinned

    @property
    def height(self) -> int:
        """Rows."""
        return self.base.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.base.shape[1]

    @property
    def size(self) -> int:
        """Cells."""
        return self.base.size

    @property
    def mask_token(self) -> int:
        """K, the token of a cell that is unknown."""
        return self.codebook_size

    # -- edited ------------------------------------------------------------------------------------

    def mask(self, cells: Cells) -> TokenCanvas:
        """Ask for ``cells`` to be filled again. Pins stay."""
        return replace(self, masked=self.masked | self._where(cells))

    def keep(self, cells: Cells) -> TokenCanvas:
        """Take the mask off ``cells``: what was beneath shows again, if anything was known. Pins stay."""
        return replace(self, masked=self.masked & ~self._where(cells))

    def invert(self) -> TokenCanvas:
        """Mask what was not and keep what was, if anything was known. Pins stay."""
        return replace(self, masked=~self.masked)

    def pin(self, cells: Cells, code: int) -> TokenCanvas:
        """Choose ``code`` for ``cells``: only :meth:`unpin`, :meth:`pin` and :meth:`clear` undo it."""
        code = self._code(code)
        return replace(self, pinned_codes=np.where(self._where(cells), code, self.pinned_codes))

    def unpin(self, cells: Cells) -> TokenCanvas:
        """Take the pins off ``cells``: what was beneath shows again. A cell without a pin is no error."""
        return replace(self, pinned_codes=np.where(self._where(cells), self.mask_token, self.pinned_codes))

    def fill(self, cells: Cells, codes: int | ArrayLike) -> TokenCanvas:
        """Write base codes as if the model had: ``cells`` are no longer masked. Pins stay on top.

        Args:
            cells: where to write.
            codes: one code, or an (h, w) grid of which only the codes at ``cells`` are taken.
        """
        where, codes = self._where(cells), _array(codes, "the codes")
        new = np.full(self.base.shape, self._code(codes)) if codes.ndim == 0 else self._like(codes)
        if unset := _cells(where & (new == self.mask_token)):
            raise ValueError(f"cell {unset[0]} cannot be filled with the mask token: use mask()")
        return replace(self, base=np.where(where, new, self.base), masked=self.masked & ~where)

    def clear(self) -> TokenCanvas:
        """A blank canvas of the same size: no pins, no rules, nothing known, all masked."""
        return TokenCanvas.blank(self.height, self.width, self.codebook_size)

    def allow(self, cells: Cells, codes: int | Iterable[int], strength: float = 1.0) -> TokenCanvas:
        """Ask that ``cells`` be given one of ``codes``: surely at strength 1, rather than others below.

        A code outside has its probability multiplied by ``1 - strength``. Rules add up, the strongest last;
        the same codes again only change the strength. They hold whenever a cell is filled: a code that is
        kept or pinned there stays.

        Raises:
            ValueError: if a code is not in the codebook, the strength is not in (0, 1], or the rules of
                strength 1 leave a cell no code.
        """
        return self._ruled(cells, codes, strength, allowed=True)

    def forbid(self, cells: Cells, codes: int | Iterable[int], strength: float = 1.0) -> TokenCanvas:
        """Ask that ``cells`` be given none of ``codes``; otherwise as :meth:`allow`."""
        return self._ruled(cells, codes, strength, allowed=False)

    def unrestrict(self, cells: Cells) -> TokenCanvas:
        """Take all rules off ``cells``. A cell without rules is no error."""
        where = self._where(cells)
        return replace(self, rules={cell: asked for cell, asked in self.rules.items() if not where[cell]})

    def extended(self, left: int = 0, right: int = 0, top: int = 0, bottom: int = 0) -> TokenCanvas:
        """A larger canvas around this one: so many columns and rows more, masked."""
        for name, cells in {"left": left, "right": right, "top": top, "bottom": bottom}.items():
            if _integer(cells, name) < 0:
                raise ValueError(f"a canvas grows by 0 cells or more: {name} is {quoted(cells)}")
        _check_shape(self.height + top + bottom, self.width + left + right)
        by = ((top, bottom), (left, right))
        return replace(
            self,
            base=np.pad(self.base, by, constant_values=self.mask_token),
            masked=np.pad(self.masked, by),
            pinned_codes=np.pad(self.pinned_codes, by, constant_values=self.mask_token),
            rules=rule_book.shifted(self.rules, top, left),
        )

    def filled(self, codes: ArrayLike, *, partial: bool = False) -> TokenCanvas:
        """The canvas after a run: what was unknown is now base, no longer masked; pins are still pins.

        Args:
            codes: (h, w) what the run made of ``self.codes``.
            partial: the run is not over: cells may still be K and are left as they were.

        Raises:
            ValueError: if ``codes`` differ at a kept or pinned cell, or lack a code and not ``partial``.
        """
        codes = self._like(codes)
        if changed := _cells(~self.unknown & (codes != self.codes)):
            row, col = changed[0]
            raise ValueError(
                f"cell {changed[0]} is {'pinned' if self.pinned[row, col] else 'kept'} at code"
                f" {self.codes[row, col]} and cannot become {codes[row, col]}"
            )
        still_unknown = codes == self.mask_token
        if not partial and (unset := _cells(still_unknown)):
            raise ValueError(f"cell {unset[0]} was not filled: every cell needs a code when a run is over")
        new = self.unknown & ~still_unknown
        return replace(self, base=np.where(new, codes, self.base), masked=self.masked & still_unknown)

    # -- a value -----------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TokenCanvas) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __repr__(self) -> str:
        unknown, pinned = np.count_nonzero(self.unknown), np.count_nonzero(self.pinned)
        return (
            f"TokenCanvas({self.height}×{self.width}, codebook_size={self.codebook_size}: "
            f"{unknown} unknown, {self.size - unknown - pinned} kept, {pinned} pinned"
            f"{f', {len(self.rules)} with rules' if self.rules else ''})"
        )

    def __reduce__(self) -> tuple[type[TokenCanvas], tuple[Any, ...]]:
        # A copied or unpickled canvas goes through the constructor, or its arrays would be writable.
        return TokenCanvas, (self.base, self.masked, self.pinned_codes, self.codebook_size, dict(self.rules))

    def _content(self) -> tuple[Any, ...]:
        layers = (self.base, self.masked, self.pinned_codes)
        rules = tuple(self.rules.items())
        return (self.codebook_size, self.base.shape, *(layer.tobytes() for layer in layers), rules)

    # -- checked -----------------------------------------------------------------------------------

    def _ruled(
        self, cells: Cells, codes: int | Iterable[int], strength: float, *, allowed: bool
    ) -> TokenCanvas:
        rule = Rule(tuple(codes) if isinstance(codes, Iterable) else (codes,), allowed, strength)
        return replace(self, rules=rule_book.with_rules(self.rules, [(rule, _cells(self._where(cells)))]))

    def _where(self, cells: Cells) -> NDArray[np.bool_]:
        """``cells`` in any of their forms as a boolean (h, w) array."""
        if not isinstance(cells, Iterable):
            raise ValueError(f"cells are (row, col) pairs or a boolean array, not {quoted(cells)}")
        array = _array(cells if isinstance(cells, np.ndarray) else list(cells), "the cells")
        if array.dtype == bool and array.ndim == 2:
            if array.shape != self.base.shape:
                raise ValueError(
                    f"the boolean array is {_by(array.shape)}, the canvas {_by(self.base.shape)}"
                )
            return array
        where = np.zeros(self.base.shape, dtype=bool)
        if array.size == 0:
            return where
        pairs = array.reshape(1, -1) if array.ndim == 1 else array
        if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.issubdtype(pairs.dtype, np.integer):
            raise ValueError(
                f"cells are (row, col) pairs or a boolean {_by(where.shape)} array: {quoted(cells)}"
            )
        off = ((pairs < 0) | (pairs >= where.shape)).any(axis=1)
        if off.any():
            row, col = pairs[off][0].tolist()
            raise ValueError(
                f"cell {(row, col)} is off the grid: rows are 0 to {self.height - 1},"
                f" columns 0 to {self.width - 1}"
            )
        where[pairs[:, 0], pairs[:, 1]] = True
        return where

    def _code(self, code: Any) -> int:
        code = _integer(code, "a code")
        if not 0 <= code < self.codebook_size:
            raise ValueError(
                f"code {quoted(code)} is not in the codebook: codes are 0 to {self.codebook_size - 1}"
            )
        return code

    def _like(self, codes: ArrayLike) -> NDArray[np.int64]:
        grid = _grid(codes, self.codebook_size, "the codes")
        if grid.shape != self.base.shape:
            raise ValueError(f"the codes are {_by(grid.shape)}, the canvas {_by(self.base.shape)}")
        return grid


_FIELDS = ("codebook_size", "base", "masked", "pins")
_KINDS = {int: "a grid of whole numbers", bool: "a boolean grid"}


def grid_from_json(value: Any, what: str, kind: type[int] | type[bool]) -> NDArray[Any]:
    """The (h, w) array of a list of rows; of anything else not even an array is made.

    Args:
        value: of JSON that may come from anyone.
        what: it is, for the error.
        kind: of all its values; true and false are not whole numbers.

    Raises:
        ValueError: if it is no such list, or one of more than ``MAX_SIDE`` rows or columns.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(row, list | tuple) for row in value):
        raise ValueError(f"{what} is {_KINDS[kind]}, not {quoted(value)}")
    width = len(value[0]) if value else 0
    if any(len(row) != width for row in value):
        raise ValueError(f"{what} must have rows of equal length: {quoted(value)}")
    _check_shape(len(value), width)
    if other := [each for row in value for each in row if type(each) is not kind]:
        raise ValueError(f"{what} is {_KINDS[kind]}: {quoted(other[0])} is something else")
    return np.array(value)


def _pins_from_json(value: Any, cells: int) -> NDArray[np.int64]:
    """(N, 3) row, column and code of each pin in a list of JSON; there are at most ``cells``."""
    right = isinstance(value, list | tuple) and all(
        isinstance(pin, list | tuple) and len(pin) == 3 and all(type(each) is int for each in pin)
        for pin in value
    )
    if not right:
        raise ValueError(f"the pins are a list of [row, col, code], not {quoted(value)}")
    if len(value) > cells:
        raise ValueError(f"there are {len(value):,} pins on {cells:,} cells: each has one pin at most")
    pins = np.array(value or np.empty((0, 3), int))
    if not np.issubdtype(pins.dtype, np.signedinteger):  # Some number is too large for 64 bits.
        raise ValueError(f"the pins are a list of [row, col, code], not {quoted(value)}")
    return pins.astype(np.int64)


def _check_shape(height: int, width: int) -> None:
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise ValueError(
            f"a canvas of {quoted(height)}×{quoted(width)} cells: 1×1 to {MAX_SIDE}×{MAX_SIDE} are right"
        )


def _integer(value: Any, what: str) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{what} is a whole number, not {quoted(value)}") from None


def _array(value: Any, what: str) -> NDArray[Any]:
    try:
        return np.array(value)
    except ValueError:
        raise ValueError(f"{what} must have rows of equal length: {quoted(value)}") from None


def _grid(codes: ArrayLike, codebook_size: int, what: str) -> NDArray[np.int64]:
    """A copy of (h, w) codes, each 0..K."""
    grid = _array(codes, what)
    if grid.ndim != 2 or grid.size == 0 or not np.issubdtype(grid.dtype, np.integer):
        raise ValueError(
            f"{what} must be a (height, width) grid of whole numbers, not {_by(grid.shape)} of {grid.dtype}"
        )
    _check_shape(*grid.shape)
    if bad := _cells((grid < 0) | (grid > codebook_size)):
        raise ValueError(
            f"{what} hold {quoted(int(grid[bad[0]]))} at cell {bad[0]}: codes are 0 to {codebook_size - 1},"
            f" {codebook_size} is the mask token"
        )
    return grid.astype(np.int64)


def _cells(where: NDArray[np.bool_]) -> list[Cell]:
    return [(row, col) for row, col in np.argwhere(where).tolist()]


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single value"
