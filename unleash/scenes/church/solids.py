"""Walls and their ornaments: the solids that churches are composed of."""

from collections.abc import Callable, Sequence
from math import cos, hypot, pi, sin

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face
from unleash.scenes.church.texture import dapple
from unleash.scenes.church.view import Plan, View
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix
from unleash.scenes.painter import linear, polygon, rectangle

Solid = tuple[float, float, float]
"""A point in church coordinates: a point of the plan and a height."""
Decorate = Callable[[Face], None]
"""A function that draws windows and other details on one wall."""


def square(width: float) -> list[Plan]:
    """A square plan around the origin, its corners in the order of ``block``."""
    u = width / 2
    return [(-u, -u), (u, -u), (u, u), (-u, u)]


def octagon(width: float) -> list[Plan]:
    """A regular octagonal plan around the origin, ``width`` between opposite sides."""
    r = width / 2 / cos(pi / 8)
    return [(r * cos(pi / 8 + i * pi / 4), r * sin(pi / 8 + i * pi / 4)) for i in range(8)]


def block(
    mason: Mason,
    view: View,
    plan: Sequence[Plan],
    low: float,
    high: float,
    element: Element,
    decorate: Decorate | None = None,
    *,
    color: Color | None = None,
    gable: float = 0.0,
) -> None:
    """Draws the visible walls over a convex plan.

    Args:
        plan: corners counterclockwise as seen from above, the front wall first.
        low, high: heights of the walls' foot and top.
        decorate: called with each visible wall, in that wall's coordinates.
        color: in white light; by default the material's wall colour.
        gable: height of a triangle on top of the first wall.
    """
    albedo = color or mason.material.wall
    for i, (a, b) in enumerate(zip(plan, [*plan[1:], plan[0]], strict=True)):
        if not view.visible(a, b):
            continue
        facing = view.facing(a, b, mason.light.side)
        width = hypot(b[0] - a[0], b[1] - a[1])
        peak = gable if i == 0 else 0.0
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        corners = [(*a, low), (*a, high), (*middle, high + peak), (*b, high), (*b, low)]
        outline = [view.point(*corner) for corner in corners]
        tones = [mason.tone(albedo, facing, 1.05), mason.tone(albedo, facing * 0.82, 0.92)]
        if width < 26:
            mason.painter.fill(polygon(*outline), tones[0], element)
        else:
            fade = linear((0, outline[2][1]), (0, outline[0][1]), tones)
            mason.painter.shade(polygon(*outline), fade, element)
        face = Face(width, low, high, facing, view.plane(a, b))
        with mason.painter.transformed(face.matrix):
            if color is None and width > 18:
                dapple(mason, width, -high, -low, facing)
            if decorate is not None:
                decorate(face)


def courses(mason: Mason, face: Face, heights: Sequence[float], thick: float = 2.6) -> None:
    """Draws ledges along a wall, with their shadows, and with snow in winter."""
    painter, shadows, ledges = mason.painter, skia.Path(), skia.Path()
    for height in heights:
        shadows.addRect(skia.Rect.MakeLTRB(0, -height, face.width, -height + thick))
        ledges.addRect(skia.Rect.MakeLTRB(-1, -height - thick, face.width + 1, -height))
    painter.fill(shadows, mason.tone(mason.material.wall, 0.0, 0.55), alpha=0.4)
    snowy = mason.white(face.facing) if mason.snow else mason.tone(mason.material.trim, face.facing)
    painter.fill(ledges, snowy)


def quoins(mason: Mason, face: Face, width: float = 4.0) -> None:
    """Draws pilasters at both ends of a wall."""
    strips = rectangle(0, -face.high, width, -face.low)
    strips.addRect(skia.Rect.MakeLTRB(face.width - width, -face.high, face.width, -face.low))
    mason.painter.fill(strips, mason.tone(mason.material.trim, face.facing), alpha=0.9)


def buttresses(mason: Mason, face: Face, spots: Sequence[float], height: float, width: float = 5.0) -> None:
    """Draws stepped piers with sloping tops against a wall, at the positions ``spots``."""
    lit, dark, caps = skia.Path(), skia.Path(), skia.Path()
    away = -mason.light.side
    for x in spots:
        lit.addRect(skia.Rect.MakeLTRB(x - width / 2, -height, x + width / 2, -face.low))
        edge = x + away * width / 2
        dark.addRect(
            skia.Rect.MakeLTRB(min(edge, edge + away * 3), -height, max(edge, edge + away * 3), -face.low)
        )
        for top in (height, height * 0.55):
            caps.addPath(
                polygon((x - width / 2 - 1, -top), (x, -top - width * 0.9), (x + width / 2 + 1, -top))
            )
    painter = mason.painter
    painter.fill(dark, mason.tone(mason.material.wall, 0.0, 0.6), alpha=0.45)
    painter.fill(
        lit, mason.tone(mix(mason.material.wall, mason.material.trim, 0.5), face.facing), Element.WALL
    )
    painter.fill(
        caps, mason.white(face.facing) if mason.snow else mason.tone(mason.material.trim, face.facing)
    )
