"""The folders of models, and their canonical names."""

import posixpath
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

HOME = _PACKAGE if (_PACKAGE / "weights").is_dir() else _PACKAGE.parent
"""Where ``weights`` and ``assets`` lie: inside an installed package, beside the package in a clone."""


def known_as(model: str | Path) -> str:
    """The canonical name of a model, used in recipes, however its folder was given.

    A slash at the end, ``./``, an absolute path and a symbolic link make no difference. A folder beside the
    bundled models or below the current folder is named by its place there, any other by its whole path; what
    is not here is a Hub id.
    """
    if (folder := local(model)) is None:
        return str(model)
    folder, home = folder.resolve(), HOME.resolve()
    if folder != home and folder.is_relative_to(home):
        return folder.relative_to(home).as_posix()
    here = Path.cwd()
    if folder != here and folder.is_relative_to(here):
        name = folder.relative_to(here).as_posix()
        if not (home / name).exists():
            return name
    return folder.as_posix()


def same_model(recorded: str, model: str | Path) -> bool:
    """Whether the name that a recipe records means ``model``, in whatever spelling.

    What a recipe records may come from anyone: it is compared as text and never looked up.
    """
    spellings = {str(model), known_as(model)}
    if (folder := local(model)) is not None:
        spellings |= {folder.absolute().as_posix(), folder.resolve().as_posix()}
    return _plain(recorded) in map(_plain, spellings)


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/"))


def local(model: str | Path) -> Path | None:
    """The folder of a model on this machine; None if there is none."""
    places = (Path(model).expanduser(), HOME / model)
    return next((place for place in places if place.exists()), None)


def bundled() -> list[str]:
    """The names of the models that come with the package."""
    return [f"weights/{index.parent.name}" for index in sorted(HOME.glob("weights/*/model_index.json"))]
