"""Toasts: the only module that shows them.

Gradio renders a toast's text as HTML, and much of it is untrusted, so it is escaped here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from unleash.canvas.messages import shortened


@contextmanager
def toasted() -> Iterator[None]:
    """Context that turns a `ValueError`, caused by invalid input, into a toast; other errors are bugs."""
    try:
        yield
    except gr.Error as error:  # of a component, and a ValueError too
        raise _plain(error) from error
    except ValueError as error:
        raise gr.Error(_sentence(str(error)), print_exception=False) from error


def warn(message: str) -> None:
    """Show a warning."""
    gr.Warning(_html(_sentence(message)))


def inform(message: str) -> None:
    """Show an information."""
    gr.Info(_html(_sentence(message)))


class PlainBlocks(gr.Blocks):
    """An app that shows errors as plain text, including those raised by Gradio's own components.

    Programs receive them unescaped.
    """

    async def process_api(self, block_fn: BlockFunction | int, *args: Any, **options: Any) -> dict[str, Any]:
        """As Gradio's, with the text of errors escaped."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        try:
            return await super().process_api(function, *args, **options)
        except gr.Error as error:
            error.print_exception = False  # it is for the person; only bugs are logged
            if function.api_visibility != "public":
                error.message = _html(shortened(error.message))
            raise

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], *args: Any, **options: Any
    ) -> Any:
        """As Gradio's, but invalid inputs get a one-line error.

        Gradio would log all inputs, however long, and give a program no reason.
        """
        wanted = len(block_fn.inputs)
        if len(inputs) < wanted:
            line = f"{block_fn.name} takes {wanted} values, not {len(inputs)}; use null for those left open."
            raise gr.Error(_sentence(line), print_exception=False)
        try:
            return await super().preprocess_data(block_fn, inputs, *args, **options)
        except gr.Error as error:
            raise _plain(error) from error
        except Exception as error:
            line = str(error) or type(error).__name__
            raise gr.Error(_sentence(line), print_exception=False) from error


def _plain(error: gr.Error) -> gr.Error:
    """An error as one of ours: its message is a line, and it is not logged."""
    return gr.Error(_sentence(str(error.message)), print_exception=False)


def _html(text: str) -> str:
    return escape(text, quote=False)


def _sentence(message: str) -> str:
    # A file name at the beginning is not capitalised.
    names_file = "." in message.partition(" ")[0]
    line = shortened(message)
    return line if names_file else f"{line[:1].upper()}{line[1:]}"
