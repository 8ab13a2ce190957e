"""Writing files: whole or not at all, and one line about what went wrong."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from safetensors import SafetensorError


class NotWrittenError(ValueError):
    """A file or folder could not be written; says which and why. What was there before is still there."""


def write_whole(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write a file; text as UTF-8.

    Raises:
        NotWrittenError: if that is not possible, for instance since the disk is full.
    """
    with whole_file(path) as part:
        part.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path beside ``path`` to write to, of the same ending; it is renamed once that has ended well.

    Raises:
        NotWrittenError: if what is done within ends with an `OSError`, or renaming does.
    """
    path = Path(path)
    # Through links; a device, such as /dev/stdout, is written to as it is.
    target = path.resolve() if path.is_symlink() else path
    in_place = target.exists() and not target.is_file() and not target.is_dir()
    part = target if in_place else target.with_name(f".{uuid4().hex[:12]}{target.suffix}")
    try:
        with written(path):
            yield part
            if not in_place:
                part.replace(target)
    finally:
        if not in_place:
            part.unlink(missing_ok=True)


@contextmanager
def whole_entries(folder: Path) -> Iterator[Path]:
    """A new folder inside ``folder`` to write to, whose entries take the places of those there at the end.

    An entry that is called like ``model_index.json`` comes last, as what makes it a model.

    Raises:
        NotWrittenError: as :func:`whole_folder`.
    """
    new = folder / f".{uuid4().hex[:12]}"
    with written(folder):
        new.mkdir(parents=True)
        try:
            yield new
            for entry in sorted(new.iterdir(), key=lambda entry: (entry.name == "model_index.json", entry)):
                if entry.is_dir():
                    replace_folder(entry, folder / entry.name, new / f"{entry.name}.old")
                else:
                    entry.replace(folder / entry.name)
        finally:
            shutil.rmtree(new, ignore_errors=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder`` to write to, which takes its place once that has ended well.

    Killed at the wrong moment, it leaves the one that was there where :func:`whole` finds it.

    Raises:
        NotWrittenError: if what is done within ends with an error of writing, as networks are written too.
    """
    new, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    with written(folder):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            yield new
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        replace_folder(new, folder, old)


def replace_folder(new: Path, folder: Path, old: Path) -> None:
    """Put ``new`` in the place of ``folder``, which is ``old`` in between and then gone."""
    if folder.is_dir():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def whole(folder: Path) -> Path:
    """Where the folder of :func:`whole_folder` is, or the one before it, if it was killed in between."""
    old = folder.with_name(f"{folder.name}.old")
    return old if old.is_dir() and not folder.is_dir() else folder


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Whatever goes wrong within it is told as ``path`` not having been written.

    Raises:
        NotWrittenError: for an `OSError`, and what torch and safetensors raise when they cannot write.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError, SafetensorError) as error:
        raise NotWrittenError(f"{path} cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return next(iter(str(error).splitlines()), type(error).__name__)
