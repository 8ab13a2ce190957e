"""Procedural church and bedroom pictures with their label maps."""

from unleash.scenes.classes import LABELS, Element, TimeLabel
from unleash.scenes.scene import Scene, draw

__all__ = ["LABELS", "Element", "Scene", "TimeLabel", "draw"]
