"""Unleash: steer image generation token by token."""

from importlib import import_module
from typing import Any

__version__ = "0.2.0.dev0"

_HOMES = {
    "AbsorbingDiffusionScheduler": "unleash.sampling.scheduler",
    "BidirectionalTransformer": "unleash.models.families.absorbing.transformer",
    "CellInspection": "unleash.sampling.inspector",
    "Inspection": "unleash.sampling.inspector",
    "Progress": "unleash.canvas.progress",
    "Recipe": "unleash.canvas.recipe",
    "Rule": "unleash.canvas.rules",
    "Settings": "unleash.canvas.settings",
    "Step": "unleash.pipeline",
    "TokenCanvas": "unleash.canvas.document",
    "UnleashPipeline": "unleash.pipeline",
    "VQGAN": "unleash.models.families.absorbing.vqgan",
    "blend_canvases": "unleash.canvas.variation",
    "borders": "unleash.canvas.variation",
    "dithered": "unleash.canvas.variation",
    "patches": "unleash.canvas.variation",
    "stitched": "unleash.canvas.stitching",
    "vary": "unleash.canvas.variation",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first asked for, so that `unleash --help` need not load torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'unleash' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
