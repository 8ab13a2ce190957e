"""Trees, bushes and hedges, each with its foot at (x, y) and ``high`` pixels tall."""

from math import cos, pi, sin

import skia

from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import linear, polygon

BARK = hex_color("#6b5040")


def round_tree(
    world: World,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """Draws a broad tree with clumps of leaves; ``far`` is the distance in ``Light.shade``."""
    season, rng = world.season, world.rng
    if season.snow:
        bare_tree(world, x, y, high, far)
        return
    trunk = polygon(
        (x - high * 0.05, y),
        (x - high * 0.025, y - high * 0.5),
        (x + high * 0.025, y - high * 0.5),
        (x + high * 0.05, y),
    )
    world.painter.fill(trunk, world.tone(BARK, 0.4, far), Element.TREE)
    leaf = rng.choice(season.leaves)
    wide = high * rng.uniform(0.3, 0.38)
    clumps(world, leaf, x, y - high * 0.62, wide, high * 0.36, far)


_TONES = ((0.72, 0.1, 0.46, 0.12), (0.62, 0.55, 0.36, -0.12), (0.5, 1.0, 0.24, -0.36))
"""Layers of foliage: (distance from the centre, facing, size of a clump, downward offset)."""


def clumps(
    world: World,
    leaf: Color,
    x: float,
    y: float,
    rx: float,
    ry: float,
    far: float = 0.0,
) -> None:
    """Draws foliage in the ellipse around (x, y), in three tones from shade to light."""
    rng = world.rng
    for share, facing, size, lift in _TONES if ry > 9 else _TONES[::2]:
        path = skia.Path()
        count = 9 if facing < 0.3 else 7
        for i in range(count):
            angle = 2 * pi * (i + rng.random()) / count
            out = share * rng.uniform(0.6, 1.0)
            cx = x + cos(angle) * rx * out + world.light.side * rx * (facing * 0.34 - 0.06)
            cy = y + sin(angle) * ry * out * 0.9 + ry * lift
            path.addCircle(cx, cy, min(rx, ry) * size * rng.uniform(0.8, 1.2))
        if facing < 0.3:
            path.addOval(skia.Rect.MakeLTRB(x - rx * 0.8, y - ry * 0.75, x + rx * 0.8, y + ry * 0.85))
        world.painter.fill(path, world.tone(leaf, facing, far), Element.TREE if facing < 0.3 else None)


def conifer(
    world: World,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """Draws a fir with drooping tiers, covered with snow in winter."""
    painter, season = world.painter, world.season
    tiers = max(3, min(6, int(high / 12)))
    wide, s = high * world.rng.uniform(0.2, 0.27), world.light.side
    dark, lit, snow = skia.Path(), skia.Path(), skia.Path()
    dark.addRect(
        skia.Rect.MakeLTRB(x - high * 0.03, y - high * 0.12, x + high * 0.03, y), skia.PathDirection.kCCW
    )
    step, droop = high * 0.84 / tiers, high * 0.035
    for i in range(tiers):
        foot = y - high * 0.08 - step * i
        top = max(y - high, foot - max(high * 0.3, step * 1.7))
        half, above = (wide * (1 - k / tiers) ** 0.85 + 1.5 for k in (i, i + 0.8))
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
        lit.addPath(
            polygon(
                (x + s * half * 0.92, foot + droop * 0.6), (x + s * half * 0.2, foot - droop * 0.4), (x, top)
            )
        )
        snow.addPath(
            polygon(
                (x - half, foot + droop * 0.8),
                (x - above * 0.6, foot - step * 0.9),
                (x + above * 0.6, foot - step * 0.9),
                (x + half, foot + droop * 0.8),
                (x + half * 0.5, foot - step * 0.42),
                (x + half * 0.1, foot - step * 0.12),
                (x - half * 0.4, foot - step * 0.5),
            )
        )
    painter.fill(dark, world.tone(season.needles, 0.15, far), Element.TREE)
    painter.fill(lit, world.tone(season.needles, 1.0, far), alpha=0.8)
    if season.snow:
        tones = [world.tone(SNOW, 0.45 - 0.4 * s, far), world.tone(SNOW, 0.45 + 0.4 * s, far)]
        painter.shade(snow, linear((x - wide, 0), (x + wide, 0), tones), alpha=0.92)


def poplar(
    world: World,
    x: float,
    y: float,
    high: float,
    far: float = 0.0,
) -> None:
    """Draws a slim upright tree."""
    season, rng = world.season, world.rng
    if season.snow:
        conifer(world, x, y, high, far)
        return
    leaf = mix(rng.choice(season.leaves), season.needles, 0.45)
    wide = high * rng.uniform(0.11, 0.15)
    for shift, share, facing in ((0.0, 1.0, 0.1), (world.light.side * wide * 0.34, 0.55, 0.85)):
        path, half = skia.Path(), wide * share
        cx, top = x + shift, y - high * (0.9 + 0.1 * share)
        path.moveTo(cx, top)
        path.cubicTo(cx + half * 1.2, top + high * 0.35, cx + half * 1.3, y - high * 0.12, cx + half * 0.3, y)
        path.lineTo(cx - half * 0.3, y)
        path.cubicTo(cx - half * 1.3, y - high * 0.12, cx - half * 1.2, top + high * 0.35, cx, top)
        world.painter.fill(path, world.tone(leaf, facing, far), Element.TREE if share == 1.0 else None)


def bare_tree(world: World, x: float, y: float, high: float, far: float = 0.0) -> None:
    """Draws a leafless tree: a haze of twigs around snow-covered branches."""
    painter, rng = world.painter, world.rng
    bark = world.tone(hex_color("#6a5a5c"), 0.35, far)
    twigs, thick, thin, snow = (skia.Path() for _ in range(4))
    for i in range(8):
        angle = 2 * pi * (i + rng.random()) / 8
        cx, cy = x + cos(angle) * high * 0.2, y - high * 0.66 + sin(angle) * high * 0.17
        twigs.addCircle(cx, cy, high * rng.uniform(0.12, 0.18))
    painter.fill(twigs, mix(bark, world.tone(SNOW, 0.7, far), 0.5), Element.TREE, alpha=0.5)
    root = polygon(
        (x - high * 0.05, y),
        (x - high * 0.022, y - high * 0.34),
        (x + high * 0.022, y - high * 0.34),
        (x + high * 0.05, y),
    )
    painter.fill(root, bark, Element.TREE)

    def grow(px: float, py: float, angle: float, length: float, depth: int) -> None:
        ex, ey = px + sin(angle) * length, py - cos(angle) * length
        path = thick if depth == 1 else thin
        path.moveTo(px, py)
        path.quadTo(px + sin(angle * 0.5) * length * 0.5, py - cos(angle * 0.5) * length * 0.5, ex, ey)
        if abs(angle) > 0.3:
            snow.moveTo(px + (ex - px) * 0.35, py + (ey - py) * 0.35 - 1.4)
            snow.lineTo(ex, ey - 1.4)
        if depth < 3:
            for turn in (-0.5, 0.5):
                grow(
                    ex,
                    ey,
                    angle + turn + rng.uniform(-0.2, 0.2),
                    length * rng.uniform(0.6, 0.8),
                    depth + 1,
                )

    for angle in (-0.75, -0.1, 0.65):
        grow(x, y - high * 0.3, angle + rng.uniform(-0.15, 0.15), high * rng.uniform(0.24, 0.3), 1)
    painter.stroke(thick, bark, max(2.0, high * 0.03), Element.TREE)
    painter.stroke(thin, bark, max(1.4, high * 0.016), Element.TREE)
    painter.stroke(snow, world.tone(SNOW, 0.8, far), 1.6, alpha=0.7)


def bush(world: World, x: float, y: float, wide: float) -> None:
    """Draws a low bush, ``wide`` pixels across, or a mound of snow in winter."""
    season, rng = world.season, world.rng
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
        tones = [world.tone(SNOW, 0.9), world.tone(SNOW, 0.25)]
        world.painter.shade(path, linear((x, y - high * 1.3), (x, y + 3), tones), Element.SNOW)
        return
    clumps(world, rng.choice(season.leaves), x, y - high * 0.4, wide * 0.5, high)


def hedge(
    world: World,
    left: float,
    right: float,
    y: float,
    high: float,
) -> None:
    """Draws a clipped hedge from ``left`` to ``right``."""
    painter, season, rng = world.painter, world.season, world.rng
    leaf = mix(rng.choice(season.leaves), season.needles, 0.5)
    body, tops = skia.Path(), skia.Path()
    body.addRoundRect(skia.Rect.MakeLTRB(left, y - high, right, y + 1), 4, 4)
    x = left + 3
    while x < right - 3:
        r = rng.uniform(3.0, 4.6)
        body.addCircle(x, y - high + 1.5, r)
        tops.addOval(skia.Rect.MakeLTRB(x - r, y - high - r * 0.8, x + r, y - high + r * 0.7))
        x += r * 1.5
    tones = [world.tone(leaf, 0.6), world.tone(leaf, 0.0)]
    painter.shade(body, linear((0, y - high), (0, y), tones), Element.TREE)
    painter.fill(tops, world.tone(SNOW if season.snow else leaf, 0.95), alpha=0.85)


def forest(
    world: World,
    left: float,
    right: float,
    y: float,
    high: float,
    far: float,
) -> None:
    """Draws a distant wood from ``left`` to ``right``, standing at ``y``."""
    painter, light, season, rng = world.painter, world.light, world.season, world.rng
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
    painter.fill(path, world.tone(color, 0.3, far), Element.TREE)
    painter.fill(crowns, world.tone(mix(color, SNOW, 0.5) if season.snow else color, 0.9, far), alpha=0.75)
