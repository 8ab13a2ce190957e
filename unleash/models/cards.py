"""Model cards: a description by the authors, and the licence."""

import re
from dataclasses import dataclass
from pathlib import Path

from unleash.canvas.bounds import MAX_CONFIG

_HEADER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_LICENCE = re.compile(r"^license:[ \t]*([^\r\n]+)", re.MULTILINE)
_PICTURES = re.compile(
    r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])|</?(img|picture|source|video|audio|iframe|object|embed)\b[^>]*>",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]*\)")
"""A link to a file of the repository."""


@dataclass(frozen=True)
class Card:
    """A model card.

    Attributes:
        licence: the licence in its header; None if none is stated.
        text: Markdown, without the header, pictures and links within the repository.
    """

    licence: str | None
    text: str


def read_card(folder: Path) -> Card | None:
    """The card in a model's folder, its ``README.md``; None if there is none that can be read."""
    try:
        with (folder / "README.md").open("rb") as file:
            written = file.read(MAX_CONFIG).decode("utf-8", "replace")
    except OSError:
        return None
    return parsed(written)


def parsed(written: str) -> Card:
    """The card in the text of a ``README.md``."""
    header = _HEADER.match(written)
    licence = _LICENCE.search(header[1]) if header else None
    text = written[header.end() :] if header else written
    text = _LINK.sub(r"\1", _PICTURES.sub("", text)).strip()
    return Card(licence[1].strip(" \"'") if licence else None, text)
