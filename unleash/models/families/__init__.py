"""The model families: a folder each, found by being here."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from unleash.models.protocol import Family


@cache
def families() -> tuple[Family, ...]:
    """Every family, by name."""
    folders = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return tuple(import_module(f"{__name__}.{folder}").FAMILY for folder in folders)


def family_of(predictor: object) -> Family:
    """The family of a token predictor.

    Raises:
        ValueError: if it is of none.
    """
    found = next((family for family in families() if isinstance(predictor, family.predictor)), None)
    if found is None:
        raise ValueError(f"{type(predictor).__name__} is a token predictor of no known family")
    return found
