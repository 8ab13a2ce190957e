"""Where one stands: the projection from the church's own space to the picture."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, sin

import skia

from unleash.scenes.painter import Point

Plan = tuple[float, float]
"""A point of the ground plan: u across the front to the right, v from the front to the back."""

SUN = (0.86, -0.51)
"""Where light from the right comes from, on the ground: to the right and from behind one's back."""


@dataclass(frozen=True)
class View:
    """A perspective with upright verticals; one unit is a pixel at the church's front.

    Args:
        x, base: where on the picture the plan's origin stands.
        eye: how far the horizon is above ``base``.
        distance: how far away one stands.
        yaw: how far the church is turned, in radians; positive shows its right side.
        shift: the origin's offset on the ground, to the right and away.
    """

    x: float
    base: float
    eye: float
    distance: float
    yaw: float
    shift: Point = (0.0, 0.0)

    def ground(self, at: Plan) -> Point:
        """How far right and how far away a point of the plan is."""
        c, s = self._turn
        return (self.shift[0] + at[0] * c + at[1] * s, self.shift[1] - at[0] * s + at[1] * c)

    def scale(self, at: Plan) -> float:
        """Pixels to a unit there."""
        return self.distance / (self.distance + self.ground(at)[1])

    def point(self, u: float, v: float, z: float) -> Point:
        """The pixel that shows the point ``z`` above (u, v)."""
        right, away = self.ground((u, v))
        scale = self.distance / (self.distance + away)
        return (self.x + right * scale, self.base - self.eye + (self.eye - z) * scale)

    def moved(self, u: float, v: float, turn: float = 0.0) -> "View":
        """The same view with the origin at (u, v), and the plan turned to the left by ``turn`` radians."""
        return View(self.x, self.base, self.eye, self.distance, self.yaw - turn, self.ground((u, v)))

    def plane(self, a: Plan, b: Plan) -> skia.Matrix:
        """From a wall's own coordinates to the picture.

        On the wall x runs from ``a`` to ``b`` and y downwards, 0 at the ground.
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
        """Whether one sees the outside of the wall that runs from ``a`` to ``b``, left to right."""
        (ax, ay), (bx, by) = self.ground(a), self.ground(b)
        return bx / (self.distance + by) - ax / (self.distance + ay) > 0.5 / self.distance

    def facing(self, a: Plan, b: Plan, side: float) -> float:
        """How far that wall is turned to a light from ``side``: 0 to 1."""
        (ax, ay), (bx, by) = self.ground(a), self.ground(b)
        length = hypot(bx - ax, by - ay)
        cosine = ((by - ay) * SUN[0] * side - (bx - ax) * SUN[1]) / length
        return min(1.0, max(0.0, 0.4 + 0.66 * cosine))

    @cached_property
    def _turn(self) -> tuple[float, float]:
        return cos(self.yaw), sin(self.yaw)
