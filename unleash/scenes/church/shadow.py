"""The shadow a church casts on the ground."""

from unleash.scenes.church.view import SUN, View
from unleash.scenes.church.world import World
from unleash.scenes.light import mix
from unleash.scenes.painter import Point, polygon


def cast_shadow(world: World, view: View, wide: float, high: float) -> None:
    """Draws the shadow of a church ``wide`` units wide and deep, with a tower ``high`` units tall."""
    light = world.light
    feet = [view.ground(at) for at in ((-wide / 2, 0), (wide / 2, 0), (wide / 2, wide), (-wide / 2, wide))]
    flat = View(view.x, view.base, view.eye, view.distance, 0.0)
    color = mix(light.fill, (0.08, 0.08, 0.24), 0.55)
    for share, reach in ((0.4, high), (1.0, high * 0.5)):
        dx, dy = -SUN[0] * light.side * reach * 0.7, -SUN[1] * reach * 0.3
        base = [(x * share, y * share) for x, y in feet]
        hull = _hull(base + [(x + dx, y + dy) for x, y in base])
        shape = polygon(*(flat.point(x, y, 0) for x, y in hull))
        world.painter.fill(shape, color, alpha=0.3)


def _hull(points: list[Point]) -> list[Point]:
    """The convex hull, by Andrew's monotone chain."""
    ordered = sorted(points)
    chains: list[Point] = []
    for run in (ordered, ordered[::-1]):
        chain: list[Point] = []
        for p in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        chains += chain[:-1]
    return chains


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
