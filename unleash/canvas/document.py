"""The canvas: a token grid with masks, pins and rules, as an immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unleash.canvas.bounds import MAX_CODES
from unleash.canvas.grids import (
    Cells,
    as_size,
    cells_of,
    check_shape,
    code_grid,
    grid_from_json,
    integer,
    pins_from_json,
    selected,
    to_array,
)
from unleash.canvas.messages import quoted
from unleash.canvas.rules import Cell, Rule, Rules

from . import rules as rule_book

_FIELDS = ("codebook_size", "base", "masked", "pins")


def rectangle(top: int, left: int, bottom: int, right: int) -> list[Cell]:
    """The cells of rows ``top .. bottom - 1`` and columns ``left .. right - 1``, half-open like a slice.

    Raises:
        ValueError: if the rectangle is empty.
    """
    if top >= bottom or left >= right:
        raise ValueError(
            f"the rectangle {(top, left, bottom, right)} is empty; expected top < bottom and left < right"
        )
    return list(product(range(top, bottom), range(left, right)))


@dataclass(frozen=True, eq=False)
class TokenCanvas:
    """A token grid in three layers; every editing operation returns a new canvas.

    From the bottom up: ``base``, the known codes; ``masked``, the cells to be filled; ``pins``, the codes
    that the person chose. A cell shows its pin, else the mask token if masked, else its base code, so
    removing a layer reveals the one below. A cell without a base code is always masked. Apart from the
    layers, ``rules`` restrict the codes that the model may draw when a cell is filled; they do not affect its
    present code.

    The page edits the same value with the same operations (``studio/web/page/state.js``). ``tests/cases``
    specifies the operations, and both implementations are tested against it.

    Attributes:
        base: (h, w) int64 codes, K where unknown. Read-only.
        masked: (h, w) bool, also true wherever ``base`` is K. Read-only.
        pinned_codes: (h, w) int64, the codes of the pins, K where there is none. Read-only.
        codebook_size: K, the number of codes, up to ``MAX_CODES``; also the mask token.
        rules: the rules of each cell that has any, in row-major order. Read-only.

    Raises:
        ValueError: if a layer, code or rule is invalid, or shapes differ.
    """

    base: NDArray[np.int64]
    masked: NDArray[np.bool_]
    pinned_codes: NDArray[np.int64]
    codebook_size: int
    rules: Rules = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = integer(self.codebook_size, "the codebook size")
        if not 1 <= size <= MAX_CODES:
            raise ValueError(f"a codebook must have 1 to {MAX_CODES:,} codes, not {quoted(size)}")
        base = code_grid(self.base, size, "the base layer")
        pinned_codes = code_grid(self.pinned_codes, size, "the pins")
        masked = np.array(self.masked)
        if masked.dtype != bool:
            raise ValueError(f"the mask must be a boolean grid, not one of {masked.dtype}")
        for name, layer in (("mask", masked), ("pins' grid", pinned_codes)):
            if layer.shape != base.shape:
                raise ValueError(
                    f"the {name} is {as_size(layer.shape)}, the base layer {as_size(base.shape)}"
                )
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
        """A canvas with all cells unknown and masked."""
        height, width = integer(height, "the height"), integer(width, "the width")
        check_shape(height, width)
        return cls.from_codes(np.full((height, width), codebook_size), codebook_size)

    @classmethod
    def from_codes(cls, codes: ArrayLike, codebook_size: int) -> TokenCanvas:
        """A canvas with the base ``codes`` (h, w); cells with ``codebook_size`` are unknown and masked."""
        base = to_array(codes, "the base layer")
        return cls(base, np.zeros(base.shape, dtype=bool), np.full(base.shape, codebook_size), codebook_size)

    @classmethod
    def from_dict(cls, data: Any) -> TokenCanvas:
        """The canvas written by :meth:`to_dict`, from untrusted data.

        Raises:
            ValueError: if the data are invalid.
        """
        if not isinstance(data, Mapping):
            raise ValueError(f"a canvas must be an object with {', '.join(_FIELDS)}, not {quoted(data)}")
        if missing := [name for name in _FIELDS if name not in data]:
            raise ValueError(f"the canvas lacks {', '.join(missing)}")
        known = (*_FIELDS, "rules")
        if extra := [str(name) for name in data if name not in known]:
            raise ValueError(
                f"the canvas has an unknown field {quoted(extra[0])}; expected {', '.join(known)}"
            )
        base = grid_from_json(data["base"], "the base layer", int)
        canvas = cls.from_codes(base, integer(data["codebook_size"], "the codebook size"))
        rows, cols, codes = pins_from_json(data["pins"], canvas.size).T
        selected(np.stack([rows, cols], axis=1), base.shape)
        for code in np.unique(codes):
            canvas._code(code)
        pinned_codes = canvas.pinned_codes.copy()
        pinned_codes[rows, cols] = codes
        if np.count_nonzero(pinned_codes != canvas.mask_token) < len(codes):
            raise ValueError("a cell is pinned twice; each may have only one pin")
        masked = grid_from_json(data["masked"], "the mask", bool)
        rules = rule_book.from_json(data.get("rules", ()))
        return replace(canvas, masked=masked, pinned_codes=pinned_codes, rules=rules)

    def to_dict(self) -> dict[str, Any]:
        """The canvas as JSON types: all three layers, and ``rules`` if there are any."""
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
        """(h, w) int64: the code that each cell shows, K where unknown; the model's input."""
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
        """(h, w) bool: the pinned cells."""
        return self.pinned_codes != self.mask_token

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """(h, w) bool: the cells that the model will fill."""
        return self.codes == self.mask_token

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(h, w) bool: the cells that are neither unknown nor pinned."""
        return ~self.unknown & ~self.pinned

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.base.shape[0]

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.base.shape[1]

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.base.size

    @property
    def mask_token(self) -> int:
        """K, the token of an unknown cell."""
        return self.codebook_size

    # -- edited ------------------------------------------------------------------------------------

    def mask(self, cells: Cells) -> TokenCanvas:
        """Mask ``cells``, so that they are filled again. Pins stay."""
        return replace(self, masked=self.masked | self._where(cells))

    def keep(self, cells: Cells) -> TokenCanvas:
        """Unmask ``cells`` whose base code is known, so that it shows again. Pins stay."""
        return replace(self, masked=self.masked & ~self._where(cells))

    def invert(self) -> TokenCanvas:
        """Invert the mask; cells without a base code stay masked. Pins stay."""
        return replace(self, masked=~self.masked)

    def pin(self, cells: Cells, code: int) -> TokenCanvas:
        """Pin ``cells`` to ``code``; only :meth:`unpin`, :meth:`pin` and :meth:`clear` change a pin."""
        code = self._code(code)
        return replace(self, pinned_codes=np.where(self._where(cells), code, self.pinned_codes))

    def unpin(self, cells: Cells) -> TokenCanvas:
        """Remove the pins of ``cells``, so that what is below shows. Cells without a pin are ignored."""
        return replace(self, pinned_codes=np.where(self._where(cells), self.mask_token, self.pinned_codes))

    def fill(self, cells: Cells, codes: int | ArrayLike) -> TokenCanvas:
        """Write base codes and unmask ``cells``, as if the model had filled them. Pins stay on top.

        Args:
            cells: where to write.
            codes: one code, or an (h, w) grid of which only the codes at ``cells`` are used.
        """
        where, codes = self._where(cells), to_array(codes, "the codes")
        new = np.full(self.base.shape, self._code(codes)) if codes.ndim == 0 else self._like(codes)
        if unset := cells_of(where & (new == self.mask_token)):
            raise ValueError(f"cell {unset[0]} cannot be filled with the mask token: use mask()")
        return replace(self, base=np.where(where, new, self.base), masked=self.masked & ~where)

    def clear(self) -> TokenCanvas:
        """A blank canvas of the same size and codebook."""
        return TokenCanvas.blank(self.height, self.width, self.codebook_size)

    def allow(self, cells: Cells, codes: int | Iterable[int], strength: float = 1.0) -> TokenCanvas:
        """Restrict ``cells`` to ``codes``: strictly at strength 1, as a preference below.

        The probability of every other code is multiplied by ``1 - strength``. Rules accumulate; one with the
        same codes replaces the earlier one. They apply when a cell is filled, so kept and pinned codes stay.

        Raises:
            ValueError: if a code is not in the codebook, the strength is not in (0, 1], or the rules of
                strength 1 leave a cell no code.
        """
        return self._ruled(cells, codes, strength, allowed=True)

    def forbid(self, cells: Cells, codes: int | Iterable[int], strength: float = 1.0) -> TokenCanvas:
        """Exclude ``codes`` from ``cells``; otherwise as :meth:`allow`."""
        return self._ruled(cells, codes, strength, allowed=False)

    def unrestrict(self, cells: Cells) -> TokenCanvas:
        """Remove all rules of ``cells``. Cells without rules are ignored."""
        where = self._where(cells)
        return replace(self, rules={cell: asked for cell, asked in self.rules.items() if not where[cell]})

    def extended(self, left: int = 0, right: int = 0, top: int = 0, bottom: int = 0) -> TokenCanvas:
        """A larger canvas around this one, with masked columns and rows added on each side.

        Raises:
            ValueError: if a number is negative, or the canvas would be too large.
        """
        for name, cells in {"left": left, "right": right, "top": top, "bottom": bottom}.items():
            if integer(cells, name) < 0:
                raise ValueError(f"{name} must be 0 or more cells, not {quoted(cells)}")
        check_shape(self.height + top + bottom, self.width + left + right)
        by = ((top, bottom), (left, right))
        return replace(
            self,
            base=np.pad(self.base, by, constant_values=self.mask_token),
            masked=np.pad(self.masked, by),
            pinned_codes=np.pad(self.pinned_codes, by, constant_values=self.mask_token),
            rules=rule_book.shifted(self.rules, top, left),
        )

    def filled(self, codes: ArrayLike, *, partial: bool = False) -> TokenCanvas:
        """The canvas after a run: unknown cells get base codes and are unmasked; pins stay pins.

        Args:
            codes: (h, w), the result of the run on ``self.codes``.
            partial: whether cells may still be K, in a run that is not finished; these are left unchanged.

        Raises:
            ValueError: if ``codes`` differ at a kept or pinned cell, or one is missing and not ``partial``.
        """
        codes = self._like(codes)
        if changed := cells_of(~self.unknown & (codes != self.codes)):
            row, col = changed[0]
            raise ValueError(
                f"cell {changed[0]} is {'pinned' if self.pinned[row, col] else 'kept'} at code"
                f" {self.codes[row, col]} and cannot become {codes[row, col]}"
            )
        still_unknown = codes == self.mask_token
        if not partial and (unset := cells_of(still_unknown)):
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
        # Copies and unpickled canvases go through the constructor, which makes the arrays read-only.
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
        return replace(self, rules=rule_book.with_rules(self.rules, [(rule, cells_of(self._where(cells)))]))

    def _where(self, cells: Cells) -> NDArray[np.bool_]:
        return selected(cells, self.base.shape)

    def _code(self, code: Any) -> int:
        code = integer(code, "a code")
        if not 0 <= code < self.codebook_size:
            raise ValueError(
                f"code {quoted(code)} is not in the codebook: codes are 0 to {self.codebook_size - 1}"
            )
        return code

    def _like(self, codes: ArrayLike) -> NDArray[np.int64]:
        grid = code_grid(codes, self.codebook_size, "the codes")
        if grid.shape != self.base.shape:
            raise ValueError(f"the codes are {as_size(grid.shape)}, the canvas {as_size(self.base.shape)}")
        return grid
