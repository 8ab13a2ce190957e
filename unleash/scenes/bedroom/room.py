"""The shell of a room: walls, floor, ceiling, and the light on them."""

from dataclasses import dataclass
from random import Random

import skia

from unleash.scenes.bedroom.geometry import UP, Camera, Frame, Vector, add, dot
from unleash.scenes.bedroom.stage import SHADOW, Span, Stage, wall_matrix
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix, multiply
from unleash.scenes.painter import linear, radial, rectangle

_POOL = 2.1
"""Reach of a lamp's light on a wall, in metres."""


@dataclass(frozen=True)
class Room:
    """A box-shaped room with one corner at the origin: x in [0, width], y in [0, height], z in [0, depth]."""

    width: float
    height: float
    depth: float

    @property
    def back(self) -> Frame:
        """The wall ahead."""
        return Frame((0.0, 0.0, self.depth), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0))

    @property
    def left(self) -> Frame:
        """The wall at x = 0."""
        return Frame((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))

    @property
    def right(self) -> Frame:
        """The wall at x = width."""
        return Frame((self.width, 0.0, self.depth), (0.0, 0.0, -1.0), (-1.0, 0.0, 0.0))

    @property
    def walls(self) -> tuple[tuple[Frame, float], ...]:
        """The three walls and their lengths."""
        return ((self.left, self.depth), (self.right, self.depth), (self.back, self.width))


@dataclass(frozen=True)
class _Surface:
    """A rectangle of ``size`` metres along ``u`` and ``v`` from ``origin``, facing ``normal``."""

    origin: Vector
    u: Vector
    v: Vector
    size: tuple[float, float]
    normal: Vector

    def at(self, s: float, t: float) -> Vector:
        return add(add(self.origin, self.u, s), self.v, t)

    def outline(self, camera: Camera) -> skia.Path:
        width, height = self.size
        return camera.path(self.origin, self.at(width, 0.0), self.at(width, height), self.at(0.0, height))


def paint_shell(stage: Stage, room: Room, rng: Random) -> None:
    """Draws ceiling, floor and walls with wallpaper or panelling, and the lamps' light on them."""
    size, back = (room.width, room.depth), room.back
    ceiling = _Surface(back.at(0.0, room.height, 0.0), back.along, back.out, size, (0.0, -1.0, 0.0))
    _paint_level(stage, ceiling, mix(stage.scheme.trim, stage.scheme.wall, 0.12), Element.CEILING)
    _paint_floor(stage, _Surface(back.origin, back.along, back.out, size, UP), rng)
    decorate = rng.choice((_plaster, _stripes, _stripes, _motif, _motif, _wainscot, _wainscot, _two_tone))
    pattern = rng.getrandbits(32)
    for wall, length in room.walls:
        if not stage.camera.faces(wall.origin, wall.out):
            continue
        surface = _Surface(wall.origin, wall.along, UP, (length, room.height), wall.out)
        _paint_wall(stage, surface)
        with (
            stage.painter.transformed(wall_matrix(stage, wall)),
            stage.painter.clipped(rectangle(0.0, 0.0, length, room.height)),
        ):
            decorate(stage, length, room.height, Random(pattern))
            area = rectangle(0.0, room.height - 0.4, length, room.height)
            shade = linear((0.0, room.height), (0.0, room.height - 0.4), [(SHADOW, 0.2), (SHADOW, 0.0)])
            stage.painter.shade(area, shade)
        _skirting(stage, wall, length)


def _paint_level(stage: Stage, surface: _Surface, albedo: Color, element: Element) -> None:
    """Draws the floor or the ceiling, lit from far to near."""
    camera, height = stage.camera, surface.origin[1]
    ahead = [add(camera.eye, camera.forward, d) for d in (2.2, 5.0)]
    points = [(x, height, z) for x, _, z in ahead]
    colors = [stage.light.on(albedo, p, surface.normal) for p in points]
    shader = linear(camera.pixel(points[0]), camera.pixel(points[1]), colors)
    stage.painter.shade(surface.outline(camera), shader, element)
    _pools(stage, surface, albedo)


def _paint_wall(stage: Stage, surface: _Surface) -> None:
    """Draws a wall, darker towards its corners."""
    length, height = surface.size
    colors = []
    for share, shadow in ((0.0, 0.22), (0.25, 0.04), (0.5, 0.0), (0.75, 0.04), (1.0, 0.22)):
        lit = stage.light.at(surface.at(share * length, 1.4), surface.normal, lamps=False)
        colors.append(mix(multiply(stage.scheme.wall, lit), SHADOW, shadow))
    with stage.painter.transformed(stage.camera.plane(surface.origin, surface.u, surface.v)):
        shader = linear((0.0, 0.0), (length, 0.0), colors)
        stage.painter.shade(rectangle(0.0, 0.0, length, height), shader, Element.WALL)
    _pools(stage, surface, stage.scheme.wall)


def _pools(stage: Stage, surface: _Surface, albedo: Color) -> None:
    """Adds the light of each lamp close to a surface."""
    width, height = surface.size
    for lamp in stage.light.lamps:
        offset = add(lamp, surface.origin, -1.0)
        distance = dot(offset, surface.normal)
        if distance > 0.75:
            continue
        s, t = dot(offset, surface.u), dot(offset, surface.v)
        colors = []
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            lit = multiply(albedo, stage.light.pool((distance**2 + (share * _POOL) ** 2) ** 0.5))
            colors.append(mix(lit, (0.0, 0.0, 0.0), share**3))
        left, right = max(0.0, s - _POOL), min(width, s + _POOL)
        low, high = max(0.0, t - _POOL), min(height, t + _POOL)
        with stage.painter.transformed(stage.camera.plane(surface.origin, surface.u, surface.v)):
            pool = radial((s, t), _POOL, colors)
            stage.painter.shade(rectangle(left, low, right, high), pool, blend=skia.BlendMode.kPlus)


def _tint(stage: Stage) -> Color:
    wall, motif = stage.scheme.wall, stage.scheme.motif
    return (motif[0] / wall[0], motif[1] / wall[1], motif[2] / wall[2])


def _plaster(stage: Stage, length: float, height: float, rng: Random) -> None:
    path = skia.Path()
    for _ in range(7):
        x, y, r = rng.uniform(0, length), rng.uniform(0, height), rng.uniform(0.3, 0.6)
        path.moveTo(x - r * 1.6, y).cubicTo(x - r, y + r * 0.5, x, y + r * 0.1, x + r * 1.6, y + r * 0.4)
        path.cubicTo(x + r, y - r * 0.3, x - r, y - r * 0.1, x - r * 1.6, y)
    stage.painter.fill(path, _tint(stage), alpha=0.22, blend=skia.BlendMode.kMultiply)


def _stripes(stage: Stage, length: float, height: float, rng: Random) -> None:
    step = rng.uniform(0.3, 0.46)
    path, x = skia.Path(), step * rng.random()
    while x < length:
        path.addRect(skia.Rect.MakeLTRB(x, 0.0, min(x + step / 2, length), height))
        x += step
    stage.painter.fill(path, _tint(stage), blend=skia.BlendMode.kMultiply)


def _motif(stage: Stage, length: float, height: float, rng: Random) -> None:
    step, leaf = rng.uniform(0.4, 0.5), rng.random() < 0.5
    path = skia.Path()
    for row in range(int(height / step) + 1):
        for column in range(int(length / step) + 1):
            x, y = step * (column + 0.3 + 0.5 * (row % 2)), step * (row + 0.5)
            if x > length - 0.08:
                continue
            if leaf:
                path.moveTo(x, y - 0.13)
                path.quadTo(x - 0.13, y, x, y + 0.13)
                path.quadTo(x + 0.13, y, x, y - 0.13)
            else:
                path.addCircle(x, y, 0.075)
    stage.painter.fill(path, _tint(stage), blend=skia.BlendMode.kMultiply)


def _panelling(stage: Stage, length: float, top: float, albedo: Color, panels: bool) -> None:
    """Draws panelling on the lower wall, preserving the light on it."""
    wall = stage.scheme.wall
    ratio = (albedo[0] / wall[0], albedo[1] / wall[1], albedo[2] / wall[2])
    area = rectangle(0.0, 0.0, length, top)
    darker = (min(1.0, ratio[0]), min(1.0, ratio[1]), min(1.0, ratio[2]))
    stage.painter.fill(area, darker, blend=skia.BlendMode.kMultiply)
    if max(ratio) > 1.0:
        # colour dodge divides by (1 - source), which multiplies by the ratio
        gain = (1 - 1 / max(1.0, ratio[0]), 1 - 1 / max(1.0, ratio[1]), 1 - 1 / max(1.0, ratio[2]))
        stage.painter.fill(area, gain, blend=skia.BlendMode.kColorDodge)
    stage.painter.fill(rectangle(0.0, top - 0.07, length, top - 0.02), SHADOW, alpha=0.18)
    if panels:
        path, width = skia.Path(), length / max(1, round(length / 0.6))
        for i in range(round(length / width)):
            left = i * width + 0.08
            path.addRect(skia.Rect.MakeLTRB(left, 0.24, left + width - 0.16, top - 0.18))
        stage.painter.fill(path, SHADOW, alpha=0.10)


def _wainscot(stage: Stage, length: float, height: float, rng: Random) -> None:
    rng.choice((_stripes, _motif, _plaster))(stage, length, height, rng)
    _panelling(stage, length, rng.uniform(0.85, 1.05), stage.scheme.trim, panels=True)


def _two_tone(stage: Stage, length: float, height: float, rng: Random) -> None:
    top = rng.uniform(1.0, 1.35)
    lower = mix(stage.scheme.motif, stage.scheme.wood, 0.22)
    _panelling(stage, length, min(top, height), lower, panels=False)


def _skirting(stage: Stage, wall: Frame, length: float) -> None:
    top, color = 0.11, stage.scheme.trim
    for a0, a1 in ((0.0, length / 2), (length / 2, length)):
        points = [wall.at(a, h, 0.01) for a, h in ((a0, 0.0), (a1, 0.0), (a1, top), (a0, top))]
        lit = stage.light.on(color, wall.at((a0 + a1) / 2, 0.3, 0.0), wall.out)
        stage.painter.fill(stage.camera.path(*points), mix(lit, SHADOW, 0.1), Element.WALL)


def _paint_floor(stage: Stage, surface: _Surface, rng: Random) -> None:
    tiled = rng.random() < 0.22
    albedo = mix(stage.scheme.trim, stage.scheme.floor, 0.25) if tiled else stage.scheme.floor
    _paint_level(stage, surface, albedo, Element.FLOOR)
    width, depth = surface.size
    with stage.painter.transformed(stage.camera.plane(surface.origin, surface.u, surface.v)):
        (_tiles if tiled else _boards)(stage, width, (0.0, depth - 0.6), rng)
        edge = linear((0.0, 0.0), (0.0, 0.5), [(SHADOW, 0.28), (SHADOW, 0.0)])
        stage.painter.shade(rectangle(0.0, 0.0, width, 0.5), edge)


def _boards(stage: Stage, width: float, reach: Span, rng: Random) -> None:
    dark, light, seams = skia.Path(), skia.Path(), skia.Path()
    board, x = rng.uniform(0.2, 0.27), 0.0
    while x < width:
        y = reach[0] - rng.random()
        while y < reach[1]:
            end = y + rng.uniform(1.0, 1.9)
            tone = rng.random()
            rect = skia.Rect.MakeLTRB(x, max(y, 0.0), min(x + board, width), min(end, reach[1]))
            if tone < 0.35:
                dark.addRect(rect)
            elif tone > 0.7:
                light.addRect(rect)
            seams.addRect(skia.Rect.MakeLTRB(x, end, min(x + board, width), end + 0.02))
            y = end
        seams.addRect(skia.Rect.MakeLTRB(x, 0.0, x + 0.018, reach[1]))
        x += board
    stage.painter.fill(dark, SHADOW, alpha=0.11)
    stage.painter.fill(light, stage.light.on((1.0, 0.9, 0.75), (width / 2, 0.0, 2.5), UP), alpha=0.12)
    stage.painter.fill(seams, SHADOW, alpha=0.26)


def _tiles(stage: Stage, width: float, reach: Span, rng: Random) -> None:
    side = rng.uniform(0.36, 0.46)
    dark = skia.Path()
    for row in range(int(reach[1] / side) + 1):
        for column in range(int(width / side) + 1):
            if (row + column) % 2:
                x, y = column * side, row * side
                dark.addRect(skia.Rect.MakeLTRB(x, y, min(x + side, width), y + side))
    tint = mix(stage.scheme.wood, stage.scheme.accent, rng.choice((0.0, 0.6)))
    stage.painter.fill(dark, tint, alpha=0.55, blend=skia.BlendMode.kMultiply)
