"""The sky: its gradient, sun, moon, stars, clouds and birds."""

import skia

from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import SIZE, ellipse, linear, radial, rectangle
from unleash.scenes.stencil import centered, snap

WHITE = (1.0, 1.0, 1.0)

DISC = 8.0
"""Radius of the sun and the moon in pixels, so that they fit into one cell."""


def sky(world: World, horizon: float) -> None:
    """Paints everything above ``horizon``."""
    light, rng = world.light, world.rng
    world.painter.backdrop((light.zenith, light.middle, light.horizon), 0, horizon, Element.SKY)
    x = centered(128 + light.side * rng.uniform(60, 112))
    if world.time == "night":
        stars(world, horizon)
        moon(world, x, centered(rng.uniform(24, 62)))
    else:
        height = horizon - 24 if world.time == "dusk" else rng.uniform(18, 50)
        sun(world, horizon, x, centered(height))
    kind = rng.choice(_CLOUDS[world.time])
    if kind == "heaps":
        for _ in range(rng.randint(2, 4)):
            heap(
                world.stencil(3),
                snap(rng.uniform(0, SIZE)),
                snap(rng.uniform(24, horizon * 0.62)),
                rng.choice((24.0, 32.0, 44.0)),
            )
    elif kind == "bank":
        bank(world, horizon)
    elif kind == "veils":
        veils(world, horizon)
    elif kind == "wisps":
        wisps(world)
    if world.time in ("day", "dusk") and rng.random() < 0.5:
        birds(world)


_CLOUDS = {
    "day": ("heaps", "heaps", "bank", "bank", "wisps", "veils", "none"),
    "dusk": ("veils", "veils", "heaps", "bank", "wisps"),
    "night": ("veils", "none", "heaps", "none"),
    "winter": ("veils", "veils", "none", "heaps", "bank"),
}


def cloud_tones(world: World) -> tuple[Color, Color]:
    """A cloud's colour in the light and in the shade."""
    light = world.light
    if world.time == "day":
        return mix(light.horizon, WHITE, 0.75), mix(light.middle, light.fill, 0.3)
    if world.time == "dusk":
        return mix(light.horizon, hex_color("#ff9a70"), 0.4), mix(light.zenith, light.middle, 0.6)
    if world.time == "night":
        return mix(light.horizon, light.key, 0.3), mix(light.middle, light.zenith, 0.2)
    return mix(light.horizon, WHITE, 0.5), mix(light.middle, light.fill, 0.35)


def heap(world: World, x: float, y: float, wide: float) -> None:
    """Draws a cumulus cloud with a flat base at ``y``, 2 ``wide`` pixels across."""
    painter, rng = world.painter, world.rng
    lit, dark = cloud_tones(world)
    body, bright = skia.Path(), skia.Path()
    count = rng.randint(5, 7)
    for i in range(count):
        t = 2 * (i + 0.5) / count - 1
        r = wide * (0.2 + 0.24 * (1 - t * t)) * rng.uniform(0.85, 1.2)
        cx, cy = x + t * wide * 0.8, y - r * rng.uniform(0.6, 1.0)
        body.addCircle(cx, cy, r)
        bright.addCircle(cx + world.light.side * r * 0.22, cy - r * 0.2, r * 0.72)
    top = y - wide * 0.95
    with painter.clipped(rectangle(0, 0, SIZE, y)):
        painter.shade(
            body, linear((0, top), (0, y), [lit, mix(lit, dark, 0.5), dark]), Element.CLOUD, alpha=0.93
        )
        painter.shade(bright, linear((0, top), (0, y), [(lit, 0.9), (lit, 0.0)]))


def bank(world: World, horizon: float) -> None:
    """Draws a mass of clouds that rises from the horizon on one side."""
    rng = world.rng
    x, side = rng.choice((30.0, 226.0)), rng.uniform(-26, 26)
    for share, drop in ((1.0, 34), (0.8, 18), (0.62, 4)):
        wide = 70 * share * rng.uniform(0.9, 1.15)
        heap(world, x + side * (1 - share) * 3, horizon - drop + 8, wide)


def veils(world: World, horizon: float) -> None:
    """Draws long flat bands of cloud."""
    rng = world.rng
    lit, dark = cloud_tones(world)
    for _ in range(rng.randint(3, 5)):
        x, y = rng.uniform(20, SIZE - 20), rng.uniform(18, horizon * 0.85)
        wide, thick = rng.uniform(50, 130), rng.uniform(4, 9)
        path = skia.Path()
        for shift, lift, share in ((0.0, 0.0, 1.0), (0.35, -0.7, 0.55), (-0.4, 0.6, 0.5)):
            path.addOval(
                skia.Rect.MakeXYWH(
                    x + wide * (shift - share) * 0.8,
                    y + lift * thick - thick * share,
                    1.6 * wide * share,
                    2 * thick * share,
                )
            )
        tone = [lit, dark] if world.time != "dusk" else [dark, lit]
        world.painter.shade(path, linear((0, y - thick), (0, y + thick), tone), Element.CLOUD, alpha=0.72)


def wisps(world: World) -> None:
    """Draws high feathery clouds, all in the same direction."""
    rng = world.rng
    lit, _ = cloud_tones(world)
    rise = rng.uniform(-0.3, 0.3)
    path = skia.Path()
    for _ in range(rng.randint(5, 8)):
        x, y, length = (
            rng.uniform(-20, SIZE - 30),
            rng.uniform(10, 110),
            rng.uniform(40, 90),
        )
        ex, ey, thick = x + length, y + length * rise, rng.uniform(3, 6)
        path.moveTo(x, y)
        path.quadTo(x + length * 0.5, y + (ey - y) * 0.5 - thick * 2.4, ex, ey)
        path.quadTo(x + length * 0.45, y + (ey - y) * 0.5 - thick * 0.4, x, y)
    world.painter.fill(path, lit, Element.CLOUD, alpha=0.7)


def sun(world: World, horizon: float, x: float, y: float) -> None:
    """Draws the sun with its glow."""
    painter = world.painter
    warm = {"day": "#fff6d0", "dusk": "#ffd488", "winter": "#fff4e4"}[world.time]
    reach = {"day": 84.0, "dusk": 150.0, "winter": 90.0}[world.time]
    strength = {"day": 0.55, "dusk": 0.85, "winter": 0.6}[world.time]
    color = hex_color(warm)
    around = rectangle(
        max(0, x - reach), max(0, y - reach), min(SIZE, x + reach), min(horizon + 4, y + reach)
    )
    painter.shade(around, radial((x, y), reach, [(color, strength), (color, strength * 0.28), (color, 0.0)]))
    if world.time == "dusk" or world.rng.random() < 0.55:
        disc = {"day": 0.75, "dusk": 0.95, "winter": 0.55}[world.time]
        painter.fill(ellipse(x, y, DISC, DISC), mix(color, WHITE, 0.4), Element.SKY, alpha=disc)


def moon(world: World, x: float, y: float) -> None:
    """Draws the moon with its halo, full or crescent."""
    painter, light, rng = world.painter, world.light, world.rng
    pale = hex_color("#f6f0d4")
    painter.shade(
        ellipse(x, y, 66, 66),
        radial((x, y), 66, [(light.key, 0.5), (light.key, 0.12), (light.key, 0.0)]),
    )
    disc = ellipse(x, y, DISC, DISC)
    if rng.random() < 0.5:
        bite = ellipse(x - light.side * DISC * 0.5, y - DISC * 0.22, DISC * 0.9, DISC * 0.9)
        disc = skia.Op(disc, bite, skia.PathOp.kDifference_PathOp)
    painter.fill(disc, pale)


def stars(world: World, horizon: float) -> None:
    """Draws stars, more of them near the top."""
    painter, rng = world.painter, world.rng
    small, large = skia.Path(), skia.Path()
    for i in range(46):
        x, y = rng.uniform(0, SIZE), horizon * 0.9 * rng.random() ** 1.4
        (large if i % 5 == 0 else small).addCircle(x, y, 1.7 if i % 5 == 0 else 1.05)
    painter.fill(small, hex_color("#c8d4f4"), alpha=0.75)
    painter.fill(large, hex_color("#fff6dc"), alpha=0.95)


def birds(world: World) -> None:
    """Draws a few birds in flight."""
    rng = world.rng
    path = skia.Path()
    cx, cy = rng.uniform(40, 216), rng.uniform(30, 90)
    for _ in range(rng.randint(3, 6)):
        x, y, span = (
            cx + rng.uniform(-34, 34),
            cy + rng.uniform(-20, 20),
            rng.uniform(4, 6.5),
        )
        path.moveTo(x - span, y - span * 0.45)
        path.quadTo(x - span * 0.35, y - span * 0.55, x, y)
        path.quadTo(x + span * 0.35, y - span * 0.55, x + span, y - span * 0.35)
    world.painter.stroke(path, mix(world.light.fill, (0.1, 0.1, 0.2), 0.55), 1.7)
