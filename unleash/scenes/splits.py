"""Training scenes and held-out scenes."""

from unleash.scenes.classes import LABELS
from unleash.scenes.scene import Scene, draw

FIRST_TRAINING_SEED = 1_000_000
"""Scenes with smaller seeds are held out, for evaluation and examples."""


def training_scene(index: int, scale: int = 1) -> Scene:
    """The training scene at ``index``, from 0; labels are used in turn."""
    return draw(LABELS[index % len(LABELS)], FIRST_TRAINING_SEED + index // len(LABELS), scale)


def held_out_scene(index: int, scale: int = 1) -> Scene:
    """The held-out scene at ``index``, from 0; labels are used in turn."""
    return draw(LABELS[index % len(LABELS)], index // len(LABELS), scale)
