"""Gothic churches."""

from math import copysign

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.roofs import gabled, pyramid, slope
from unleash.scenes.church.solids import block, octagon
from unleash.scenes.church.towers import tower
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import front_wall, long_wall
from unleash.scenes.classes import Element


def cathedral(mason: Mason, view: View, size: float) -> None:
    """Draws two towers at the front, a rose window between them, aisles with buttresses."""
    rng = mason.rng
    crown = rng.choice(("needle", "steeple"))
    wide = size * rng.uniform(0.17, 0.2)
    walls = size * {"needle": 0.57, "steeple": 0.64}[crown]
    nave, high = size * rng.uniform(0.22, 0.27), size * rng.uniform(0.42, 0.47)
    length, rise = size * rng.uniform(0.65, 0.8), size * 0.18
    near = copysign((nave + wide) / 2, view.yaw)
    tower(mason, view.moved(-near, wide / 2), wide, walls, kind="pointed", crown=crown)
    if rng.random() < 0.5:
        pyramid(mason, view.moved(0, length * 0.55), octagon(nave * 0.26), high, high + rise + size * 0.3)
    gabled(
        mason,
        view.moved(0, wide * 0.2),
        nave,
        length,
        high,
        rise,
        front=front_wall(mason, "pointed", nave * 0.42, over=rise),
        side=long_wall(mason, "pointed", size * 0.12),
    )
    _aisle(mason, view, copysign(1.0, near), nave / 2, wide * 0.8, (wide * 0.9, length), size * 0.23)
    tower(mason, view.moved(near, wide / 2), wide, walls, kind="pointed", crown=crown)


def _aisle(
    mason: Mason, view: View, side: float, inner: float, wide: float, ends: tuple[float, float], high: float
) -> None:
    """Draws the aisle on the right (``side`` 1) or left (-1), from v = ends[0] to ends[1]."""
    outer, (start, stop) = side * (inner + wide), ends
    near, far = (outer, start), (outer, stop)
    a, b = (near, far) if side > 0 else (far, near)
    if not view.visible(a, b):
        return
    block(mason, view, [a, b], 0, high, Element.WALL, long_wall(mason, "pointed", high * 0.6, piers=True))
    facing = min(1.0, view.facing(a, b, mason.light.side) * 0.75 + 0.28)
    top, wall = high + wide * 0.55, side * inner
    corners = ((*a, high), (*b, high), (wall, b[1], top), (wall, a[1], top))
    slope(mason, view, corners, facing, mason.material.roof)
