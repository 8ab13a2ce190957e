"""The classes of ImageNet, which models of photographs can be asked for.

``imagenet.txt`` names them in the order of their indices. Each class is a noun of WordNet 3.0, sorted by its
number there, and its name is one of its words. Two classes share their word with another and are called
"crane bird" and "maillot tank suit".
"""

from functools import cache
from pathlib import Path

FIRST_LABELS = (
    *("church", "monastery", "palace", "castle", "mosque", "altar", "bell cote", "dome", "vault"),
    *("triumphal arch", "stupa", "obelisk", "boathouse", "barn", "greenhouse", "library", "viaduct"),
    *("four-poster", "studio couch", "quilt", "wardrobe", "table lamp", "fire screen", "window shade"),
    *("lakeside", "valley", "alp", "cliff", "seashore", "volcano"),
)
"""What people who paint buildings and rooms look for in the menu of labels."""


@cache
def imagenet_labels() -> tuple[str, ...]:
    """The 1,000 classes of ImageNet (ILSVRC 2012) by index."""
    return tuple(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines())


def class_names(count: int) -> tuple[str, ...]:
    """The names of the classes of a model that knows ``count`` of them, by index."""
    names = imagenet_labels()
    return names if count == len(names) else tuple(f"class {index}" for index in range(count))


def class_labels(count: int) -> tuple[str, ...]:
    """The same for a menu: those of buildings, rooms and places first, then the others by letters."""
    names = class_names(count)
    first = [name for name in FIRST_LABELS if name in names]
    return (*first, *sorted(set(names) - set(first), key=str.casefold))
