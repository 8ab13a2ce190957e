"""The model families: every folder here is one."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from unleash.models.protocol import Family


@cache
def families() -> tuple[Family, ...]:
    """Every family, by name."""
    folders = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return tuple(import_module(f"{__name__}.{folder}").FAMILY for folder in folders)
