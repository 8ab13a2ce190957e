"""How strongly a step follows the label."""

from unleash.canvas.settings import Settings


def guidance_at(masked: float, settings: Settings) -> float:
    """The guidance scale of a step before which a share ``masked`` of the cells is masked.

    Guidance on part of the steps only: eMIGM (You et al., arXiv 2503.07197, the time interval of section
    3.3) follows the label as learned while most cells are masked, where guidance makes pictures alike, and
    guides once less is left. A step outside the interval takes one evaluation in place of two.

    Returns:
        ``guidance_scale`` where the share is from ``guidance_end`` to ``guidance_start``, elsewhere 1.
    """
    inside = settings.guidance_end <= masked <= settings.guidance_start
    return settings.guidance_scale if inside else 1.0
