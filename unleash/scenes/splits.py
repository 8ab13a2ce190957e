"""Scenes to train on, and others to measure on."""

from unleash.scenes.classes import LABELS
from unleash.scenes.scene import Scene, draw

FIRST_TRAINING_SEED = 1_000_000
"""Scenes with smaller seeds are never trained on: evaluation and examples draw from those."""


def training_scene(index: int, scale: int = 1) -> Scene:
    """The ``index``-th picture of the training stream."""
    return draw(LABELS[index % len(LABELS)], FIRST_TRAINING_SEED + index // len(LABELS), scale)


def held_out_scene(index: int, scale: int = 1) -> Scene:
    """The ``index``-th picture of those never trained on."""
    return draw(LABELS[index % len(LABELS)], index // len(LABELS), scale)
