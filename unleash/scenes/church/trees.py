"""Trees, bushes and hedges; each stands on (x, y), ``high`` pixels tall."""

from math import cos, pi, sin
from random import Random

import skia

from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.season import Season
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, Light, hex_color, mix
from unleash.scenes.painter import Painter, linear, polygon

BARK = hex_color("#6b5040")


def round_tree(
    painter: Painter,
    light: Light,
    season: Season,
    rng: Random,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """A broad tree with clumps of leaves; ``far`` as in ``Light.shade``."""
    if season.snow:
        bare_tree(painter, light, rng, x, y, high, far)
        return
    trunk = polygon(
        (x - high * 0.05, y),
        (x - high * 0.025, y - high * 0.5),
        (x + high * 0.025, y - high * 0.5),
        (x + high * 0.05, y),
    )
    painter.fill(trunk, light.shade(BARK, 0.4, far), Element.TREE)
    leaf = rng.choice(season.leaves)
    wide = high * rng.uniform(0.3, 0.38)
    clumps(painter, light, leaf, rng, x, y - high * 0.62, wide, high * 0.36, far)


def clumps(
    painter: Painter,
    light: Light,
    leaf: Color,
    rng: Random,
    x: float,
    y: float,
    rx: float,
    ry: float,
    far: float = 0.0,
) -> None:
    """Foliage within the ellipse around (x, y), in three tones from shade to light."""
    for share, facing, size, lift in (
        (0.72, 0.1, 0.46, 0.12),
        (0.62, 0.55, 0.36, -0.12),
        (0.5, 1.0, 0.24, -0.36),
    ):
        path = skia.Path()
        count = 9 if facing < 0.3 else 7
        for i in range(count):
            angle = 2 * pi * (i + rng.random()) / count
            out = share * rng.uniform(0.6, 1.0)
            cx = x + cos(angle) * rx * out + light.side * rx * (facing * 0.34 - 0.06)
            cy = y + sin(angle) * ry * out * 0.9 + ry * lift
            path.addCircle(cx, cy, min(rx, ry) * size * rng.uniform(0.8, 1.2))
        if facing < 0.3:
            path.addOval(skia.Rect.MakeLTRB(x - rx * 0.8, y - ry * 0.75, x + rx * 0.8, y + ry * 0.85))
        painter.fill(path, light.shade(leaf, facing, far), Element.TREE if facing < 0.3 else None)


def conifer(
    painter: Painter,
    light: Light,
    season: Season,
    rng: Random,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """A fir with drooping tiers, under snow if it lies."""
    tiers = max(3, min(6, int(high / 12)))
    wide = high * rng.uniform(0.2, 0.27)
    dark, lit, snow = skia.Path(), skia.Path(), skia.Path()
    dark.addRect(skia.Rect.MakeLTRB(x - high * 0.03, y - high * 0.12, x + high * 0.03, y))
    for i in range(tiers):
        foot = y - high * (0.08 + 0.84 * i / tiers)
        top = min(foot - high * 0.3, foot - high * 1.5 / tiers) if i < tiers - 1 else y - high
        half = wide * (1 - i / tiers) ** 0.85 + 1.5
        droop = high * 0.035
        dark.addPath(
            polygon(
                (x - half, foot + droop),
                (x - half * 0.4, foot - 1),
                (x, foot + droop),
                (x + half * 0.45, foot - 1),
                (x + half, foot + droop),
                (x, top),
            )
        )
        s = light.side
        lit.addPath(
            polygon(
                (x + s * half * 0.92, foot + droop * 0.6), (x + s * half * 0.2, foot - droop * 0.4), (x, top)
            )
        )
        snow.addPath(
            polygon(
                (x - half * 0.9, foot + droop * 0.2),
                (x - half * 0.35, foot - high * 0.07),
                (x + half * 0.1, foot - high * 0.03),
                (x + half * 0.9, foot + droop * 0.1),
                (x, foot - (foot - top) * 0.72),
            )
        )
    painter.fill(dark, light.shade(season.needles, 0.15, far), Element.TREE)
    painter.fill(lit, light.shade(season.needles, 1.0, far), alpha=0.8)
    if season.snow:
        painter.fill(snow, light.shade(SNOW, 0.75, far), alpha=0.92)


def poplar(
    painter: Painter,
    light: Light,
    season: Season,
    rng: Random,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """A slim upright tree."""
    if season.snow:
        conifer(painter, light, season, rng, x, y, high, far)
        return
    leaf = mix(rng.choice(season.leaves), season.needles, 0.45)
    wide = high * rng.uniform(0.11, 0.15)
    for shift, share, facing in ((0.0, 1.0, 0.1), (light.side * wide * 0.34, 0.55, 0.85)):
        path, half = skia.Path(), wide * share
        cx, top = x + shift, y - high * (0.9 + 0.1 * share)
        path.moveTo(cx, top)
        path.cubicTo(cx + half * 1.2, top + high * 0.35, cx + half * 1.3, y - high * 0.12, cx + half * 0.3, y)
        path.lineTo(cx - half * 0.3, y)
        path.cubicTo(cx - half * 1.3, y - high * 0.12, cx - half * 1.2, top + high * 0.35, cx, top)
        painter.fill(path, light.shade(leaf, facing, far), Element.TREE if share == 1.0 else None)


def bare_tree(
    painter: Painter, light: Light, rng: Random, x: float, y: float, high: float, far: float = 0.0
) -> None:
    """A tree without leaves, snow on its thick branches."""
    widths = (high * 0.065, high * 0.04, 2.0, 1.5)
    paths = [skia.Path() for _ in widths]
    snow = skia.Path()

    def grow(px: float, py: float, angle: float, length: float, depth: int) -> None:
        ex, ey = px + sin(angle) * length, py - cos(angle) * length
        paths[depth].moveTo(px, py)
        paths[depth].quadTo(
            px + sin(angle * 0.6) * length * 0.5, py - cos(angle * 0.6) * length * 0.5, ex, ey
        )
        if 0 < depth < 3:
            snow.moveTo(px + (ex - px) * 0.3, py + (ey - py) * 0.3 - 1.2)
            snow.lineTo(ex, ey - 1.2)
        if depth < 3:
            for turn in (-0.62, 0.02, 0.6)[: 3 if depth < 2 else 2]:
                grow(
                    ex, ey, angle + turn + rng.uniform(-0.2, 0.2), length * rng.uniform(0.58, 0.75), depth + 1
                )

    grow(x, y, rng.uniform(-0.06, 0.06), high * 0.34, 0)
    bark = light.shade(hex_color("#5f5458"), 0.3, far)
    for path, width in zip(paths, widths, strict=True):
        painter.stroke(path, bark, max(1.5, width), Element.TREE)
    painter.stroke(snow, light.shade(SNOW, 0.8, far), 1.6, alpha=0.9)


def bush(
    painter: Painter, light: Light, season: Season, rng: Random, x: float, y: float, wide: float
) -> None:
    """A low bush, ``wide`` pixels across, or a heap of snow in winter."""
    high = wide * rng.uniform(0.3, 0.42)
    if season.snow:
        path = skia.Path()
        for t in (-0.6, 0.0, 0.55):
            path.addOval(
                skia.Rect.MakeLTRB(
                    x + t * wide * 0.5 - wide * 0.3,
                    y - high * (1.3 - abs(t)),
                    x + t * wide * 0.5 + wide * 0.3,
                    y + 3,
                )
            )
        tones = [light.shade(SNOW, 0.9), light.shade(SNOW, 0.25)]
        painter.shade(path, linear((x, y - high * 1.3), (x, y + 3), tones), Element.SNOW)
        return
    clumps(painter, light, rng.choice(season.leaves), rng, x, y - high * 0.4, wide * 0.5, high)


def forest(
    painter: Painter,
    light: Light,
    season: Season,
    rng: Random,
    left: float,
    right: float,
    y: float,
    high: float,
    far: float,
) -> None:
    """A distant wood from ``left`` to ``right``, standing on y."""
    pointed = rng.random() < 0.45
    path, crowns = skia.Path(), skia.Path()
    x = left
    while x < right:
        size = high * rng.uniform(0.6, 1.1)
        if pointed:
            path.addPath(polygon((x - size * 0.32, y + 3), (x, y - size * 1.15), (x + size * 0.32, y + 3)))
            x += size * 0.34
        else:
            path.addOval(skia.Rect.MakeLTRB(x - size * 0.62, y - size, x + size * 0.62, y + size * 0.5))
            crowns.addOval(
                skia.Rect.MakeLTRB(
                    x - size * 0.4 + light.side * 2,
                    y - size * 0.95,
                    x + size * 0.4 + light.side * 2,
                    y - size * 0.35,
                )
            )
            x += size * 0.7
    color = season.needles if pointed else rng.choice(season.leaves)
    if season.snow:
        color = mix(color, SNOW, 0.35)
    painter.fill(path, light.shade(color, 0.3, far), Element.TREE)
    painter.fill(crowns, light.shade(mix(color, SNOW, 0.5) if season.snow else color, 0.9, far), alpha=0.75)
