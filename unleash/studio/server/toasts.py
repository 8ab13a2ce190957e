"""What the studio says to a person besides what the page shows: the only place that may.

Gradio shows a toast's text as HTML, and much of it comes from files and people: here it is escaped.
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
    """Say what a bad value was about; a `ValueError` is the person's to mend, all else is ours."""
    try:
        yield
    except ValueError as error:
        raise gr.Error(_sentence(str(error)), print_exception=False) from error


def warn(message: str) -> None:
    """Show a person that something is not as they asked."""
    gr.Warning(_html(_sentence(message)))


def inform(message: str) -> None:
    """Show a person something they may want to know."""
    gr.Info(_html(_sentence(message)))


class PlainBlocks(gr.Blocks):
    """An app whose errors are text on the page, those that Gradio's own components raise among them.

    Programs get them as they are.
    """

    async def process_api(self, block_fn: BlockFunction | int, *args: Any, **options: Any) -> dict[str, Any]:
        """As Gradio's, but for the text of errors."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        try:
            return await super().process_api(function, *args, **options)
        except gr.Error as error:
            if function.api_visibility != "public":
                error.message = _html(shortened(error.message))
            raise

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], *args: Any, **options: Any
    ) -> Any:
        """As Gradio's, but that an input it cannot take is the sender's to mend, and is told in a line.

        Gradio would write all inputs into the log, however long they are, and tell a program nothing.
        """
        wanted = len(block_fn.inputs)
        if len(inputs) < wanted:
            line = f"{block_fn.name} takes {wanted} values, not {len(inputs)}: null for those left open."
            raise gr.Error(_sentence(line), print_exception=False)
        try:
            return await super().preprocess_data(block_fn, inputs, *args, **options)
        except gr.Error:
            raise
        except Exception as error:
            line = str(error) or type(error).__name__
            raise gr.Error(_sentence(line), print_exception=False) from error


def _html(text: str) -> str:
    return escape(text, quote=False)


def _sentence(message: str) -> str:
    # A file's name at the beginning stays as it is.
    names_file = "." in message.partition(" ")[0]
    line = shortened(message)
    return line if names_file else f"{line[:1].upper()}{line[1:]}"
