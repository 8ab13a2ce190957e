"""Descriptions of codes by colour and texture, for models without code names."""

from colorsys import rgb_to_hsv

from einops import reduce
from torch import Tensor

_HUES = (
    (15, "red"),
    (42, "orange"),
    (62, "yellow"),
    (165, "green"),
    (195, "teal"),
    (255, "blue"),
    (345, "purple"),
    (360, "red"),
)
"""Upper end of each colour's range of hues, in degrees."""

_FLAT = 0.035
"""Standard deviation of brightness below which a picture has no texture."""

_CLEARLY = 2.0
"""Ratio of horizontal to vertical change, or the reverse, above which a texture counts as lines."""


def words(pictures: Tensor) -> list[tuple[str, ...]]:
    """Describes each picture in words, from a vocabulary of about fifteen.

    The words are the colour (``blue``, ``brown``, ``grey``, …), ``dark`` or ``light`` if it applies, and the
    texture: ``flat``, ``upright`` lines, ``level`` lines or ``mixed``.

    Args:
        pictures: (K, 3, h, w) in [0, 1], h and w at least 2.

    Returns:
        K tuples of words.
    """
    means = reduce(pictures, "k c h w -> k c", "mean").tolist()
    grey = reduce(pictures, "k c h w -> k h w", "mean")
    contrast = grey.flatten(1).std(1).tolist()
    across = (grey[:, :, 1:] - grey[:, :, :-1]).abs().mean((1, 2)).tolist()
    down = (grey[:, 1:] - grey[:, :-1]).abs().mean((1, 2)).tolist()
    return [
        (*_colour(*mean), _texture(*changes))
        for mean, changes in zip(means, zip(contrast, across, down, strict=True), strict=True)
    ]


def _colour(red: float, green: float, blue: float) -> tuple[str, ...]:
    most, least = max(red, green, blue), min(red, green, blue)
    tone = ("dark",) if most < 0.35 else ("light",) if least > 0.7 else ()
    if most - least <= 0.15 * most:  # includes black
        return ("grey", *tone)
    hue = rgb_to_hsv(red, green, blue)[0] * 360
    name = next(name for end, name in _HUES if hue <= end)
    return ("brown" if name in ("orange", "red") and most < 0.65 else name, *tone)


def _texture(contrast: float, across: float, down: float) -> str:
    if contrast < _FLAT:
        return "flat"
    if across > _CLEARLY * down:
        return "upright"
    return "level" if down > _CLEARLY * across else "mixed"
