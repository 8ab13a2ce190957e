"""The view from the window, drawn in metres on the plane of the wall (y up)."""

import math
from random import Random

import skia

from unleash.scenes.bedroom.stage import Span, Stage
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, Light, hex_color, mix
from unleash.scenes.painter import ellipse, linear, radial, rectangle


def paint_view(stage: Stage, a: Span, h: Span, time: str, rng: Random) -> None:
    """Fills the opening ``a`` by ``h`` (in metres) with sky, its details, and land or roofs."""
    light, (a0, a1), (h0, h1) = stage.light.outside, a, h
    sky = linear((0.0, h1), (0.0, h0 + 0.15 * (h1 - h0)), [light.zenith, light.middle, light.horizon])
    stage.painter.shade(rectangle(a0, h0, a1, h1), sky, Element.WINDOW)
    _SKY[time](stage, a, h, rng)
    ground = h0 + (h1 - h0) * rng.uniform(0.18, 0.34)
    rng.choice((_hills, _roofs, _trees))(stage, a, (h0, ground), light, rng)
    if time == "rain":
        _rain(stage, a, h, rng)


def _clouds(stage: Stage, a: Span, h: Span, rng: Random) -> None:
    for _ in range(rng.randint(1, 3)):
        x, y = rng.uniform(*a), h[0] + (h[1] - h[0]) * rng.uniform(0.5, 0.9)
        r = rng.uniform(0.12, 0.2)
        path = ellipse(x, y, r * 1.6, r * 0.5)
        path.addPath(ellipse(x + 0.1, y + r * 0.3, r * 0.8, r * 0.5))
        stage.painter.fill(path, (1.0, 1.0, 0.98), alpha=0.85)


def _low_sun(stage: Stage, a: Span, h: Span, rng: Random) -> None:
    x, y = a[0] + (a[1] - a[0]) * rng.uniform(0.25, 0.75), h[0] + (h[1] - h[0]) * rng.uniform(0.36, 0.5)
    glow = radial((x, y), 0.7, [(hex_color("#ffe9a8"), 0.8), (hex_color("#ffb066"), 0.0)])
    stage.painter.shade(ellipse(x, y, 0.7, 0.7), glow)
    stage.painter.fill(ellipse(x, y, 0.13, 0.13), hex_color("#fff0c0"))


def _moon(stage: Stage, a: Span, h: Span, rng: Random) -> None:
    width, height = a[1] - a[0], h[1] - h[0]
    stars = skia.Path()
    for _ in range(int(10 * width * height) + 3):
        x, y, r = rng.uniform(*a), h[0] + height * rng.uniform(0.35, 1.0), rng.uniform(0.012, 0.024)
        stars.addCircle(x, y, r)
    stage.painter.fill(stars, hex_color("#eef0ff"), alpha=0.9)
    x, y = a[0] + width * rng.uniform(0.25, 0.75), h[0] + height * rng.uniform(0.6, 0.85)
    r = min(0.13, width * 0.16)
    glow = radial((x, y), r * 3, [(hex_color("#cfdcff"), 0.5), (hex_color("#cfdcff"), 0.0)])
    stage.painter.shade(ellipse(x, y, r * 3, r * 3), glow)
    stage.painter.fill(ellipse(x, y, r, r), hex_color("#fdf6dc"))
    if rng.random() < 0.5:
        shade = mix(stage.light.outside.zenith, stage.light.outside.middle, 0.5)
        stage.painter.fill(ellipse(x + r * 0.5, y + r * 0.25, r * 0.85, r * 0.85), shade)


def _overcast(stage: Stage, a: Span, h: Span, rng: Random) -> None:
    for i in range(3):
        y = h[0] + (h[1] - h[0]) * (0.95 - 0.18 * i)
        x = rng.uniform(*a)
        stage.painter.fill(ellipse(x, y, 0.8, 0.14), (0.36, 0.42, 0.48), alpha=0.3)


_SKY = {"day": _clouds, "dusk": _low_sun, "night": _moon, "rain": _overcast}


def _hills(stage: Stage, a: Span, h: Span, light: Light, rng: Random) -> None:
    greens = (hex_color("#86a878"), hex_color("#5c8a5a"), hex_color("#48724a"))
    for i, green in enumerate(greens):
        top = h[0] + (h[1] - h[0]) * (1.15 - 0.33 * i)
        phase, wave = rng.uniform(0, 6.3), rng.uniform(2.0, 3.5)
        path = skia.Path().moveTo(a[0], h[0])
        for j in range(9):
            x = a[0] + (a[1] - a[0]) * j / 8
            path.lineTo(x, top + 0.07 * math.sin(phase + wave * x))
        path.lineTo(a[1], h[0]).close()
        stage.painter.fill(path, light.shade(green, 0.6, 0.5 - 0.2 * i))


def _roofs(stage: Stage, a: Span, h: Span, light: Light, rng: Random) -> None:
    x = a[0] - 0.1
    lit: Color = hex_color("#ffd27a")
    while x < a[1]:
        width, top = rng.uniform(0.28, 0.5), h[0] + (h[1] - h[0]) * rng.uniform(0.6, 1.25)
        body = hex_color(rng.choice(("#c9b29a", "#b98f78", "#a9a49c", "#c7bfa8")))
        stage.painter.fill(rectangle(x, h[0], x + width, top), light.shade(body, 0.35, 0.3))
        roof = (
            skia.Path().moveTo(x - 0.03, top).lineTo(x + width / 2, top + 0.16).lineTo(x + width + 0.03, top)
        )
        stage.painter.fill(roof.close(), light.shade(hex_color("#9a4f3c"), 0.3, 0.3))
        if light.glow > 0.4 and rng.random() < 0.8:
            stage.painter.fill(rectangle(x + width * 0.3, top - 0.16, x + width * 0.55, top - 0.06), lit)
        x += width


def _trees(stage: Stage, a: Span, h: Span, light: Light, rng: Random) -> None:
    back = light.shade(hex_color("#7d9c6c"), 0.5, 0.4)
    stage.painter.fill(rectangle(a[0], h[0], a[1], h[0] + (h[1] - h[0]) * 0.5), back)
    for i in range(2):
        green = light.shade(hex_color("#4f7a48" if i else "#6b9358"), 0.55, 0.28 - 0.2 * i)
        path, x = skia.Path(), a[0] - rng.random() * 0.2
        while x < a[1] + 0.2:
            r = rng.uniform(0.16, 0.28)
            path.addPath(ellipse(x, h[0] + (h[1] - h[0]) * (0.7 - 0.5 * i) + 0.05, r, r * 1.1))
            x += r * 1.5
        stage.painter.fill(path, green)


def _rain(stage: Stage, a: Span, h: Span, rng: Random) -> None:
    """Draws streaks of rain on the glass."""
    area = (a[1] - a[0]) * (h[1] - h[0])
    streaks = skia.Path()
    for _ in range(int(22 * area) + 8):
        x, y, length = rng.uniform(*a), rng.uniform(*h), rng.uniform(0.08, 0.2)
        streaks.moveTo(x, y).lineTo(x - 0.25 * length, y - length)
    stage.painter.stroke(streaks, (0.90, 0.95, 0.98), 0.02, alpha=0.6)
