"""Walls, roofs, spires and domes: the solids a church is put together from."""

from collections.abc import Callable, Sequence
from math import cos, hypot, pi, sin

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face
from unleash.scenes.church.texture import dapple, rows
from unleash.scenes.church.view import Plan, View
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import Point, ellipse, linear, polygon, rectangle

Solid = tuple[float, float, float]
"""A point of the church's space: a point of the plan and a height."""
Decorate = Callable[[Face], None]
"""Draws windows and the like on one wall."""


def square(width: float, depth: float | None = None) -> list[Plan]:
    """A rectangle of the plan around the origin, as the corners of ``block`` go."""
    u, v = width / 2, (width if depth is None else depth) / 2
    return [(-u, -v), (u, -v), (u, v), (-u, v)]


def octagon(width: float) -> list[Plan]:
    """A regular octagon of the plan around the origin, ``width`` between opposite sides."""
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
    """Draws the upright walls over a convex plan, those one can see.

    Args:
        plan: corners counterclockwise as seen from above, the front wall first.
        low, high: the walls' foot and top.
        decorate: called with each visible wall, in that wall's coordinates.
        color: in white light; the material's wall colour if not given.
        gable: height of a triangle on top of the first wall.
    """
    albedo = color or mason.material.wall
    for i, (a, b) in enumerate(zip(plan, [*plan[1:], plan[0]], strict=True)):
        if not view.visible(a, b):
            continue
        facing = view.facing(a, b, mason.light.side)
        width = hypot(b[0] - a[0], b[1] - a[1])
        peak = gable if i == 0 else 0.0
        outline = polygon((0, -low), (0, -high), (width / 2, -high - peak), (width, -high), (width, -low))
        face = Face(width, low, high, facing, view.plane(a, b))
        with mason.painter.transformed(face.matrix):
            top, bottom = mason.tone(albedo, facing, 1.05), mason.tone(albedo, facing * 0.82, 0.92)
            mason.painter.shade(outline, linear((0, -high - peak), (0, -low), [top, bottom]), element)
            if color is None and width > 12:
                dapple(mason, 0, -high, width, -low, facing)
            if decorate is not None:
                decorate(face)


def course(mason: Mason, face: Face, height: float, thick: float = 3.0) -> None:
    """Draws a ledge along a wall, with its shadow, and snow on it in winter."""
    painter = mason.painter
    shadow = rectangle(0, -height, face.width, -height + thick)
    painter.fill(shadow, mason.tone(mason.material.wall, 0.0, 0.55), alpha=0.4)
    ledge = rectangle(-1, -height - thick, face.width + 1, -height)
    snowy = mason.white(face.facing) if mason.snow else mason.tone(mason.material.trim, face.facing)
    painter.fill(ledge, snowy)


def quoins(mason: Mason, face: Face, width: float = 4.0) -> None:
    """Draws the pilasters at both ends of a wall."""
    strips = rectangle(0, -face.high, width, -face.low)
    strips.addRect(skia.Rect.MakeLTRB(face.width - width, -face.high, face.width, -face.low))
    mason.painter.fill(strips, mason.tone(mason.material.trim, face.facing), alpha=0.9)


def buttresses(mason: Mason, face: Face, spots: Sequence[float], height: float, width: float = 5.0) -> None:
    """Draws piers against a wall at the places ``spots``, stepped and with sloping tops."""
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
    eave: float = 3.0,
) -> None:
    """Draws a long house with a gable at its front, which stands on the origin's line.

    Args:
        width, length: of the plan, from v = 0 backwards.
        high, rise: of the side walls, and of the roof above them.
        front, side: decorate the gable wall and the visible long wall.
        eave: how far the roof stands out.
    """
    u, rng_side = width / 2, mason.light.side
    plan = [(-u, 0.0), (u, 0.0), (u, length), (-u, length)]
    sides: list[Decorate | None] = [front, side, None, side]
    drop = rise * eave / u
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
        out, low = sign * (u + eave), high - drop
        near, far = (out, -eave, low), (out, length, low)
        first, second = (near, far) if sign > 0 else (far, near)
        ridge = ((0.0, -eave, high + rise), (0.0, length, high + rise))
        after, before = (ridge[1], ridge[0]) if sign > 0 else (ridge[0], ridge[1])
        slope(mason, view, (first, second, after, before), facing, mason.material.roof)
    block(mason, view, [plan[0], plan[1]], 0, high, Element.WALL, front, gable=rise)
    verge(mason, view, u, high, rise, eave)


def verge(mason: Mason, view: View, u: float, high: float, rise: float, eave: float) -> None:
    """Draws the edge of the roof along the gable of a house whose front is 2 ``u`` wide."""
    drop = rise * eave / u
    thick = 3.2
    facing = view.facing((-u, 0), (u, 0), mason.light.side)
    outer = [(-u - eave, -eave, high - drop), (0.0, -eave, high + rise), (u + eave, -eave, high - drop)]
    top = [view.point(a, b, c + thick * 0.6) for a, b, c in outer]
    low = [view.point(a, b, c - thick) for a, b, c in reversed(outer)]
    color = mix(mason.material.roof, mason.material.trim, 0.35)
    shadow = [view.point(a, 0, c - thick * 2.2) for a, b, c in reversed(outer)]
    mason.painter.fill(polygon(*low[::-1], *shadow), mason.tone(mason.material.wall, 0.0, 0.5), alpha=0.35)
    band = polygon(*top, *low)
    mason.painter.fill(band, mason.tone(color, facing, 0.9), Element.ROOF)
    if mason.snow:
        cap = [view.point(a, b, c + 2.6) for a, b, c in outer]
        mason.painter.fill(polygon(*cap, *[(x, y + 3.4) for x, y in reversed(cap)]), mason.white(facing))


def pyramid(
    mason: Mason,
    view: View,
    plan: Sequence[Plan],
    low: float,
    high: float,
    *,
    color: Color | None = None,
    element: Element = Element.SPIRE,
) -> None:
    """Draws a spire or a pointed roof over a convex plan (see ``block``) up to the height ``high``."""
    albedo = color or mason.material.top
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
        if mason.snow and facing > 0.3:
            cover = polygon(
                _between(apex, left, 0.05),
                _between(apex, left, 0.5),
                _between(apex, foot, mason.rng.uniform(0.55, 0.72)),
                _between(apex, right, mason.rng.uniform(0.8, 0.92)),
                apex,
            )
            mason.painter.fill(cover, mason.white(facing), alpha=0.9)


def rounded(
    mason: Mason,
    view: View,
    low: float,
    radius: float,
    profile: Sequence[tuple[float, float]],
    *,
    color: Color,
    element: Element = Element.DOME,
) -> float:
    """Draws a solid of revolution on the origin, such as a dome, and returns the height of its top.

    Args:
        low: the height it stands on.
        radius: the unit of the profile.
        profile: (distance from the axis, height above ``low``) from the foot to the top, in radii.
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
    painter.shade(shape, linear(start, end, stops), element)
    ribs = skia.Path()
    for share in (-0.55, 0.0, 0.55):
        ribs.addPath(_open([(x + out * r * share, y - up * r) for out, up in profile]))
    painter.stroke(ribs, mason.tone(color, 0.1, 0.75), 1.3, alpha=0.4)
    top = max(up for _, up in profile)
    if mason.snow:
        with painter.clipped(shape):
            cap = ellipse(
                x + widest * 0.15 * mason.light.side, y - top * r * 0.92, widest * 0.9, top * r * 0.42
            )
            painter.fill(cap, mason.white(0.8), alpha=0.92)
    return low + top * radius


def finial(mason: Mason, view: View, high: float, kind: str, size: float = 9.0) -> None:
    """Draws a "cross", a "ball" or a "cock" on the point ``high`` above the origin."""
    x, y = view.point(0, 0, high - 1)
    gold = mason.tone(hex_color("#d9a93f"), 0.85)
    rod = skia.Path()
    rod.moveTo(x, y)
    rod.lineTo(x, y - size)
    if kind == "cross":
        rod.moveTo(x - size * 0.32, y - size * 0.64)
        rod.lineTo(x + size * 0.32, y - size * 0.64)
    mason.painter.stroke(rod, gold, 1.8, Element.SPIRE)
    ball = ellipse(x, y - 1.5, 2.2, 2.2)
    if kind == "cock":
        ball.addPath(polygon((x - 4, y - size), (x + 4, y - size - 3), (x + 2, y - size + 3)))
    mason.painter.fill(ball, gold, Element.SPIRE)


def _between(a: Point, b: Point, t: float) -> Point:
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def _open(points: Sequence[Point]) -> skia.Path:
    """A curve through ``points`` (Catmull-Rom)."""
    path = skia.Path()
    path.moveTo(*points[0])
    _curve(path, points)
    return path


def _smooth(right: Sequence[Point], left: Sequence[Point]) -> skia.Path:
    """Two curves, from foot to top and down again, joined by straight lines."""
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
