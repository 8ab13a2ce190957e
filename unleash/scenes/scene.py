"""One picture of the drawn world."""

from dataclasses import dataclass
from random import Random

import numpy as np

from unleash.scenes.bedroom import paint_bedroom
from unleash.scenes.church import paint_church
from unleash.scenes.classes import LABELS, TimeLabel
from unleash.scenes.painter import Painter

_PAINT = {"church": paint_church, "bedroom": paint_bedroom}


@dataclass(frozen=True)
class Scene:
    """A picture and what each of its pixels shows.

    Args:
        label: what the picture is of, and when.
        seed: the number it was drawn from.
        picture: (S, S, 3) uint8, S = 256 at scale 1.
        elements: (S, S) uint8, the ``Element`` of each pixel.
    """

    label: TimeLabel
    seed: int
    picture: np.ndarray
    elements: np.ndarray


def draw(label: TimeLabel, seed: int, scale: int = 1) -> Scene:
    """Draws the picture that ``label`` and ``seed`` stand for; the same two always give the same one.

    Args:
        label: what is drawn, and when.
        seed: of everything else.
        scale: 256 times this are the pixels on a side; what is drawn does not depend on it.

    Raises:
        ValueError: if there is no such label.
    """
    if label not in LABELS:
        raise ValueError(f"no label {label!r}; the labels are {', '.join(LABELS)}")
    family, time = label.split("-")
    painter = Painter(scale)
    _PAINT[family](painter, time, Random(f"{label} {seed}"))
    return Scene(label, seed, painter.picture(), painter.labels())
