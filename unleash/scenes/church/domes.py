"""Domes and finials."""

from collections.abc import Sequence

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.view import View
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import Point, linear

BRONZE, GILT = hex_color("#4a3820"), hex_color("#ffdf94")

ONION = ((0.82, 0.0), (1.12, 0.3), (1.18, 0.62), (0.86, 1.0), (0.36, 1.32), (0.12, 1.62), (0.04, 2.0))
BULB = ((1.0, 0.0), (1.08, 0.14), (1.0, 0.42), (0.72, 0.68), (0.44, 0.82), (0.38, 0.95))
BELL = ((1.22, 0.0), (1.0, 0.18), (0.86, 0.5), (0.7, 0.85), (0.34, 1.15), (0.14, 1.5), (0.05, 1.9))

_DRIFT = ((-1.1, 0.1), (-0.6, -0.1), (-0.2, 0.14), (0.25, -0.06), (0.65, 0.12), (1.1, 0.0))
"""The lower edge of the snow on a dome: (horizontal position, depth), in radii."""


def rounded(
    mason: Mason,
    view: View,
    low: float,
    radius: float,
    profile: Sequence[tuple[float, float]],
    *,
    color: Color,
) -> float:
    """Draws a solid of revolution at the origin, such as a dome, and returns the height of its top.

    Args:
        low: height of its base.
        radius: unit of the profile.
        profile: (distance from the axis, height above ``low``) from base to top, in radii.
    """
    x, y = view.point(0, 0, low)
    r = radius * view.scale((0, 0))
    right = [(x + out * r, y - up * r) for out, up in profile]
    left = [(x - out * r, y - up * r) for out, up in reversed(profile)]
    shape = _smooth(right, left)
    widest = max(out for out, _ in profile) * r
    start, end = (x - widest * mason.light.side, y), (x + widest * mason.light.side, y)
    stops = [
        mason.tone(color, f, k) for f, k in ((0.0, 0.85), (0.25, 0.9), (0.7, 1.0), (1.0, 1.18), (0.8, 1.0))
    ]
    painter = mason.painter
    painter.shade(shape, linear(start, end, stops), Element.DOME)
    ribs = skia.Path()
    for share in (-0.55, 0.0, 0.55):
        ribs.addPath(_open([(x + out * r * share, y - up * r) for out, up in profile]))
    painter.stroke(ribs, mason.tone(color, 0.1, 0.75), 1.3, alpha=0.4)
    top = max(up for _, up in profile)
    if mason.snow:
        with painter.clipped(shape):
            line, lean = y - top * r * 0.4, top * r * 0.08 * mason.light.side
            cap = _open([(x + widest * t, line + lean * t + dip * r) for t, dip in _DRIFT])
            cap.lineTo(x + widest, y - top * r - 1)
            cap.lineTo(x - widest, y - top * r - 1)
            tones = [mason.white(f) for f in (0.1, 0.7, 1.0)]
            painter.shade(cap, linear(start, end, tones), alpha=0.94)
    return low + top * radius


def finial(mason: Mason, view: View, high: float, size: float = 16.0) -> None:
    """Draws a cross at height ``high`` above the origin: dark by day, golden in lamplight."""
    x, y = view.point(0, 0, high - 1)
    gilding = min(1.0, max(0.0, mason.light.glow * 4 - 2))
    metal = mix(mason.tone(BRONZE, 0.85), GILT, gilding)
    rod = skia.Path()
    rod.moveTo(x, y)
    rod.lineTo(x, y - size)
    rod.moveTo(x - size * 0.34, y - size * 0.66)
    rod.lineTo(x + size * 0.34, y - size * 0.66)
    mason.painter.stroke(rod, metal, 4.2, Element.SPIRE)


def _open(points: Sequence[Point]) -> skia.Path:
    """A curve through ``points`` (Catmull-Rom)."""
    path = skia.Path()
    path.moveTo(*points[0])
    _curve(path, points)
    return path


def _smooth(right: Sequence[Point], left: Sequence[Point]) -> skia.Path:
    """Two curves, up along ``right`` and down along ``left``, joined by straight lines."""
    path = _open(right)
    path.lineTo(*left[0])
    _curve(path, left)
    path.close()
    return path


def _curve(path: skia.Path, points: Sequence[Point]) -> None:
    padded = [points[0], *points, points[-1]]
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        path.cubicTo(
            p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6,
            p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6,
            p2[0], p2[1],
        )  # fmt: skip
