"""Messages to a person: one short line, whatever the input was."""

from reprlib import Repr
from typing import Any

MAX_MESSAGE = 280
"""Maximum length of a message in characters."""

_MAX_QUOTED = 60
_READ = 4 * MAX_MESSAGE

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = _MAX_QUOTED


def shortened(text: str) -> str:
    """``text`` as one line of at most ``MAX_MESSAGE`` printable characters."""
    printable = (letter if letter.isprintable() else " " for letter in text[:_READ])
    return _cut(" ".join("".join(printable).split()), MAX_MESSAGE)


def quoted(value: Any) -> str:
    """``repr(value)``, truncated to 60 characters; fast even for huge values."""
    try:
        text = _REPR.repr(value)
    except ValueError:  # Python refuses to convert integers of more than 4,300 digits.
        text = "a number with thousands of digits"
    return _cut(" ".join(text.split()), _MAX_QUOTED)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
