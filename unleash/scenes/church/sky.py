"""The sky: its gradient, sun, moon, stars, clouds and birds."""

from math import cos, pi, sin
from random import Random

import skia

from unleash.scenes.classes import Element
from unleash.scenes.light import Color, Light, hex_color, mix
from unleash.scenes.painter import SIZE, Painter, ellipse, linear, radial, rectangle

WHITE = (1.0, 1.0, 1.0)


def sky(painter: Painter, light: Light, time: str, rng: Random, horizon: float) -> None:
    """Paints everything above ``horizon``."""
    painter.backdrop((light.zenith, light.middle, light.horizon), horizon, Element.SKY)
    x = 128 + light.side * rng.uniform(60, 112)
    if time == "night":
        stars(painter, rng, horizon)
        moon(painter, light, rng, x, rng.uniform(24, 62))
    else:
        sun(painter, time, x, horizon - rng.uniform(14, 34) if time == "dusk" else rng.uniform(18, 50))
    kind = rng.choice(_CLOUDS[time])
    if kind == "heaps":
        for _ in range(rng.randint(2, 4)):
            heap(
                painter,
                light,
                time,
                rng,
                rng.uniform(0, SIZE),
                rng.uniform(24, horizon * 0.62),
                rng.uniform(22, 46),
            )
    elif kind == "veils":
        veils(painter, light, time, rng, horizon)
    elif kind == "wisps":
        wisps(painter, light, time, rng)
    if time in ("day", "dusk") and rng.random() < 0.5:
        birds(painter, light, rng)


_CLOUDS = {
    "day": ("heaps", "heaps", "heaps", "wisps", "veils", "none"),
    "dusk": ("veils", "veils", "heaps", "wisps"),
    "night": ("veils", "none", "heaps", "none"),
    "winter": ("veils", "veils", "none", "heaps"),
}


def cloud_tones(light: Light, time: str) -> tuple[Color, Color]:
    """A cloud's colour in the light and in the shade."""
    if time == "day":
        return mix(light.horizon, WHITE, 0.75), mix(light.middle, light.fill, 0.3)
    if time == "dusk":
        return mix(light.horizon, hex_color("#ff9a70"), 0.4), mix(light.zenith, light.middle, 0.6)
    if time == "night":
        return mix(light.horizon, light.key, 0.3), mix(light.middle, light.zenith, 0.2)
    return mix(light.horizon, WHITE, 0.5), mix(light.middle, light.fill, 0.35)


def heap(painter: Painter, light: Light, time: str, rng: Random, x: float, y: float, wide: float) -> None:
    """A heap of cloud with a flat foot at ``y``, 2 ``wide`` pixels across."""
    lit, dark = cloud_tones(light, time)
    body, bright = skia.Path(), skia.Path()
    count = rng.randint(5, 7)
    for i in range(count):
        t = 2 * (i + 0.5) / count - 1
        r = wide * (0.2 + 0.24 * (1 - t * t)) * rng.uniform(0.85, 1.2)
        cx, cy = x + t * wide * 0.8, y - r * rng.uniform(0.6, 1.0)
        body.addCircle(cx, cy, r)
        bright.addCircle(cx + light.side * r * 0.22, cy - r * 0.2, r * 0.72)
    top = y - wide * 0.95
    with painter.clipped(rectangle(0, 0, SIZE, y)):
        painter.shade(
            body, linear((0, top), (0, y), [lit, mix(lit, dark, 0.5), dark]), Element.CLOUD, alpha=0.93
        )
        painter.shade(bright, linear((0, top), (0, y), [(lit, 0.9), (lit, 0.0)]))


def veils(painter: Painter, light: Light, time: str, rng: Random, horizon: float) -> None:
    """Long flat bands of cloud."""
    lit, dark = cloud_tones(light, time)
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
        tone = [lit, dark] if time != "dusk" else [dark, lit]
        painter.shade(path, linear((0, y - thick), (0, y + thick), tone), Element.CLOUD, alpha=0.72)


def wisps(painter: Painter, light: Light, time: str, rng: Random) -> None:
    """High feathery clouds, all drawn out the same way."""
    lit, _ = cloud_tones(light, time)
    rise = rng.uniform(-0.3, 0.3)
    path = skia.Path()
    for _ in range(rng.randint(5, 8)):
        x, y, length = rng.uniform(-20, SIZE - 30), rng.uniform(10, 110), rng.uniform(40, 90)
        ex, ey, thick = x + length, y + length * rise, rng.uniform(3, 6)
        path.moveTo(x, y)
        path.quadTo(x + length * 0.5, y + (ey - y) * 0.5 - thick * 2.4, ex, ey)
        path.quadTo(x + length * 0.45, y + (ey - y) * 0.5 - thick * 0.4, x, y)
    painter.fill(path, lit, Element.CLOUD, alpha=0.7)


def sun(painter: Painter, time: str, x: float, y: float) -> None:
    """The sun with its glow."""
    warm = {"day": "#fff6d0", "dusk": "#ffd488", "winter": "#fff4e4"}[time]
    reach = {"day": 110.0, "dusk": 190.0, "winter": 120.0}[time]
    strength = {"day": 0.55, "dusk": 0.85, "winter": 0.6}[time]
    color = hex_color(warm)
    around = rectangle(max(0, x - reach), max(0, y - reach), min(SIZE, x + reach), y + reach)
    painter.shade(around, radial((x, y), reach, [(color, strength), (color, strength * 0.28), (color, 0.0)]))
    painter.fill(ellipse(x, y, 11, 11), mix(color, WHITE, 0.45), Element.SKY, alpha=0.9)


def moon(painter: Painter, light: Light, rng: Random, x: float, y: float) -> None:
    """The moon with its halo, full or a crescent."""
    pale = hex_color("#f6f0d4")
    r = rng.uniform(9, 14)
    painter.shade(
        ellipse(x, y, 90, 90), radial((x, y), 90, [(light.key, 0.5), (light.key, 0.12), (light.key, 0.0)])
    )
    disc = ellipse(x, y, r, r)
    if rng.random() < 0.5:
        bite = ellipse(x - light.side * r * 0.5, y - r * 0.22, r * 0.9, r * 0.9)
        disc = skia.Op(disc, bite, skia.PathOp.kDifference_PathOp)
    painter.fill(disc, pale)


def stars(painter: Painter, rng: Random, horizon: float) -> None:
    """Stars, more of them high up."""
    small, large = skia.Path(), skia.Path()
    for i in range(46):
        x, y = rng.uniform(0, SIZE), horizon * 0.9 * rng.random() ** 1.4
        (large if i % 5 == 0 else small).addCircle(x, y, 1.7 if i % 5 == 0 else 1.05)
    painter.fill(small, hex_color("#c8d4f4"), alpha=0.75)
    painter.fill(large, hex_color("#fff6dc"), alpha=0.95)


def birds(painter: Painter, light: Light, rng: Random) -> None:
    """A few birds in flight."""
    path = skia.Path()
    cx, cy = rng.uniform(40, 216), rng.uniform(30, 90)
    for _ in range(rng.randint(3, 6)):
        x, y, span = cx + rng.uniform(-34, 34), cy + rng.uniform(-20, 20), rng.uniform(4, 6.5)
        path.moveTo(x - span, y - span * 0.45)
        path.quadTo(x - span * 0.35, y - span * 0.55, x, y)
        path.quadTo(x + span * 0.35, y - span * 0.55, x + span, y - span * 0.35)
    painter.stroke(path, mix(light.fill, (0.1, 0.1, 0.2), 0.55), 1.7)


def rays(painter: Painter, light: Light, rng: Random) -> None:
    """Broad faint beams from the light's side."""
    x, path = 128 + light.side * 150, skia.Path()
    for i in range(4):
        angle = pi * (0.16 + 0.09 * i) + rng.uniform(-0.03, 0.03)
        dx, dy = -light.side * cos(angle) * 420, sin(angle) * 420
        path.moveTo(x, -30)
        path.lineTo(x + dx, -30 + dy)
        path.lineTo(x + dx * 0.94, -30 + dy * 1.08)
    painter.fill(path, light.horizon, alpha=0.1)
