"""Room coordinates in metres (x right, y up, z away from the viewer) and the camera."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import skia

from unleash.scenes.painter import SIZE, Point, polygon

Vector = tuple[float, float, float]
"""A point or direction in the room, in metres."""

UP: Vector = (0.0, 1.0, 0.0)
_NEAR = 0.2


def add(p: Vector, q: Vector, scale: float = 1.0) -> Vector:
    """``p + scale * q``."""
    return (p[0] + scale * q[0], p[1] + scale * q[1], p[2] + scale * q[2])


def dot(p: Vector, q: Vector) -> float:
    """The scalar product of ``p`` and ``q``."""
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]


def unit(p: Vector) -> Vector:
    """``p`` scaled to length 1."""
    length = math.sqrt(dot(p, p))
    return (p[0] / length, p[1] / length, p[2] / length)


def middle(p: Vector, q: Vector) -> Vector:
    """The point half way between ``p`` and ``q``."""
    return ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2)


@dataclass(frozen=True)
class Frame:
    """Local axes at a wall: (a, h, b) are metres along it, up and out of it.

    Args:
        origin: (0, 0, 0) in room coordinates.
        along: unit direction of a; facing the wall it runs from left to right.
        out: unit direction of b, away from the wall.
    """

    origin: Vector
    along: Vector
    out: Vector

    def at(self, a: float, h: float, b: float) -> Vector:
        """The point (a, h, b) in room coordinates."""
        (x, y, z), along, out = self.origin, self.along, self.out
        return (x + a * along[0] + b * out[0], y + h, z + a * along[2] + b * out[2])

    def direction(self, a: float, h: float, b: float) -> Vector:
        """The direction (a, h, b) in room coordinates."""
        along, out = self.along, self.out
        return (a * along[0] + b * out[0], h, a * along[2] + b * out[2])

    def inside(self, p: Vector) -> Vector:
        """The local (a, h, b) of a point in room coordinates."""
        offset = add(p, self.origin, -1.0)
        return (dot(offset, self.along), offset[1], dot(offset, self.out))

    def moved(self, a: float, b: float = 0.0) -> "Frame":
        """The same axes with the origin at (a, 0, b)."""
        return Frame(self.at(a, 0.0, b), self.along, self.out)


@dataclass(frozen=True)
class Camera:
    """A level pinhole camera.

    Args:
        eye: its position.
        yaw: rotation to the right in radians; 0 looks along z.
        focal: focal length in pixels.
        horizon: row of the horizon in pixels from the top.
        mirror: whether to flip the picture horizontally.
    """

    eye: Vector
    yaw: float
    focal: float
    horizon: float
    mirror: bool

    @cached_property
    def forward(self) -> Vector:
        """The viewing direction, a unit vector."""
        return (math.sin(self.yaw), 0.0, math.cos(self.yaw))

    @cached_property
    def right(self) -> Vector:
        """The unit vector that points to the right in the picture."""
        sign = -1.0 if self.mirror else 1.0
        return (sign * math.cos(self.yaw), 0.0, -sign * math.sin(self.yaw))

    def depth(self, p: Vector) -> float:
        """Distance of ``p`` along the viewing direction, in metres."""
        forward = self.forward
        return (p[0] - self.eye[0]) * forward[0] + (p[2] - self.eye[2]) * forward[2]

    def scale(self, p: Vector) -> float:
        """Pixels per metre at ``p``."""
        return self.focal / max(self.depth(p), _NEAR)

    def pixel(self, p: Vector) -> Point:
        """The projection of ``p`` in pixels; points behind the camera are moved to just in front of it."""
        scale = self.focal / max(self.depth(p), _NEAR)
        right = self.right
        across = (p[0] - self.eye[0]) * right[0] + (p[2] - self.eye[2]) * right[2]
        return (SIZE / 2 + scale * across, self.horizon - scale * (p[1] - self.eye[1]))

    def outline(self, points: Sequence[Vector]) -> list[Point]:
        """The projected polygon ``points``, clipped in front of the camera."""
        depths = [self.depth(p) for p in points]
        if min(depths) >= _NEAR:
            return [self.pixel(p) for p in points]
        seen: list[Point] = []
        for i, p in enumerate(points):
            q, dp, dq = points[i - 1], depths[i], depths[i - 1]
            if (dp < _NEAR) != (dq < _NEAR):
                t = (_NEAR - dp) / (dq - dp)
                seen.append(self.pixel(add(p, add(q, p, -1.0), t)))
            if dp >= _NEAR:
                seen.append(self.pixel(p))
        return seen

    def path(self, *points: Vector) -> skia.Path:
        """The polygon ``points`` as a closed path in pixels."""
        return polygon(*self.outline(points))

    def faces(self, p: Vector, normal: Vector) -> bool:
        """Whether a surface through ``p`` with this normal faces the camera."""
        return dot(add(self.eye, p, -1.0), normal) > 0

    def plane(self, origin: Vector, u: Vector, v: Vector) -> skia.Matrix:
        """The matrix that maps (s, t) to the pixel of ``origin + s u + t v``."""
        right, forward = self.right, self.forward

        def column(d: Vector) -> tuple[float, float, float]:
            ahead = dot(d, forward)
            return (
                self.focal * dot(d, right) + SIZE / 2 * ahead,
                -self.focal * d[1] + self.horizon * ahead,
                ahead,
            )

        (xu, yu, wu), (xv, yv, wv), (xo, yo, wo) = map(column, (u, v, add(origin, self.eye, -1.0)))
        return skia.Matrix.MakeAll(xu, xv, xo, yu, yv, yo, wu, wv, wo)
