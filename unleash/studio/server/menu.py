"""The models the studio offers."""

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from threading import Thread

from torch import Tensor

from unleash.canvas.settings import EngineName
from unleash.images.code_names import CodeName, load_names
from unleash.images.codebook import Sheet, load_thumbnails, save_thumbnails, sheet
from unleash.models.fetching import converted_models
from unleash.models.folders import HOME, known_as, resolve, same_model
from unleash.pipeline import UnleashPipeline
from unleash.studio.server import registry
from unleash.studio.server.drawing import Drawing

__all__ = ["BUNDLED", "Menu", "codebook", "find", "known_as", "load", "menu", "name_of", "names"]

BUNDLED = HOME / "weights"

MANY_CODES = 4096
"""Thumbnails of more codes take so long that they are shown as they are drawn."""

Menu = dict[str, str]
"""What a model is called in the menu, and its folder or Hub id."""


def menu(given: Iterable[str] = ()) -> Menu:
    """The models ``given`` by whoever runs the app, then the bundled ones."""
    bundled = (str(index.parent) for index in sorted(BUNDLED.glob("*/model_index.json")))
    offered: Menu = {}
    for model in [*given, *bundled]:
        offered.setdefault(name_of(offered, model), model)
    if not offered:
        raise ValueError(f"there is no model: none was given and {BUNDLED} holds none")
    return offered


def name_of(offered: Menu, model: str) -> str:
    """The name in the menu of a folder or Hub id, whether it is offered already or not."""
    whole = known_as(model)
    same = (name for name, other in offered.items() if known_as(other) == whole)
    short = Path(whole).name
    return next(same, whole if short in offered else short)


def find(offered: Menu, wanted: str) -> str | None:
    """The name in the menu of the model that a recipe names, None if it is not offered."""
    exact = (name for name, model in offered.items() if same_model(wanted, model))
    short = PurePosixPath(wanted).name
    return next(exact, short if short in offered else None)


@lru_cache(maxsize=4)
def load(model: str) -> UnleashPipeline:
    """The pipeline of a folder or Hub id."""
    return UnleashPipeline.from_pretrained(model)


@lru_cache(maxsize=4)
def computed(model: str, engine: EngineName) -> UnleashPipeline:
    """The pipeline of a folder or Hub id, by torch until the engine is ready, which may take a while."""
    pipe = load(model)
    if engine != "torch":
        # Not a daemon: to end the process amid a conversion would abort it.
        Thread(target=_change, args=(pipe, engine), name="engine").start()
    return pipe


def _change(pipe: UnleashPipeline, engine: EngineName) -> None:
    try:
        pipe.use(engine)
    except Exception as error:
        logging.getLogger(__name__).warning("torch goes on computing: %s", error)


@lru_cache(maxsize=4)
def codebook(model: str) -> Sheet:
    """What the codes of a model look like, from its folder if that can tell."""
    kept = _kept(model)
    return sheet(_drawing(model).wait() if kept is None else kept)


def drawn_codebook(model: str) -> Iterator[tuple[float, Sheet | None]]:
    """As :func:`codebook`, of a large one as it is drawn: the share that is, and a sheet now and then.

    Those that are not drawn yet are guessed at; the last sheet is whole.
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
    """The thumbnails in the folder of a model; None if there are none that can be used."""
    try:
        return load_thumbnails(resolve(model), load(model).vqgan.codebook_size)
    except ValueError as error:
        logging.getLogger(__name__).warning("Every code is decoded: %s", error)
        return None


@lru_cache(maxsize=4)
def _drawing(model: str) -> Drawing:
    folder = resolve(model)
    return Drawing(load(model).vqgan, lambda pictures: _keep(pictures, folder), registry.busy)


def _keep(pictures: Tensor, folder: Path) -> None:
    """Saves thumbnails beside a converted model, which takes minutes to draw those of a large codebook."""
    try:
        if folder.is_relative_to(converted_models()):
            save_thumbnails(pictures, folder)
    except OSError as error:
        logging.getLogger(__name__).warning("The codes' thumbnails are not kept: %s", error)


@lru_cache(maxsize=4)
def names(model: str) -> tuple[CodeName | None, ...]:
    """What the codes of a model mostly show; nothing if it does not say, or not so that it can be read."""
    try:
        return load_names(resolve(model), load(model).vqgan.codebook_size)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).warning("The codes go without names: %s", error)
        return ()
