"""Files for download, removed an hour later."""

from collections.abc import Iterable
from pathlib import Path
from threading import Timer
from time import time
from uuid import uuid4

import gradio as gr
from gradio.data_classes import FileData
from gradio.utils import get_upload_folder

from unleash.writing import write_whole, written

KEPT = 3600
"""Seconds for which files, including uploads, are kept; browsers fetch downloads at once."""


def to_fetch(data: bytes, name: str) -> FileData:
    """Writes a file that the app may serve.

    Raises:
        NotWrittenError: a ``ValueError``, if it cannot be written, for instance because the disk is full.
    """
    path = Path(get_upload_folder()) / uuid4().hex / Path(name).name
    try:
        with written(Path(name)):
            path.parent.mkdir(parents=True)
            write_whole(path, data)
    except ValueError:
        _remove_empty([path.parent])
        raise
    return FileData(path=str(path), orig_name=name)


def clean_hourly(demo: gr.Blocks) -> None:
    """Remove older files every hour while the app runs."""

    def again() -> None:
        clean(demo, KEPT)
        clean_hourly(demo)

    timer = Timer(KEPT, again)
    timer.daemon = True
    timer.start()


def clean(demo: gr.Blocks, age: float) -> None:
    """Remove files that the app wrote or received more than ``age`` seconds ago, and their folders.

    Gradio removes files as well, but neither folders nor the records of removed files.
    """
    kept = {path for block in demo.blocks.values() for path in getattr(block, "keep_in_cache", ())}
    for names in demo.temp_file_sets:
        for name in set(names) - kept:
            path = Path(name)
            if not path.exists() or time() - path.stat().st_mtime > age:
                path.unlink(missing_ok=True)
                names.discard(name)
    folder = Path(get_upload_folder())
    if folder.is_dir():
        _remove_empty(entry for entry in folder.iterdir() if entry.is_dir() and _is_old(entry, age))


def _is_old(folder: Path, age: float) -> bool:
    try:
        return time() - folder.stat().st_mtime > age
    except OSError:
        return False


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # not empty, or already removed
            continue
