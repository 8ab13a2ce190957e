"""The model families: every folder here is one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unleash.models.protocol import Family


@cache
def families() -> tuple[Family, ...]:
    """Every family, by name."""
    return tuple(module.FAMILY for _, module in part_of_each("family"))


def part_of_each(part: str) -> Iterator[tuple[str, Any]]:
    """The names of the families, in order, each with a module of its folder."""
    for folder in sorted(module.name for module in iter_modules(__path__) if module.ispkg):
        yield folder, import_module(f"{__name__}.{folder}.{part}")
