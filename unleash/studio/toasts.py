"""Errors as toasts."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr


@contextmanager
def toasted() -> Iterator[None]:
    """Show what a bad value was about; a `ValueError` is the person's to mend, all else is ours."""
    try:
        yield
    except ValueError as error:
        raise gr.Error(_sentence(str(error)), print_exception=False) from error


def _sentence(message: str) -> str:
    # A file's name at the beginning stays as it is.
    names_file = "." in message.partition(" ")[0]
    return message if names_file else f"{message[:1].upper()}{message[1:]}"
