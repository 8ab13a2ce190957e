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
    """A picture and its label map.

    Args:
        label: subject and time of the picture.
        seed: that it was drawn from.
        picture: (S, S, 3) uint8, S = 256 * scale.
        elements: (S, S) uint8, the ``Element`` of each pixel.
    """

    label: TimeLabel
    seed: int
    picture: np.ndarray
    elements: np.ndarray


def draw(label: TimeLabel, seed: int, scale: int = 1) -> Scene:
    """Draws a scene, deterministically for a label and seed.

    Args:
        label: subject and time.
        seed: of everything else.
        scale: the side is 256 * ``scale`` pixels; the content does not depend on it.

    Raises:
        ValueError: if there is no such label.
    """
    if label not in LABELS:
        raise ValueError(f"no label {label!r}; the labels are {', '.join(LABELS)}")
    family, time = label.split("-")
    painter = Painter(scale)
    _PAINT[family](painter, time, Random(f"{label} {seed}"))
    return Scene(label, seed, painter.picture(), painter.labels())
