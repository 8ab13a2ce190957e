"""Where models that were saved before look for their scheduler."""

from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

__all__ = ["AbsorbingDiffusionScheduler"]
