"""Gradio without the type stubs that it writes whenever it is imported."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_stubs() -> Iterator[None]:
    """Within it, classes of components are made without a ``.pyi`` file beside their source.

    For each class Gradio parses its source and its stub anew, which takes a third of the time of the import.
    It does not for classes without a file, so here they have none.
    """
    whole = inspect.getfile

    def getfile(thing: Any) -> str:
        if type(thing).__name__ == "ComponentMeta":
            raise OSError("a component")
        return whole(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = whole
