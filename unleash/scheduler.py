"""Where models that were saved before look for their scheduler."""

from diffusers import SchedulerMixin

from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

__all__ = ["AbsorbingDiffusionScheduler", "SchedulerMixin"]  # diffusers looks for the base class here too
