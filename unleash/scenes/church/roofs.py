"""Roofs with flat sides: gables, spires, lean-tos."""

from collections.abc import Sequence

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.solids import Decorate, block
from unleash.scenes.church.texture import rows
from unleash.scenes.church.view import Plan, View
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix
from unleash.scenes.painter import Point, linear, polygon

Solid = tuple[float, float, float]
"""A point in church coordinates: a point of the plan and a height."""

EAVE = 3.0
"""Overhang of a roof beyond its walls."""


def slope(
    mason: Mason, view: View, corners: tuple[Solid, Solid, Solid, Solid], facing: float, color: Color
) -> None:
    """Draws one plane of a roof.

    Args:
        corners: eave left, eave right, ridge right, ridge left.
        facing: how far it is turned to the light.
        color: in white light.
    """
    left, right, far, near = (view.point(*c) for c in corners)
    painter = mason.painter
    roof = polygon(left, right, far, near)
    middle = ((near[0] + far[0]) / 2, (near[1] + far[1]) / 2)
    foot = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    painter.shade(
        roof,
        linear(middle, foot, [mason.tone(color, facing, 1.06), mason.tone(color, facing, 0.86)]),
        Element.ROOF,
    )
    rows(mason, (left, right, far, near), mason.tone(color, facing * 0.6, 0.7))
    if mason.snow:
        cover = skia.Path()
        cover.addPoly([skia.Point(*p) for p in (near, far)], False)
        count = max(2, int(abs(right[0] - left[0]) / 9))
        points = []
        for i in range(count + 1):
            t, up = 1 - i / count, mason.rng.uniform(0.06, 0.2)
            x, y = left[0] + (right[0] - left[0]) * t, left[1] + (right[1] - left[1]) * t
            rx, ry = near[0] + (far[0] - near[0]) * t, near[1] + (far[1] - near[1]) * t
            points.append((x + (rx - x) * up, y + (ry - y) * up))
        for (x, y), (nx, ny) in zip(points, [*points[1:], points[-1]], strict=True):
            cover.quadTo(x, y, (x + nx) / 2, (y + ny) / 2)
        cover.lineTo(*near)
        painter.fill(cover, mason.white(facing), alpha=0.94)
    eave = skia.Path()
    eave.moveTo(*left)
    eave.lineTo(*right)
    painter.stroke(eave, mason.tone(color, facing * 0.5, 0.6), 2.0, Element.ROOF)


def gabled(
    mason: Mason,
    view: View,
    width: float,
    length: float,
    high: float,
    rise: float,
    *,
    front: Decorate | None = None,
    side: Decorate | None = None,
) -> None:
    """Draws a gabled building with its front at v = 0.

    Args:
        width, length: of the plan; it extends backwards from v = 0.
        high, rise: heights of the side walls and of the roof above them.
        front, side: decorate the gable wall and the visible side wall.
    """
    u, rng_side = width / 2, mason.light.side
    plan = [(-u, 0.0), (u, 0.0), (u, length), (-u, length)]
    sides: list[Decorate | None] = [front, side, None, side]
    drop = rise * EAVE / u
    for wall, decorate in zip(range(4), sides, strict=True):
        if wall == 0:
            continue
        a, b = plan[wall], plan[(wall + 1) % 4]
        if view.visible(a, b):
            block(mason, view, [a, b], 0, high, Element.WALL, decorate)
    for sign, a, b in ((1.0, plan[1], plan[2]), (-1.0, plan[3], plan[0])):
        if not view.visible(a, b):
            continue
        facing = min(1.0, view.facing(a, b, rng_side) * 0.75 + 0.28)
        out, low = sign * (u + EAVE), high - drop
        near, far = (out, -EAVE, low), (out, length, low)
        first, second = (near, far) if sign > 0 else (far, near)
        ridge = ((0.0, -EAVE, high + rise), (0.0, length, high + rise))
        after, before = (ridge[1], ridge[0]) if sign > 0 else (ridge[0], ridge[1])
        slope(mason, view, (first, second, after, before), facing, mason.material.roof)
    block(mason, view, [plan[0], plan[1]], 0, high, Element.WALL, front, gable=rise)
    verge(mason, view, u, high, rise)


def verge(mason: Mason, view: View, u: float, high: float, rise: float) -> None:
    """Draws the edge of the roof along a gable 2 ``u`` wide."""
    drop = rise * EAVE / u
    thick = 3.2
    facing = view.facing((-u, 0), (u, 0), mason.light.side)
    outer = [(-u - EAVE, -EAVE, high - drop), (0.0, -EAVE, high + rise), (u + EAVE, -EAVE, high - drop)]
    top = [view.point(a, b, c + thick * 0.6) for a, b, c in outer]
    low = [view.point(a, b, c - thick) for a, b, c in reversed(outer)]
    color = mix(mason.material.roof, mason.material.trim, 0.35)
    shadow = [view.point(a, 0, c - thick * 2.2) for a, b, c in reversed(outer)]
    mason.painter.fill(polygon(*low[::-1], *shadow), mason.tone(mason.material.wall, 0.0, 0.5), alpha=0.35)
    band = polygon(*top, *low)
    mason.painter.fill(band, mason.tone(color, facing, 0.9), Element.ROOF)
    if mason.snow:
        cap = [view.point(a, b, c + 4.0) for a, b, c in outer]
        mason.painter.fill(polygon(*cap, *[(x, y + 5.0) for x, y in reversed(cap)]), mason.white(facing))


def pyramid(
    mason: Mason,
    view: View,
    plan: Sequence[Plan],
    low: float,
    high: float,
    *,
    element: Element = Element.SPIRE,
) -> None:
    """Draws a spire or pyramidal roof over a convex plan (see ``block``), up to height ``high``."""
    albedo = mason.material.top
    apex = view.point(0, 0, high)
    for a, b in zip(plan, [*plan[1:], plan[0]], strict=True):
        if not view.visible(a, b):
            continue
        facing = min(1.0, view.facing(a, b, mason.light.side) * 0.9 + 0.12)
        left, right = view.point(*a, low), view.point(*b, low)
        side = polygon(left, right, apex)
        foot = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
        tones = [mason.tone(albedo, facing, 1.1), mason.tone(albedo, facing, 0.88)]
        mason.painter.shade(side, linear(apex, foot, tones), element)
        if right[0] - left[0] > 9:
            rows(mason, (left, right, apex, apex), mason.tone(albedo, facing * 0.5, 0.7), 6.0)
        if mason.snow:
            steep = (high - low) > 1.6 * (right[0] - left[0])
            reach = 0.62 if steep else 0.92
            sag = [
                _between(apex, _between(left, right, t), reach * mason.rng.uniform(0.72, 1.12))
                for t in (0.25, 0.6)
            ]
            start, end = _between(apex, left, reach), _between(apex, right, reach)
            mason.painter.fill(polygon(apex, start, *sag, end), mason.white(facing), alpha=0.93)


def _between(a: Point, b: Point, t: float) -> Point:
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
