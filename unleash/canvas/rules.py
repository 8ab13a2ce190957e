"""Rules: the codes that cells may or may not be given, strictly or as a preference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.bounds import MAX_RULE_TEXT, MAX_RULES
from unleash.canvas.messages import quoted

Cell: TypeAlias = tuple[int, int]
Rules: TypeAlias = Mapping[Cell, tuple["Rule", ...]]
"""The rules of each cell, strongest last; no two of a cell have both the same codes and ``allowed``."""


class RulesTooStrictError(ValueError):
    """The rules of a cell exclude all codes."""


_FIELDS = {"cells", "codes", "allowed", "strength"}
_CELL = len("[63,63],")
_FRAME = len('{"cells":[],"codes":[],"allowed":false,"strength":0.30000000000000004},')


@dataclass(frozen=True)
class Rule:
    """Allows only certain codes in a cell, or forbids them.

    A rule of strength s multiplies the probability of each code it is against by 1 - s, before normalisation:
    0.5 halves its odds, 0.99 leaves a hundredth, 1 excludes it. The factors of a cell's rules multiply.

    Attributes:
        codes: non-negative integers; stored sorted, without duplicates.
        allowed: True if only ``codes`` are allowed, False if they are forbidden.
        strength: in (0, 1]; 1 is strict.

    Raises:
        ValueError: if there are no codes, one is not a non-negative integer, or the strength is out of range.
    """

    codes: tuple[int, ...]
    allowed: bool
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not self.codes:
            raise ValueError("a rule needs at least one code")
        # bool is a subclass of int.
        whole = [isinstance(code, int | np.integer) and not isinstance(code, bool) for code in self.codes]
        if not all(whole) or min(self.codes) < 0:
            raise ValueError(
                f"the codes of a rule must be whole numbers, 0 or more, not {quoted(self.codes)}"
            )
        if isinstance(self.strength, bool) or not isinstance(self.strength, int | float | np.number):
            raise ValueError(f"the strength of a rule must be a number, not {quoted(self.strength)}")
        if not 0 < self.strength <= 1:
            raise ValueError(
                f"the strength of a rule must be above 0 and at most 1, not {quoted(self.strength)}"
            )
        object.__setattr__(self, "codes", tuple(sorted({int(code) for code in self.codes})))
        object.__setattr__(self, "allowed", bool(self.allowed))
        object.__setattr__(self, "strength", float(self.strength))
        # Cached: a canvas looks up rules cell by cell, and a rule may have thousands of codes.
        digits = sum(map(len, map(str, self.codes)))
        object.__setattr__(self, "_length", _FRAME + digits + len(self.codes))
        object.__setattr__(self, "_hash", hash((self.codes, self.allowed, self.strength)))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined]

    @property
    def length(self) -> int:
        """Characters of the rule as JSON, without its cells, at most."""
        return self._length  # type: ignore[attr-defined]

    def against(self, codebook_size: int) -> NDArray[np.bool_]:
        """(K,) bool: the codes that the rule makes less likely."""
        named = np.zeros(codebook_size, dtype=bool)
        named[list(self.codes)] = True
        return ~named if self.allowed else named


def with_rules(rules: Rules, asked: Iterable[tuple[Rule, Iterable[Cell]]]) -> dict[Cell, tuple[Rule, ...]]:
    """Adds rules to their cells, each replacing one with the same codes and ``allowed``."""
    named: dict[Cell, dict[int, Rule]] = {}
    numbers: dict[tuple[tuple[int, ...], bool], int] = {}

    def number(rule: Rule) -> int:
        """The same number for all rules with the same codes and ``allowed``."""
        return numbers.setdefault((rule.codes, rule.allowed), len(numbers))

    for rule, cells in asked:
        new = number(rule)
        for cell in cells:
            if cell not in named:
                named[cell] = {number(old): old for old in rules.get(cell, ())}
            named[cell][new] = rule
    # Sorted once instead of per cell, since comparing rules is slow.
    different = sorted({rule for here in named.values() for rule in here.values()}, key=_order)
    ranks = {rule: i for i, rule in enumerate(different)}
    changed = {cell: tuple(sorted(here.values(), key=ranks.__getitem__)) for cell, here in named.items()}
    return {**rules, **changed}


def checked(rules: Rules, shape: tuple[int, int], codebook_size: int) -> dict[Cell, tuple[Rule, ...]]:
    """Validates ``rules`` and sorts them by cell in row-major order.

    Raises:
        ValueError: if a cell is off the grid of ``shape`` (h, w), there are more than ``MAX_RULES`` different
            rules, they are longer than ``MAX_RULE_TEXT``, a code is not in the codebook, or the strict rules
            of a cell exclude all codes.
    """
    different = {rule for asked in rules.values() for rule in asked}
    if len(different) > MAX_RULES:
        raise ValueError(
            f"a canvas may have at most {MAX_RULES:,} different rules, not {len(different):,}; remove some"
        )
    length = _CELL * sum(map(len, rules.values())) + sum(rule.length for rule in different)
    if length > MAX_RULE_TEXT:
        raise ValueError(
            f"the rules of a canvas may have at most {MAX_RULE_TEXT:,} characters as JSON, not {length:,}; "
            "remove some"
        )
    if (highest := max((rule.codes[-1] for rule in different), default=0)) >= codebook_size:
        raise ValueError(f"code {quoted(highest)} is not in the codebook: codes are 0 to {codebook_size - 1}")
    bits = cache(_bits)
    sound: set[tuple[Rule, ...]] = set()
    for (row, col), asked in rules.items():
        if not (0 <= row < shape[0] and 0 <= col < shape[1]):
            raise ValueError(
                f"cell {quoted((row, col))} is off the grid of {shape[0]}×{shape[1]} cells, counted from 0"
            )
        if asked in sound:
            continue
        left = (1 << codebook_size) - 1
        for rule in asked:
            if rule.strength == 1:
                left &= bits(rule) if rule.allowed else ~bits(rule)
        if not left:
            raise RulesTooStrictError(
                f"the rules of cell {(row, col)} leave no code: remove or relax one of them"
            )
        sound.add(asked)
    return {cell: rules[cell] for cell in sorted(rules) if rules[cell]}


def log_bias(rules: Rules, shape: tuple[int, int], codebook_size: int) -> NDArray[np.float32]:
    """The bias that rules add to a model's logits: log(1 - strength) for every code that a rule is against.

    Returns:
        (h * w, K) float32; 0 where no rule applies, -∞ where a strict rule excludes a code.
    """
    bias = np.zeros((*shape, codebook_size), dtype=np.float32)
    known: dict[tuple[Rule, ...], NDArray[np.float32]] = {}
    for cell, asked in rules.items():
        if asked not in known:
            known[asked] = sum(
                (_penalty(rule, codebook_size) for rule in asked), np.zeros(codebook_size, np.float32)
            )
        bias[cell] = known[asked]
    return bias.reshape(-1, codebook_size)


def shifted(rules: Rules, rows: int, cols: int) -> dict[Cell, tuple[Rule, ...]]:
    """The rules with their cells moved ``rows`` down and ``cols`` to the right."""
    return {(row + rows, col + cols): asked for (row, col), asked in rules.items()}


def to_json(rules: Rules) -> list[dict[str, Any]]:
    """The rules as JSON types: each rule once, with all of its cells."""
    cells: dict[Rule, list[list[int]]] = {}
    for cell, asked in rules.items():
        for rule in asked:
            cells.setdefault(rule, []).append(list(cell))
    return [
        {"cells": where, "codes": list(rule.codes), "allowed": rule.allowed, "strength": rule.strength}
        for rule, where in cells.items()
    ]


def from_json(data: Any) -> dict[Cell, tuple[Rule, ...]]:
    """The rules written by :func:`to_json`, from untrusted data.

    Raises:
        ValueError: if the data are invalid.
    """
    return with_rules({}, listed(data))


def listed(data: Any) -> list[tuple[Rule, list[Cell]]]:
    """The rules in what :func:`to_json` wrote, each with its cells, from untrusted data.

    Raises:
        ValueError: if the data are invalid.
    """
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise ValueError(f"the rules must be a list, not {quoted(data)}")
    if len(data) > MAX_RULES:
        raise ValueError(
            f"a canvas may have at most {MAX_RULES:,} different rules, not {len(data):,}; remove some"
        )
    asked: list[tuple[Rule, list[Cell]]] = []
    for entry in data:
        if not isinstance(entry, Mapping) or set(entry) != _FIELDS:
            raise ValueError(
                f"a rule must be an object with {', '.join(sorted(_FIELDS))}, not {quoted(entry)}"
            )
        if not isinstance(entry["allowed"], bool) or not isinstance(entry["codes"], list | tuple):
            raise ValueError(f"a rule must have a list of codes and a boolean allowed, not {quoted(entry)}")
        rule = Rule(tuple(_whole(code) for code in entry["codes"]), entry["allowed"], entry["strength"])
        if not isinstance(entry["cells"], list | tuple):
            raise ValueError(
                f"the cells of a rule must be a list of [row, col], not {quoted(entry['cells'])}"
            )
        asked.append((rule, [_cell(cell) for cell in entry["cells"]]))
    return asked


def _order(rule: Rule) -> tuple[float, bool, tuple[int, ...]]:
    return rule.strength, rule.allowed, rule.codes


def _bits(rule: Rule) -> int:
    """The codes of a rule as a bit set."""
    named = bytearray(rule.codes[-1] // 8 + 1)
    for code in rule.codes:
        named[code // 8] |= 1 << code % 8
    return int.from_bytes(named, "little")


def _penalty(rule: Rule, codebook_size: int) -> NDArray[np.float32]:
    weight = -np.inf if rule.strength == 1 else np.log1p(-rule.strength)
    return np.where(rule.against(codebook_size), weight, 0).astype(np.float32)


def _cell(value: Any) -> Cell:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"the cells of a rule must be a list of [row, col], not of {quoted(value)}")
    return _whole(value[0]), _whole(value[1])


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise ValueError(f"the cells and codes of a rule must be whole numbers, not {quoted(value)}")
    return value
