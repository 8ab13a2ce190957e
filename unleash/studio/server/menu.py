"""The menu of models; each is loaded when it is first needed."""

import atexit
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from subprocess import DEVNULL, Popen
from threading import RLock, Thread
from typing import TYPE_CHECKING

from unleash.canvas.settings import SCHEME, EngineName
from unleash.images.code_names import CodeName, load_names
from unleash.models.locating import HOME, known_as, local, same_model
from unleash.models.outline import Outline, outline
from unleash.operations import loading
from unleash.studio.server import registry, turns
from unleash.studio.server.turns import IDLE

if TYPE_CHECKING:
    from torch import Tensor

    from unleash.images.codebook import Sheet
    from unleash.pipeline import UnleashPipeline
    from unleash.studio.server.drawing import Drawing

__all__ = ["BUNDLED", "Menu", "about", "codebook", "find", "known_as", "load", "menu", "name_of", "names"]

BUNDLED = HOME / "weights"

MANY_CODES = 4096
"""Codebooks larger than this are shown while their thumbnails are drawn, which takes minutes."""

Menu = dict[str, str]
"""A model's name in the menu, and its folder or Hub id."""

QUIET = 5.0
"""Seconds without work before an engine is prepared."""

_CHOOSING = """
import os, sys
if hasattr(os, "nice"):
    os.nice(19)
from unleash import UnleashPipeline
UnleashPipeline.from_pretrained(sys.argv[1], engine="auto")
"""

_LOADING: defaultdict[str, RLock] = defaultdict(RLock)
"""Held while a model is loaded, its engine is prepared or the drawing of its codes begins: the page's first
events all ask for it at once, and a cache would do the work for each of them."""


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


@lru_cache(maxsize=64)
def about(model: str) -> Outline:
    """The outline of a model, which is fetched first if it is not local."""
    if (folder := local(model)) is not None:
        try:
            return outline(folder)
        except ValueError:
            pass  # ``describe`` reports the error
    from unleash.models.folders import describe  # noqa: PLC0415 - takes seconds

    return describe(model)


def folder(model: str) -> Path:
    """The folder of a model, which is fetched first if it is not local."""
    if (here := local(model)) is not None:
        return here
    from unleash.models.folders import resolve  # noqa: PLC0415 - takes seconds

    return resolve(model)


def load(model: str) -> "UnleashPipeline":
    """The pipeline of a folder or Hub id."""
    with _LOADING[model]:
        return _loaded(model)


@lru_cache(maxsize=4)
def _loaded(model: str) -> "UnleashPipeline":
    return loading.load(model)


def computed(model: str, engine: EngineName) -> "UnleashPipeline":
    """The pipeline of a folder or Hub id; it uses torch until the engine is ready, which may take a while.

    Raises:
        ValueError: if the engine is on other machines, which do not answer.
    """
    with _LOADING[model]:
        pipe = load(model)
        _prepare(pipe, model, engine)
    if pipe.device.type == "cuda":
        turns.allow(turns.ELSEWHERE)
    return pipe


@lru_cache(maxsize=4)
def _prepare(pipe: "UnleashPipeline", model: str, engine: EngineName) -> None:
    if engine.startswith(SCHEME):
        pipe.use(engine)
    elif pipe.device.type == "cuda":
        from unleash.models.engines.batches import BatchingEngine  # noqa: PLC0415 - takes seconds

        pipe.engine = BatchingEngine(pipe.vqgan, pipe.transformer, pipe.engine.source)
    elif engine != "torch":
        Thread(target=_change_when_idle, args=(pipe, model, engine), daemon=True).start()


def _change_when_idle(pipe: "UnleashPipeline", model: str, engine: EngineName) -> None:
    """Switch to an engine while nobody is waiting for a picture."""
    from unleash.models.engines import is_chosen  # noqa: PLC0415 - takes seconds

    IDLE.wait(QUIET)
    if engine == "auto" and not is_chosen(pipe.engine):
        _choose(model)
        IDLE.wait(QUIET)
    # Not a daemon: to end the process while a network is compiled would abort it.
    Thread(target=_change, args=(pipe, engine), name="engine").start()


def _choose(model: str) -> None:
    """Convert and time the engines in a process of the lowest priority, which caches the results."""
    process = Popen([sys.executable, "-c", _CHOOSING, model], stdout=DEVNULL, stderr=DEVNULL)
    atexit.register(process.kill)
    process.wait()
    atexit.unregister(process.kill)


def _change(pipe: "UnleashPipeline", engine: EngineName) -> None:
    try:
        pipe.use(engine)
    except Exception as error:
        logging.getLogger(__name__).warning("still using torch: %s", error)


@lru_cache(maxsize=4)
def codebook(model: str) -> "Sheet":
    """The thumbnails of a model's codes, from its folder if they are stored there."""
    from unleash.images.codebook import sheet  # noqa: PLC0415 - takes seconds

    kept = _kept(model)
    return sheet(_drawing(model).wait() if kept is None else kept)


def drawn_codebook(model: str) -> "Iterator[tuple[float, Sheet | None]]":
    """As :func:`codebook`; for a large one while it is drawn: the share that is, and now and then a sheet.

    Thumbnails that are not drawn yet are estimates; the last sheet has none.
    """
    from unleash.images.codebook import sheet  # noqa: PLC0415 - takes seconds

    if _kept(model) is None and load(model).vqgan.codebook_size > MANY_CODES:
        order = None
        for share, pictures in _drawing(model).follow():
            if share == 1:
                break
            shown = None if pictures is None else sheet(pictures, order)
            order = shown.order if shown else order
            yield share, shown
    yield 1.0, codebook(model)


def _kept(model: str) -> "Tensor | None":
    """The thumbnails stored in a model's folder; None if there are none that can be used."""
    from unleash.images.codebook import load_thumbnails  # noqa: PLC0415 - takes seconds
    from unleash.models.folders import resolve  # noqa: PLC0415

    try:
        return load_thumbnails(resolve(model), load(model).vqgan.codebook_size)
    except ValueError as error:
        logging.getLogger(__name__).warning(
            "Decoding every code, since stored thumbnails cannot be used: %s", error
        )
        return None


def _drawing(model: str) -> "Drawing":
    with _LOADING[model]:
        return _begun(model)


@lru_cache(maxsize=4)
def _begun(model: str) -> "Drawing":
    from unleash.models.folders import resolve  # noqa: PLC0415 - takes seconds
    from unleash.studio.server.drawing import Drawing  # noqa: PLC0415

    folder = resolve(model)
    return Drawing(load(model).vqgan, lambda pictures: _keep(pictures, folder), registry.busy)


def _keep(pictures: "Tensor", folder: Path) -> None:
    """Saves thumbnails beside a converted model, since drawing those of a large codebook takes minutes."""
    from unleash.images.codebook import save_thumbnails  # noqa: PLC0415 - takes seconds
    from unleash.models.fetching import converted_models  # noqa: PLC0415

    try:
        if folder.is_relative_to(converted_models()):
            save_thumbnails(pictures, folder)
    except OSError as error:
        logging.getLogger(__name__).warning("The thumbnails of the codes could not be saved: %s", error)


@lru_cache(maxsize=4)
def names(model: str) -> tuple[CodeName | None, ...]:
    """What each code of a model mostly shows; empty if its folder has no readable names."""
    from unleash.models.folders import resolve  # noqa: PLC0415 - takes seconds

    try:
        return load_names(resolve(model), load(model).vqgan.codebook_size)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).warning("The names of the codes cannot be read: %s", error)
        return ()
