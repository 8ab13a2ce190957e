"""The viewpoint: projection from church coordinates to the picture."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, sin

import skia

from unleash.scenes.painter import Point

Plan = tuple[float, float]
"""A point of the ground plan: u across the front to the right, v from the front to the back."""

SUN = (0.86, -0.51)
"""Direction of light from the right, on the ground: from the right and behind the viewer."""


@dataclass(frozen=True)
class View:
    """A two-point perspective; one unit is a pixel at the front of the church.

    Args:
        x, base: pixel of the plan's origin.
        eye: height of the horizon above ``base``.
        distance: of the viewer.
        yaw: rotation of the church in radians; positive shows its right side.
        shift: the origin's offset on the ground, to the right and away.
    """

    x: float
    base: float
    eye: float
    distance: float
    yaw: float
    shift: Point = (0.0, 0.0)

    def ground(self, at: Plan) -> Point:
        """Offset of a point of the plan on the ground: to the right, away from the viewer."""
        c, s = self._turn
        return (self.shift[0] + at[0] * c + at[1] * s, self.shift[1] - at[0] * s + at[1] * c)

    def scale(self, at: Plan) -> float:
        """Pixels per unit at a point of the plan."""
        return self.distance / (self.distance + self.ground(at)[1])

    def point(self, u: float, v: float, z: float) -> Point:
        """The pixel of the point at height ``z`` above (u, v)."""
        right, away = self.ground((u, v))
        scale = self.distance / (self.distance + away)
        return (self.x + right * scale, self.base - self.eye + (self.eye - z) * scale)

    def moved(self, u: float, v: float, turn: float = 0.0) -> "View":
        """The same view with the origin at (u, v) and the plan rotated to the left by ``turn`` radians."""
        return View(self.x, self.base, self.eye, self.distance, self.yaw - turn, self.ground((u, v)))

    def plane(self, a: Plan, b: Plan) -> skia.Matrix:
        """The matrix from wall coordinates to pixels.

        On the wall, x runs from ``a`` to ``b`` and y downwards, 0 at the ground.
        """
        (ax, ay), (bx, by) = self.ground(a), self.ground(b)
        length = hypot(bx - ax, by - ay)
        dx, dy = (bx - ax) / length, (by - ay) / length
        far, d, horizon = self.distance + ay, self.distance, self.base - self.eye
        return skia.Matrix.MakeAll(
            self.x * dy + d * dx, 0.0, self.x * far + d * ax,
            horizon * dy, d, horizon * far + self.eye * d,
            dy, 0.0, far,
        )  # fmt: skip

    def visible(self, a: Plan, b: Plan) -> bool:
        """Whether the outside of the wall from ``a`` to ``b``, left to right, faces the viewer."""
        (ax, ay), (bx, by) = self.ground(a), self.ground(b)
        return bx / (self.distance + by) - ax / (self.distance + ay) > 0.5 / self.distance

    def facing(self, a: Plan, b: Plan, side: float) -> float:
        """How far the wall from ``a`` to ``b`` is turned to a light from ``side``, 0 to 1."""
        (ax, ay), (bx, by) = self.ground(a), self.ground(b)
        length = hypot(bx - ax, by - ay)
        cosine = ((by - ay) * SUN[0] * side - (bx - ax) * SUN[1]) / length
        return min(1.0, max(0.0, 0.4 + 0.66 * cosine))

    @cached_property
    def _turn(self) -> tuple[float, float]:
        return cos(self.yaw), sin(self.yaw)
