"""Classifier-free guidance on part of the steps."""

from unleash.canvas.settings import Settings


def guidance_at(masked: float, settings: Settings) -> float:
    """The guidance scale of a step, given the share of cells that is masked before it.

    The time interval strategy of eMIGM (You et al., ICML 2025, arXiv 2503.07197): while most cells are
    masked, guidance reduces diversity, so it is applied to the later steps only. A step outside the interval
    takes one evaluation instead of two.

    Returns:
        ``guidance_scale`` where ``masked`` is from ``guidance_end`` to ``guidance_start``; elsewhere 1, the
        conditional prediction without guidance.
    """
    inside = settings.guidance_end <= masked <= settings.guidance_start
    return settings.guidance_scale if inside else 1.0
