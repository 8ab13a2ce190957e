"""Names for the codes of a model, from ``vqgan/names.json`` in its folder.

The file is a list with an entry for each code, in order: ``{"name": "window", "share": 0.83}``, the most
frequent class in the cells of the code and its share of their pixels, or ``null`` for an unused code.
`unleash evaluate names` writes it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pydantic_core

from unleash.writing import write_whole

_FILE = Path("vqgan") / "names.json"


@dataclass(frozen=True)
class CodeName:
    """What a code mostly shows.

    Attributes:
        name: a class of the label maps in lower case, such as ``window``.
        share: fraction of the pixels of the code's cells that belong to the class, in (0, 1].
    """

    name: str
    share: float


def load_names(folder: Path, codebook_size: int) -> tuple[CodeName | None, ...]:
    """Loads the names of a model's codes.

    Args:
        folder: of the model.
        codebook_size: K.

    Returns:
        K names, None for an unnamed code; empty if the model has no such file.

    Raises:
        ValueError: if the file is invalid or has another number of codes.
    """
    path = folder / _FILE
    if not path.is_file():
        return ()
    try:
        entries = pydantic_core.from_json(path.read_bytes())
        names = tuple(None if entry is None else _name(**entry) for entry in entries)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a valid list of names and shares: {error}") from None
    if len(names) != codebook_size:
        raise ValueError(f"{path} names {len(names)} codes; the codebook has {codebook_size}")
    return names


def save_names(names: Sequence[CodeName | None], folder: Path) -> Path:
    """Writes the names of a model's codes into its folder and returns the path."""
    entries = [json.dumps(None if name is None else asdict(name)) for name in names]
    path = folder / _FILE
    write_whole(path, "[\n " + ",\n ".join(entries) + "\n]\n")
    return path


def _name(name: str, share: float) -> CodeName:
    if not isinstance(name, str) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise ValueError(f"expected a name and a share in (0, 1], not {name!r} and {share!r}")
    return CodeName(name, share)
