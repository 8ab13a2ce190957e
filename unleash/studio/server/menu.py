"""The menu of models."""

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from threading import Thread

from torch import Tensor

from unleash.canvas.settings import EngineName
from unleash.images.code_names import CodeName, load_names
from unleash.images.codebook import Sheet, load_thumbnails, save_thumbnails, sheet
from unleash.models.engines import SCHEME
from unleash.models.fetching import converted_models
from unleash.models.folders import HOME, known_as, resolve, same_model
from unleash.pipeline import UnleashPipeline
from unleash.studio.server import registry
from unleash.studio.server.drawing import Drawing

__all__ = ["BUNDLED", "Menu", "codebook", "find", "known_as", "load", "menu", "name_of", "names"]

BUNDLED = HOME / "weights"

MANY_CODES = 4096
"""Codebooks larger than this are shown while their thumbnails are drawn, which takes minutes."""

Menu = dict[str, str]
"""A model's name in the menu, and its folder or Hub id."""


def menu(given: Iterable[str] = ()) -> Menu:
    """The models ``given`` by the owner, then the bundled ones."""
    bundled = (str(index.parent) for index in sorted(BUNDLED.glob("*/model_index.json")))
    offered: Menu = {}
    for model in [*given, *bundled]:
        offered.setdefault(name_of(offered, model), model)
    if not offered:
        raise ValueError(f"there is no model: none was given, and {BUNDLED} contains none")
    return offered


def name_of(offered: Menu, model: str) -> str:
    """The name for a folder or Hub id in the menu, whether it is already there or not."""
    whole = known_as(model)
    same = (name for name, other in offered.items() if known_as(other) == whole)
    short = Path(whole).name
    return next(same, whole if short in offered else short)


def find(offered: Menu, wanted: str) -> str | None:
    """The menu's name of the model that a recipe names; None if it is not in the menu."""
    exact = (name for name, model in offered.items() if same_model(wanted, model))
    short = PurePosixPath(wanted).name
    return next(exact, short if short in offered else None)


@lru_cache(maxsize=4)
def load(model: str) -> UnleashPipeline:
    """The pipeline of a folder or Hub id."""
    return UnleashPipeline.from_pretrained(model)


@lru_cache(maxsize=4)
def computed(model: str, engine: EngineName) -> UnleashPipeline:
    """The pipeline of a folder or Hub id; it uses torch until the engine is ready, which may take a while.

    Raises:
        ValueError: if the engine is on other machines, which do not answer.
    """
    pipe = load(model)
    if engine.startswith(SCHEME):
        pipe.use(engine)
    elif engine != "torch":
        # Not a daemon: ending the process during a conversion would abort it.
        Thread(target=_change, args=(pipe, engine), name="engine").start()
    return pipe


def _change(pipe: UnleashPipeline, engine: EngineName) -> None:
    try:
        pipe.use(engine)
    except Exception as error:
        logging.getLogger(__name__).warning("still using torch: %s", error)


@lru_cache(maxsize=4)
def codebook(model: str) -> Sheet:
    """The thumbnails of a model's codes, from its folder if they are stored there."""
    kept = _kept(model)
    return sheet(_drawing(model).wait() if kept is None else kept)


def drawn_codebook(model: str) -> Iterator[tuple[float, Sheet | None]]:
    """As :func:`codebook`; for a large one while it is drawn: the share that is, and now and then a sheet.

    Thumbnails that are not drawn yet are estimates; the last sheet has none.
    """
    if _kept(model) is None and load(model).vqgan.codebook_size > MANY_CODES:
        order = None
        for share, pictures in _drawing(model).follow():
            if share == 1:
                break
            shown = None if pictures is None else sheet(pictures, order)
            order = shown.order if shown else order
            yield share, shown
    yield 1.0, codebook(model)


def _kept(model: str) -> Tensor | None:
    """The thumbnails stored in a model's folder; None if there are none that can be used."""
    try:
        return load_thumbnails(resolve(model), load(model).vqgan.codebook_size)
    except ValueError as error:
        logging.getLogger(__name__).warning(
            "Decoding every code, since stored thumbnails cannot be used: %s", error
        )
        return None


@lru_cache(maxsize=4)
def _drawing(model: str) -> Drawing:
    folder = resolve(model)
    return Drawing(load(model).vqgan, lambda pictures: _keep(pictures, folder), registry.busy)


def _keep(pictures: Tensor, folder: Path) -> None:
    """Saves thumbnails beside a converted model, since drawing those of a large codebook takes minutes."""
    try:
        if folder.is_relative_to(converted_models()):
            save_thumbnails(pictures, folder)
    except OSError as error:
        logging.getLogger(__name__).warning("The thumbnails of the codes could not be saved: %s", error)


@lru_cache(maxsize=4)
def names(model: str) -> tuple[CodeName | None, ...]:
    """What each code of a model mostly shows; empty if its folder has no readable names."""
    try:
        return load_names(resolve(model), load(model).vqgan.codebook_size)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).warning("The names of the codes cannot be read: %s", error)
        return ()
