"""The models the studio offers."""

import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from unleash.images.code_names import CodeName, load_names
from unleash.images.codebook import Sheet, load_thumbnails, sheet
from unleash.models.folders import HOME, resolve
from unleash.models.thumbnails import thumbnails
from unleash.pipeline import UnleashPipeline

BUNDLED = HOME / "weights"

Menu = dict[str, str]
"""What a model is called in the menu, and its folder or Hub id."""


def menu(given: Iterable[str] = ()) -> Menu:
    """The models ``given`` by whoever runs the app, then the bundled ones."""
    bundled = (str(index.parent) for index in sorted(BUNDLED.glob("*/model_index.json")))
    offered: Menu = {}
    for model in [*given, *bundled]:
        offered.setdefault(Path(model).name, model)
    if not offered:
        raise ValueError(f"there is no model: none was given and {BUNDLED} holds none")
    return offered


def known_as(model: str) -> str:
    """How a recipe names a model: the bundled ones by their place in the package."""
    path = Path(model)
    return path.relative_to(BUNDLED.parent).as_posix() if path.is_relative_to(BUNDLED) else model


def find(offered: Menu, wanted: str) -> str | None:
    """The name in the menu of the model that a recipe names, None if it is not offered."""
    exact = (name for name, model in offered.items() if wanted in (model, known_as(model)))
    return next(exact, Path(wanted).name if Path(wanted).name in offered else None)


@lru_cache(maxsize=4)
def load(model: str) -> UnleashPipeline:
    """The pipeline of a folder or Hub id."""
    return UnleashPipeline.from_pretrained(model)


@lru_cache(maxsize=4)
def codebook(model: str) -> Sheet:
    """What the codes of a model look like, from its folder if that can tell."""
    vqgan = load(model).vqgan
    try:
        kept = load_thumbnails(resolve(model), vqgan.codebook_size)
    except ValueError as error:
        logging.getLogger(__name__).warning("Every code is decoded: %s", error)
        kept = None
    return sheet(thumbnails(vqgan) if kept is None else kept)


@lru_cache(maxsize=4)
def names(model: str) -> tuple[CodeName | None, ...]:
    """What the codes of a model mostly show; nothing if it does not say, or not so that it can be read."""
    try:
        return load_names(resolve(model), load(model).vqgan.codebook_size)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).warning("The codes go without names: %s", error)
        return ()
