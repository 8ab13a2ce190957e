"""The context of every drawing function of a room, and basic solids."""

from collections.abc import Sequence
from dataclasses import dataclass

import skia

from unleash.scenes.bedroom.colours import Scheme
from unleash.scenes.bedroom.geometry import UP, Camera, Frame, Vector, add, middle
from unleash.scenes.bedroom.lighting import RoomLight
from unleash.scenes.classes import Element
from unleash.scenes.light import Color
from unleash.scenes.painter import Painter, Point, linear

SHADOW: Color = (0.10, 0.08, 0.16)
"""The colour of shadows: violet, since black looks dirty."""


@dataclass(frozen=True)
class Stage:
    """The painter, camera, light and colours of one room."""

    painter: Painter
    camera: Camera
    light: RoomLight
    scheme: Scheme


def face(
    stage: Stage, points: Sequence[Vector], normal: Vector, albedo: Color, element: Element | None
) -> skia.Path:
    """Draws a flat four-sided face, lit from its first edge to its third, and returns its outline."""
    path = stage.camera.path(*points)
    start, end = middle(points[0], points[1]), middle(points[2], points[3])
    colors = [stage.light.on(albedo, p, normal) for p in (start, end)]
    if max(abs(a - b) for a, b in zip(*colors, strict=True)) < 0.03:
        stage.painter.fill(path, colors[0], element)
    else:
        ends = [stage.camera.pixel(p) for p in (start, end)]
        stage.painter.shade(path, linear(ends[0], ends[1], colors), element)
    return path


Span = tuple[float, float]
"""From and to, in metres along an axis of a frame."""


def box(
    stage: Stage, frame: Frame, a: Span, h: Span, b: Span, albedo: Color, element: Element = Element.FURNITURE
) -> None:
    """Draws the visible sides of a box, with extents in the axes of ``frame``.

    The side towards the wall is never visible.
    """
    (a0, a1), (h0, h1), (b0, b1) = a, h, b
    eye = frame.inside(stage.camera.eye)
    sides: list[tuple[Vector, tuple[Vector, ...]]] = []
    if not a0 <= eye[0] <= a1:
        near, sign = (a0, -1) if eye[0] < a0 else (a1, 1)
        sides.append(((sign, 0, 0), ((near, h0, b0), (near, h0, b1), (near, h1, b1), (near, h1, b0))))
    if eye[2] > b1:
        sides.append(((0, 0, 1), ((a0, h0, b1), (a1, h0, b1), (a1, h1, b1), (a0, h1, b1))))
    if eye[1] > h1:
        sides.append(((0, 1, 0), ((a0, h1, b0), (a1, h1, b0), (a1, h1, b1), (a0, h1, b1))))
    elif eye[1] < h0:
        sides.append(((0, -1, 0), ((a0, h0, b0), (a1, h0, b0), (a1, h0, b1), (a0, h0, b1))))
    for direction, corners in sides:
        points = [frame.at(*corner) for corner in corners]
        face(stage, points, frame.direction(*direction), albedo, element)


def contact_shadow(stage: Stage, frame: Frame, a: Span, b: Span, strength: float = 0.45) -> None:
    """Darkens the floor under and around a piece of furniture."""
    grown = ((a[0] - 0.05, b[0]), (a[1] + 0.05, b[0]), (a[1] + 0.05, b[1] + 0.06), (a[0] - 0.05, b[1] + 0.06))
    path = stage.camera.path(*(frame.at(s, 0.0, t) for s, t in grown))
    stage.painter.fill(path, SHADOW, alpha=strength, blur=2.5)


def soft_polygon(points: Sequence[Point], softness: float = 0.35) -> skia.Path:
    """A closed path along ``points``, its corners rounded over a fraction ``softness`` of each side."""
    path = skia.Path()
    for i, (x, y) in enumerate(points):
        (px, py), (qx, qy) = points[i - 1], points[(i + 1) % len(points)]
        enter = (x + (px - x) * softness, y + (py - y) * softness)
        leave = (x + (qx - x) * softness, y + (qy - y) * softness)
        if i:
            path.lineTo(*enter)
        else:
            path.moveTo(*enter)
        path.quadTo(x, y, *leave)
    path.close()
    return path


def wall_matrix(stage: Stage, frame: Frame, b: float = 0.0) -> skia.Matrix:
    """Maps (metres along, metres up) on the plane ``b`` metres in front of a wall to pixels."""
    return stage.camera.plane(frame.at(0.0, 0.0, b), frame.along, UP)


def floor_matrix(stage: Stage, frame: Frame, h: float = 0.0) -> skia.Matrix:
    """Maps (metres along, metres out) on the plane ``h`` metres above the floor to pixels."""
    return stage.camera.plane(add(frame.origin, UP, h), frame.along, frame.out)
