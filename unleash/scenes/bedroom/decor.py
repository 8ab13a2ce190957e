"""Rugs, framed pictures and plants."""

import math
from collections.abc import Callable
from random import Random

import skia

from unleash.scenes.bedroom.geometry import UP, Frame, Vector, add
from unleash.scenes.bedroom.stage import SHADOW, Span, Stage, floor_matrix, wall_matrix
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import ellipse, polygon, rectangle


def paint_rug(stage: Stage, frame: Frame, a: Span, b: Span, round_shape: bool) -> None:
    """Draws a rug on the floor with a border of another colour."""
    center = frame.at(sum(a) / 2, 0.0, sum(b) / 2)
    outer = stage.light.on(stage.scheme.accent, center, UP)
    inner = stage.light.on(mix(stage.scheme.linen, stage.scheme.curtain, 0.5), center, UP)
    with stage.painter.transformed(floor_matrix(stage, frame, 0.01)):
        for inset, color in ((0.0, outer), (0.12, inner), (0.3, outer), (0.36, inner)):
            left, right, near, far = a[0] + inset, a[1] - inset, b[0] + inset, b[1] - inset
            if round_shape:
                rx, ry = (right - left) / 2, (far - near) / 2
                path = ellipse((left + right) / 2, (near + far) / 2, rx, ry)
            else:
                path = rectangle(left, near, right, far, 0.04)
            if not inset:
                stage.painter.fill(path, SHADOW, alpha=0.25)
            stage.painter.fill(path, color, Element.RUG)


def paint_picture(stage: Stage, wall: Frame, a: Span, h: Span, rng: Random) -> None:
    """Draws a framed picture on a wall: hills, shapes, or leaves."""
    (a0, a1), (h0, h1) = a, h
    light = stage.light.at(wall.at((a0 + a1) / 2, (h0 + h1) / 2, 0.03), wall.out)

    def lit(c: Color) -> Color:
        return (min(1.0, c[0] * light[0]), min(1.0, c[1] * light[1]), min(1.0, c[2] * light[2]))

    scheme = stage.scheme
    edge = rng.choice((scheme.wood, scheme.trim, hex_color("#3a3038")))
    with stage.painter.transformed(wall_matrix(stage, wall, 0.02)):
        stage.painter.fill(rectangle(a0 + 0.01, h0 - 0.05, a1 + 0.04, h1 - 0.03), SHADOW, alpha=0.22)
        stage.painter.fill(rectangle(a0, h0, a1, h1), lit(edge), Element.PICTURE)
        stage.painter.fill(
            rectangle(a0 + 0.04, h0 + 0.04, a1 - 0.04, h1 - 0.04), lit(scheme.linen), Element.PICTURE
        )
        inner = (a0 + 0.08, a1 - 0.08), (h0 + 0.08, h1 - 0.08)
        with stage.painter.clipped(rectangle(inner[0][0], inner[1][0], inner[0][1], inner[1][1])):
            _artwork(stage, inner[0], inner[1], lit, rng)


def _artwork(stage: Stage, a: Span, h: Span, lit: Callable[[Color], Color], rng: Random) -> None:
    (a0, a1), (h0, h1) = a, h
    width, height, scheme = a1 - a0, h1 - h0, stage.scheme
    kind = rng.randrange(3)
    ground = mix(scheme.curtain, scheme.linen, 0.4)
    stage.painter.fill(rectangle(a0, h0, a1, h1), lit(ground), Element.PICTURE)
    if kind == 0:
        sun = ellipse(a0 + width * rng.uniform(0.3, 0.7), h0 + height * 0.66, width * 0.17, width * 0.17)
        stage.painter.fill(sun, lit(scheme.accent), Element.PICTURE)
        for i, color in enumerate((scheme.throw, scheme.wood)):
            top = h0 + height * (0.5 - 0.22 * i)
            hill = skia.Path().moveTo(a0, h0).lineTo(a0, top)
            hill.quadTo(a0 + width * (0.3 + 0.4 * i), top + height * 0.22, a1, top - height * 0.1)
            stage.painter.fill(hill.lineTo(a1, h0).close(), lit(color), Element.PICTURE)
    elif kind == 1:
        stage.painter.fill(
            ellipse(a0 + width * 0.4, h0 + height * 0.6, width * 0.27, width * 0.27),
            lit(scheme.throw),
            Element.PICTURE,
        )
        stage.painter.fill(
            rectangle(a0 + width * 0.45, h0 + height * 0.15, a0 + width * 0.85, h0 + height * 0.5),
            lit(scheme.accent),
            Element.PICTURE,
        )
    else:
        leaf = hex_color("#5f8458")
        for i in range(5):
            y = h0 + height * (0.15 + 0.15 * i)
            for side in (-1, 1):
                tip = (a0 + width * (0.5 + 0.32 * side), y + height * 0.14)
                path = skia.Path().moveTo(a0 + width / 2, y)
                path.quadTo(a0 + width * (0.5 + 0.1 * side), y + height * 0.16, *tip)
                path.quadTo(a0 + width * (0.5 + 0.25 * side), y, a0 + width / 2, y)
                stage.painter.fill(path, lit(leaf), Element.PICTURE)


def paint_plant(stage: Stage, foot: Vector, height: float, rng: Random) -> None:
    """Draws a plant in a pot, ``height`` metres tall in all."""
    x, y = stage.camera.pixel(foot)
    s = stage.camera.scale(foot) * height
    light_at = add(foot, UP, height * 0.6)
    pot = stage.light.on(mix(stage.scheme.accent, stage.scheme.linen, 0.2), light_at, (0.0, 0.0, -1.0))
    stage.painter.fill(ellipse(x, y, 0.2 * s, 0.05 * s), SHADOW, alpha=0.4, blur=2.0)
    path = polygon(
        (x - 0.15 * s, y - 0.27 * s), (x + 0.15 * s, y - 0.27 * s), (x + 0.1 * s, y), (x - 0.1 * s, y)
    )
    greens = [stage.light.on(hex_color(c), light_at, UP) for c in ("#3f6b4a", "#568556", "#79a065")]
    count, leaves = 11, [skia.Path() for _ in greens]
    for i in range(count):
        angle = math.pi * (0.04 + 0.92 * ((i * 5) % count) / (count - 1)) + rng.uniform(-0.1, 0.1)
        length = s * rng.uniform(0.45, 0.72) * (0.75 + 0.25 * math.sin(angle))
        tip = (x + math.cos(angle) * length * 0.62, y - 0.25 * s - math.sin(angle) * length)
        bend = (-math.sin(angle) * 0.11 * s, -math.cos(angle) * 0.11 * s)
        mid = ((x + tip[0]) / 2, (y - 0.25 * s + tip[1]) / 2)
        leaf = leaves[i % 3].moveTo(x, y - 0.25 * s)
        leaf.quadTo(mid[0] + bend[0], mid[1] + bend[1], *tip)
        leaf.quadTo(mid[0] - bend[0], mid[1] - bend[1], x, y - 0.25 * s)
    for leaf, green in zip(leaves, greens, strict=True):
        stage.painter.fill(leaf, green, Element.PLANT)
    stage.painter.fill(path, pot, Element.PLANT)
    stage.painter.fill(
        polygon(
            (x + 0.03 * s, y - 0.27 * s), (x + 0.15 * s, y - 0.27 * s), (x + 0.1 * s, y), (x + 0.02 * s, y)
        ),
        SHADOW,
        alpha=0.18,
    )
