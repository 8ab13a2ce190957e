"""Messages to a person: one line, never long, whatever was given."""

from reprlib import Repr
from typing import Any

MAX_MESSAGE = 280
"""Characters of the longest message."""

_MAX_QUOTED = 60
_READ = 4 * MAX_MESSAGE

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = _MAX_QUOTED


def shortened(text: str) -> str:
    """``text`` in one line of at most ``MAX_MESSAGE`` characters, all of them printable."""
    printable = (letter if letter.isprintable() else " " for letter in text[:_READ])
    return _cut(" ".join("".join(printable).split()), MAX_MESSAGE)


def quoted(value: Any) -> str:
    """``value`` as Python writes it, cut to 60 characters; this is cheap however large it is."""
    try:
        text = _REPR.repr(value)
    except ValueError:  # Python refuses to write whole numbers of more than 4,300 digits.
        text = "a number of thousands of digits"
    return _cut(" ".join(text.split()), _MAX_QUOTED)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
