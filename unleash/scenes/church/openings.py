"""Windows, doors and clocks, in wall coordinates (x along the wall, y down, 0 at the ground)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.classes import Element
from unleash.scenes.light import hex_color, mix
from unleash.scenes.painter import ellipse, linear, rectangle


@dataclass(frozen=True)
class Face:
    """A wall, as seen by the functions that decorate it.

    Args:
        width: extent from x = 0.
        low, high: heights of its foot and its top above the ground.
        facing: how far it is turned to the light, 0 to 1.
        matrix: maps wall coordinates to pixels.
    """

    width: float
    low: float
    high: float
    facing: float
    matrix: skia.Matrix


def arch(kind: str, x: float, sill: float, width: float, height: float) -> skia.Path:
    """The outline of an opening centred at ``x`` above ``sill``: "pointed", "round" or "square"."""
    left, right, top, foot = x - width / 2, x + width / 2, -sill - height, -sill
    path = skia.Path()
    path.moveTo(left, foot)
    if kind == "pointed":
        spring = top + min(height * 0.6, width * 0.95)
        path.lineTo(left, spring)
        path.quadTo(left, spring - (spring - top) * 0.62, x, top)
        path.quadTo(right, spring - (spring - top) * 0.62, right, spring)
    elif kind == "round":
        spring = top + min(height, width / 2)
        path.lineTo(left, spring)
        path.arcTo(skia.Rect.MakeLTRB(left, top, right, 2 * spring - top), 180, 180, False)
    else:
        path.lineTo(left, top)
        path.lineTo(right, top)
    path.lineTo(right, foot)
    path.close()
    return path


def windows(
    mason: Mason,
    face: Face,
    kind: str,
    spots: Sequence[tuple[float, float, float, float]],
    *,
    lit: bool = True,
    frame: float = 1.6,
) -> None:
    """Draws windows of one kind on a wall.

    Args:
        kind: see ``arch``.
        spots: (x, sill height, width, height) of each.
        lit: whether they are lit after dark; otherwise they are dark openings.
        frame: width of the surround.
    """
    painter = mason.painter
    surround, reveal, glass, sills = (skia.Path() for _ in range(4))
    shift = -0.9 * mason.light.side
    for x, sill, width, height in spots:
        left = x - width / 2
        surround.addPath(arch(kind, x, sill - frame, width + 2 * frame, height + 2 * frame))
        reveal.addPath(arch(kind, x, sill, width, height))
        glass.addPath(arch(kind, x + shift * 0.5, sill, width - 0.9, height - 1.5))
        sills.addRect(skia.Rect.MakeXYWH(left - 2, -sill - 0.4, width + 4, 2.4))
    if lit:
        _light_up(mason, face, spots)
    pane = mix(*mason.glass(face.facing), 0.5)
    if not lit:
        pane = mix(mason.tone(hex_color("#4a4a5c"), face.facing, 0.8), pane, 0.12)
    trim = mason.tone(mason.material.trim, face.facing)
    painter.fill(surround, trim)
    painter.fill(reveal, mix(mason.tone(mason.material.wall, 0, 0.5), pane, 0.4), Element.WINDOW)
    painter.fill(glass, pane)
    painter.fill(sills, mason.white(face.facing) if mason.snow else trim)


def _light_up(mason: Mason, face: Face, spots: Sequence[tuple[float, float, float, float]]) -> None:
    """Adds one light source for every four windows of a row."""
    for i in range(0, len(spots), 4):
        group = spots[i : i + 4]
        x = sum(spot[0] for spot in group) / len(group)
        y = sum(spot[1] + spot[3] / 2 for spot in group) / len(group)
        pixel = face.matrix.mapXY(x, -y)
        _, _, width, height = group[0]
        radius = height * 0.7 + width + abs(group[-1][0] - group[0][0]) * 0.5
        mason.lamps.append(((pixel.x(), pixel.y()), radius, 1.0))


def rose(mason: Mason, face: Face, x: float, height: float, radius: float) -> None:
    """Draws a round window with spokes, centred at ``height``."""
    painter, y = mason.painter, -height
    trim = mason.tone(mason.material.trim, face.facing)
    painter.fill(ellipse(x, y, radius + 3, radius + 3), mason.tone(mason.material.wall, face.facing, 0.72))
    painter.fill(ellipse(x, y, radius + 1.8, radius + 1.8), trim)
    top, bottom = mason.glass(face.facing)
    painter.shade(
        ellipse(x, y, radius, radius), linear((0, y - radius), (0, y + radius), [top, bottom]), Element.WINDOW
    )
    spokes = skia.Path()
    count = 8 if radius > 11 else 6
    for i in range(count):
        angle = 2 * pi * i / count
        spokes.moveTo(x + cos(angle) * radius * 0.3, y + sin(angle) * radius * 0.3)
        spokes.lineTo(x + cos(angle) * radius, y + sin(angle) * radius)
    spokes.addCircle(x, y, radius * 0.34)
    painter.stroke(spokes, mix(trim, mason.tone(mason.material.wall, 0, 0.6), 0.35), max(1.3, radius * 0.13))
    pixel = face.matrix.mapXY(x, y)
    mason.lamps.append(((pixel.x(), pixel.y()), radius * 2.2, 1.2))


def portal(mason: Mason, face: Face, kind: str, x: float, width: float, height: float) -> None:
    """Draws a door in recessed arches on steps, on the ground at ``x``."""
    painter = mason.painter
    trim, wall = mason.material.trim, mason.material.wall
    step = mason.white(0.9) if mason.snow else mason.tone(mix(wall, trim, 0.5), 0.9)
    painter.fill(rectangle(x - width * 0.85, -2.6, x + width * 0.85, 1.5), step, Element.PATH)
    painter.fill(arch(kind, x, 2.4, width * 1.42, height * 1.2), mason.tone(trim, face.facing), None)
    painter.fill(arch(kind, x, 2.4, width * 1.2, height * 1.08), mason.tone(wall, face.facing, 0.66))
    door = arch(kind, x, 2.4, width, height * 0.94)
    wood = mason.tone(mason.material.wood, face.facing, 0.95)
    painter.shade(
        door, linear((0, -height), (0, 0), [mason.tone(mason.material.wood, 0.0, 0.62), wood]), Element.DOOR
    )
    leaf = skia.Path()
    leaf.moveTo(x, -3)
    leaf.lineTo(x, -height * 0.92)
    painter.stroke(leaf, mason.tone(mason.material.wood, 0.0, 0.45), 1.3)
    lamp = mason.light.glow
    if lamp:
        warm = hex_color("#ffc56a")
        with painter.clipped(door):
            painter.shade(door, linear((0, -height), (0, -height * 0.3), [(warm, 0.8 * lamp), (warm, 0.0)]))
        pixel = face.matrix.mapXY(x, -height * 0.8)
        mason.lamps.append(((pixel.x(), pixel.y()), width * 1.8 + 6, 0.9))


def clock(mason: Mason, face: Face, x: float, height: float, radius: float) -> None:
    """Draws a clock centred at ``height``."""
    painter, y = mason.painter, -height
    painter.fill(ellipse(x, y, radius + 1.5, radius + 1.5), mason.tone(mason.material.wood, face.facing, 0.8))
    dial = mix(mason.tone(hex_color("#f8f0da"), face.facing), hex_color("#ffe9b0"), 0.6 * mason.light.glow)
    painter.fill(ellipse(x, y, radius, radius), dial)
    hands = skia.Path()
    for angle, length in ((mason.rng.uniform(0, 2 * pi), 0.75), (mason.rng.uniform(0, 2 * pi), 0.5)):
        hands.moveTo(x, y)
        hands.lineTo(x + sin(angle) * radius * length, y - cos(angle) * radius * length)
    painter.stroke(hands, hex_color("#332c38"), 1.3)
