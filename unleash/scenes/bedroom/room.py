"""The shell of a room: walls, floor, ceiling, and how light lies on them."""

from dataclasses import dataclass
from random import Random

import skia

from unleash.scenes.bedroom.geometry import UP, Frame, Vector, add, dot
from unleash.scenes.bedroom.stage import SHADOW, Span, Stage, floor_matrix, wall_matrix
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix, multiply
from unleash.scenes.painter import linear, radial, rectangle

_POOL = 2.6


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
    def floor(self) -> Frame:
        """The axes of the back wall, whose ``out`` runs over the floor to the viewer."""
        return self.back


def paint_shell(stage: Stage, room: Room, rng: Random) -> None:
    """Draws ceiling, floor and walls with paper or panels, and the lamps' light on them."""
    _paint_ceiling(stage, room)
    _paint_floor(stage, room, rng)
    decorate = rng.choice((_plaster, _stripes, _stripes, _motif, _motif, _wainscot, _wainscot, _two_tone))
    pattern = rng.getrandbits(32)
    for wall, length in ((room.left, room.depth), (room.right, room.depth), (room.back, room.width)):
        if stage.camera.faces(wall.origin, wall.out):
            _paint_wall(stage, room, wall, length)
            with (
                stage.painter.transformed(wall_matrix(stage, wall)),
                stage.painter.clipped(rectangle(0.0, 0.0, length, room.height)),
            ):
                decorate(stage, length, room.height, Random(pattern))
                _corner_shade(stage, length, room.height)
            _skirting(stage, wall, length)


def _paint_ceiling(stage: Stage, room: Room) -> None:
    corners = [(x, room.height, z) for x, z in _around(room)]
    albedo = mix(stage.scheme.trim, stage.scheme.wall, 0.12)
    near, far = (room.width / 2, room.height, 1.0), (room.width / 2, room.height, room.depth)
    _gradient_surface(stage, corners, (far, near), (0.0, -1.0, 0.0), albedo, Element.CEILING)


def _around(room: Room) -> list[tuple[float, float]]:
    return [(0.0, 0.0), (room.width, 0.0), (room.width, room.depth), (0.0, room.depth)]


def _gradient_surface(
    stage: Stage,
    corners: list[Vector],
    ends: tuple[Vector, Vector],
    normal: Vector,
    albedo: Color,
    element: Element,
) -> None:
    path = stage.camera.path(*corners)
    stops = [add(ends[0], add(ends[1], ends[0], -1.0), t) for t in (0.0, 0.5, 1.0)]
    colors = [multiply(albedo, stage.light.at(p, normal, lamps=False)) for p in stops]
    start, end = stage.camera.pixel(ends[0]), stage.camera.pixel(ends[1])
    stage.painter.shade(path, linear(start, end, colors), element)
    _pools(stage, path, corners[0], normal, albedo)


def _pools(stage: Stage, path: skia.Path, origin: Vector, normal: Vector, albedo: Color) -> None:
    """Adds the light of each lamp close to a surface."""
    for lamp in stage.light.lamps:
        distance = dot(add(lamp, origin, -1.0), normal)
        if distance > 1.5:
            continue
        foot = add(lamp, normal, -distance)
        u: Vector = (1.0, 0.0, 0.0) if abs(normal[0]) < 0.5 else (0.0, 0.0, 1.0)
        v: Vector = UP if abs(normal[1]) < 0.5 else (0.0, 0.0, 1.0)
        steps = [_POOL * t for t in (0.0, 0.25, 0.5, 0.75)]
        colors = [multiply(albedo, stage.light.pool((distance**2 + r * r) ** 0.5)) for r in steps]
        matrix = stage.camera.plane(foot, u, v)
        with stage.painter.clipped(path), stage.painter.transformed(matrix):
            pool = radial((0.0, 0.0), _POOL, [*colors, (0.0, 0.0, 0.0)])
            stage.painter.shade(
                rectangle(-_POOL, -_POOL, _POOL, _POOL, _POOL), pool, blend=skia.BlendMode.kPlus
            )


def _paint_wall(stage: Stage, room: Room, wall: Frame, length: float) -> None:
    corners = [wall.at(a, h, 0.0) for a, h in ((0, 0), (length, 0), (length, room.height), (0, room.height))]
    near = 0.35 * length
    ends = {room.left: (near, length), room.right: (0.0, length - near)}.get(wall, (0.0, length))
    points = wall.at(ends[0], 1.4, 0.0), wall.at(ends[1], 1.4, 0.0)
    _gradient_surface(stage, corners, points, wall.out, stage.scheme.wall, Element.WALL)


def _tint(stage: Stage) -> Color:
    wall, motif = stage.scheme.wall, stage.scheme.motif
    return (motif[0] / wall[0], motif[1] / wall[1], motif[2] / wall[2])


def _plaster(stage: Stage, length: float, height: float, rng: Random) -> None:
    path = skia.Path()
    for _ in range(7):
        x, y, r = rng.uniform(0, length), rng.uniform(0, height), rng.uniform(0.3, 0.7)
        path.addOval(skia.Rect.MakeLTRB(x - r, y - r * 0.6, x + r, y + r * 0.6))
    stage.painter.fill(path, _tint(stage), alpha=0.35, blend=skia.BlendMode.kMultiply)


def _stripes(stage: Stage, length: float, height: float, rng: Random) -> None:
    step = rng.uniform(0.3, 0.46)
    path, x = skia.Path(), step * rng.random()
    while x < length:
        path.addRect(skia.Rect.MakeLTRB(x, 0.0, min(x + step / 2, length), height))
        x += step
    stage.painter.fill(path, _tint(stage), blend=skia.BlendMode.kMultiply)


def _motif(stage: Stage, length: float, height: float, rng: Random) -> None:
    step, leaf = rng.uniform(0.34, 0.44), rng.random() < 0.5
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
    """Lays boards of another colour over the lower wall, keeping the light that is on it."""
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
    lower = mix(stage.scheme.wall, stage.scheme.throw, 0.45)
    _panelling(stage, length, min(top, height), lower, panels=False)


def _corner_shade(stage: Stage, length: float, height: float) -> None:
    """Darkens a wall towards its corners and the ceiling, where less light comes."""
    dark, clear = (SHADOW, 0.20), (SHADOW, 0.0)
    for start, end in ((0.0, 0.5), (length, length - 0.5)):
        area = rectangle(min(start, end), 0.0, max(start, end), height)
        stage.painter.shade(area, linear((start, 0.0), (end, 0.0), [dark, (SHADOW, 0.06), clear]))
    area = rectangle(0.0, height - 0.45, length, height)
    stage.painter.shade(area, linear((0.0, height), (0.0, height - 0.45), [dark, clear]))


def _skirting(stage: Stage, wall: Frame, length: float) -> None:
    top, color = 0.11, stage.scheme.trim
    for a0, a1 in ((0.0, length / 2), (length / 2, length)):
        points = [wall.at(a, h, 0.01) for a, h in ((a0, 0.0), (a1, 0.0), (a1, top), (a0, top))]
        lit = stage.light.on(color, wall.at((a0 + a1) / 2, 0.3, 0.0), wall.out)
        stage.painter.fill(stage.camera.path(*points), mix(lit, SHADOW, 0.1), Element.WALL)


def _paint_floor(stage: Stage, room: Room, rng: Random) -> None:
    corners = [(x, 0.0, z) for x, z in _around(room)]
    tiled = rng.random() < 0.22
    albedo = mix(stage.scheme.trim, stage.scheme.floor, 0.25) if tiled else stage.scheme.floor
    near, far = (room.width / 2, 0.0, 1.0), (room.width / 2, 0.0, room.depth)
    _gradient_surface(stage, corners, (far, near), UP, albedo, Element.FLOOR)
    with (
        stage.painter.clipped(stage.camera.path(*corners)),
        stage.painter.transformed(floor_matrix(stage, room.floor)),
    ):
        reach: Span = (0.0, room.depth - 0.6)
        (_tiles if tiled else _boards)(stage, room.width, reach, rng)
        edge = linear((0.0, 0.0), (0.0, 0.5), [(SHADOW, 0.28), (SHADOW, 0.0)])
        stage.painter.shade(rectangle(0.0, 0.0, room.width, 0.5), edge)


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
            seams.addRect(skia.Rect.MakeLTRB(x, end, x + board, end + 0.02))
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
