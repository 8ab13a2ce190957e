"""Error messages of the command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from unleash.canvas.messages import shortened


class Group(TyperGroup):
    """Reports invalid input in one line, and exits with 2."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        with in_one_line():
            return super().invoke(ctx)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Context that reports invalid input in one line, and exits with 2."""
    try:
        yield
    except Exception as error:
        line = _complaint(error)
        if line is None:
            raise
        typer.echo(f"unleash: {line}", err=True)
        raise SystemExit(2) from error


def _complaint(error: Exception) -> str | None:
    """The message for an error, in one line; None if it is not about invalid input."""
    if isinstance(error, BrokenPipeError) or type(error).__name__ == "NoArgsIsHelpError":
        return None
    if hasattr(error, "format_message"):  # of the argument parser, whose classes are private to typer
        text = error.format_message()
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, ModuleNotFoundError):
        text = f'{error.name} is not installed: pip install -e ".[train,eval]"'
    elif isinstance(error, ValueError | OSError):
        text = str(error)
    else:
        return None
    return shortened(text)
