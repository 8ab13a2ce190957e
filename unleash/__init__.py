"""Unleash: steer image generation token by token."""

from importlib import import_module
from typing import Any

_HOMES = {
    "AbsorbingDiffusionScheduler": "unleash.scheduler",
    "BidirectionalTransformer": "unleash.models",
    "CellInspection": "unleash.inspector",
    "Inspection": "unleash.inspector",
    "Recipe": "unleash.recipe",
    "Rule": "unleash.rules",
    "Settings": "unleash.recipe",
    "Step": "unleash.pipeline",
    "TokenCanvas": "unleash.canvas",
    "UnleashPipeline": "unleash.pipeline",
    "VQGAN": "unleash.models",
    "blend_canvases": "unleash.variation",
    "borders": "unleash.variation",
    "dithered": "unleash.variation",
    "patches": "unleash.variation",
    "stitched": "unleash.stitching",
    "vary": "unleash.variation",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first asked for, so that `unleash --help` need not load torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'unleash' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
