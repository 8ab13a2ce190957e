"""The models the studio offers, each loaded when somebody needs it."""

import atexit
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from subprocess import DEVNULL, Popen
from threading import Lock, Thread
from typing import TYPE_CHECKING

from unleash.canvas.settings import EngineName
from unleash.images.code_names import CodeName, load_names
from unleash.models.locating import HOME, known_as, local, same_model
from unleash.models.outline import Outline, outline
from unleash.operations import loading
from unleash.studio.server.turns import IDLE

if TYPE_CHECKING:
    from torch import Tensor

    from unleash.images.codebook import Sheet
    from unleash.pipeline import UnleashPipeline

__all__ = ["BUNDLED", "Menu", "about", "codebook", "find", "known_as", "load", "menu", "name_of", "names"]

BUNDLED = HOME / "weights"

Menu = dict[str, str]
"""What a model is called in the menu, and its folder or Hub id."""

QUIET = 5.0
"""Seconds in which nobody asks for anything before an engine is prepared."""

_CHOOSING = """
import os, sys
if hasattr(os, "nice"):
    os.nice(19)
from unleash import UnleashPipeline
UnleashPipeline.from_pretrained(sys.argv[1], engine="auto")
"""

_LOADING: defaultdict[str, Lock] = defaultdict(Lock)
"""Held while a model is loaded: the page's first events all ask for it at once."""


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


@lru_cache(maxsize=64)
def about(model: str) -> Outline:
    """What a model is, by what lies in its folder; it is fetched first if it is not here."""
    if (folder := local(model)) is not None:
        try:
            return outline(folder)
        except ValueError:
            pass  # what is wrong with it is found out below
    from unleash.models.folders import describe  # noqa: PLC0415 - takes seconds

    return describe(model)


def load(model: str) -> "UnleashPipeline":
    """The pipeline of a folder or Hub id."""
    with _LOADING[model]:
        return _loaded(model)


@lru_cache(maxsize=4)
def _loaded(model: str) -> "UnleashPipeline":
    return loading.load(model)


def computed(model: str, engine: EngineName) -> "UnleashPipeline":
    """The pipeline of a folder or Hub id, by torch until the engine is ready, which may take a while."""
    pipe = load(model)
    _prepare(model, engine)
    return pipe


@lru_cache(maxsize=4)
def _prepare(model: str, engine: EngineName) -> None:
    if engine != "torch":
        Thread(target=_change_when_idle, args=(load(model), model, engine), daemon=True).start()


def _change_when_idle(pipe: "UnleashPipeline", model: str, engine: EngineName) -> None:
    """Go over to an engine while nobody is waiting for a picture."""
    from unleash.models.engines import is_chosen  # noqa: PLC0415 - takes seconds

    IDLE.wait(QUIET)
    if engine == "auto" and not is_chosen(pipe.engine):
        _choose(model)
        IDLE.wait(QUIET)
    # Not a daemon: to end the process while a network is compiled would abort it.
    Thread(target=_change, args=(pipe, engine), name="engine").start()


def _choose(model: str) -> None:
    """Convert and time the engines, in a process of the lowest priority; the cache keeps what comes out."""
    process = Popen([sys.executable, "-c", _CHOOSING, model], stdout=DEVNULL, stderr=DEVNULL)
    atexit.register(process.kill)
    process.wait()
    atexit.unregister(process.kill)


def _change(pipe: "UnleashPipeline", engine: EngineName) -> None:
    try:
        pipe.use(engine)
    except Exception as error:
        logging.getLogger(__name__).warning("torch goes on computing: %s", error)


@lru_cache(maxsize=4)
def codebook(model: str) -> "Sheet":
    """What the codes of a model look like, from its folder if that can tell."""
    from unleash.images.codebook import load_thumbnails, sheet  # noqa: PLC0415 - takes seconds
    from unleash.models.folders import resolve  # noqa: PLC0415
    from unleash.models.thumbnails import thumbnails  # noqa: PLC0415

    vqgan = load(model).vqgan
    try:
        kept = load_thumbnails(resolve(model), vqgan.codebook_size)
    except ValueError as error:
        logging.getLogger(__name__).warning("Every code is decoded: %s", error)
        kept = None
    if kept is None:
        kept = thumbnails(vqgan)
        _keep(kept, resolve(model))
    return sheet(kept)


def _keep(pictures: "Tensor", folder: Path) -> None:
    """Saves thumbnails beside a converted model, which takes minutes to draw those of a large codebook."""
    from unleash.images.codebook import save_thumbnails  # noqa: PLC0415 - takes seconds
    from unleash.models.fetching import converted_models  # noqa: PLC0415

    try:
        if folder.is_relative_to(converted_models()):
            save_thumbnails(pictures, folder)
    except OSError as error:
        logging.getLogger(__name__).warning("The codes' thumbnails are not kept: %s", error)


@lru_cache(maxsize=4)
def names(model: str) -> tuple[CodeName | None, ...]:
    """What the codes of a model mostly show; nothing if it does not say, or not so that it can be read."""
    from unleash.models.folders import resolve  # noqa: PLC0415 - takes seconds

    try:
        return load_names(resolve(model), load(model).vqgan.codebook_size)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).warning("The codes go without names: %s", error)
        return ()
