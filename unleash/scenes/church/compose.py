"""Putting a church picture together."""

from math import sin
from random import Random

from unleash.scenes.church import land, sky, trees, weather
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.season import Season, season_of
from unleash.scenes.church.styles import STYLES
from unleash.scenes.church.view import View
from unleash.scenes.light import Light, light_of
from unleash.scenes.painter import SIZE, Painter


def paint_church(painter: Painter, time: str, rng: Random) -> None:
    """Paints a church in its landscape.

    Args:
        painter: an empty one.
        time: "day", "dusk", "night" or "winter".
        rng: decides everything else.
    """
    light, season = light_of(time, rng), season_of(time, rng)
    size = rng.uniform(150, 212)
    site = rng.choices(("meadow", "mound", "lake"), (5, 2, 3))[0]
    view = _view(rng, site, size)
    horizon = view.base - view.eye if site != "mound" else view.base + rng.uniform(8, 20)
    sky.sky(painter, light, time, rng, horizon)
    land.hills(painter, light, season, rng, horizon)
    if rng.random() < 0.6:
        weather.mist(painter, light, horizon, 20, 0.55)
    door = view.point(0, 0, 0)
    land.meadow(painter, light, season, rng, horizon, door if site == "mound" else None)
    _trees(painter, light, season, rng, view, size, behind=True)
    footprint = [
        (-size * 0.22, 0.0),
        (size * 0.22, 0.0),
        (size * 0.22, size * 0.6),
        (-size * 0.22, size * 0.6),
    ]
    if time != "night":
        land.cast_shadow(painter, light, view, footprint, size * 0.6)
    if site != "lake":
        land.road(painter, light, season, rng, door, size * 0.055)
    mason = _build(painter, light, season, rng, view, size)
    weather.glow(mason)
    if light.glow > 0.3:
        weather.spill(painter, light, *door, size * 0.3)
    _trees(painter, light, season, rng, view, size, behind=False)
    if site == "lake":
        land.lake(painter, light, season, rng, view.base + rng.uniform(7, 14))
    elif rng.random() < 0.25:
        gap = (door[0] - size * 0.2, door[0] + size * 0.2)
        land.wall(painter, light, season, rng, min(SIZE - 3.0, view.base + rng.uniform(16, 26)), gap)
    if season.snow and rng.random() < 0.6:
        weather.snowfall(painter, light, rng)
    weather.wash(painter, light, time)


def _view(rng: Random, site: str, size: float) -> View:
    yaw = 0.0 if rng.random() < 0.28 else rng.choice((-1, 1)) * rng.uniform(0.4, 0.78)
    if site == "mound":
        base, eye = rng.uniform(188, 206), rng.uniform(-6, 2)
    elif site == "lake":
        base, eye = rng.uniform(184, 204), rng.uniform(6, 16)
    else:
        base, eye = rng.uniform(204, 230), rng.uniform(12, 34)
    base = max(base, size + 14)
    x = 128 + rng.uniform(-14, 14) - sin(yaw) * size * 0.3
    return View(x, base, eye, 640.0, yaw)


def _build(painter: Painter, light: Light, season: Season, rng: Random, view: View, size: float) -> Mason:
    style = rng.choice(STYLES)
    mason = Mason(painter, light, rng, style.material(rng), season.snow)
    style.build(mason, view, size)
    return mason


_KINDS = (trees.round_tree, trees.round_tree, trees.conifer, trees.poplar)


def _trees(
    painter: Painter, light: Light, season: Season, rng: Random, view: View, size: float, *, behind: bool
) -> None:
    """Trees to both sides of the church: tall ones behind it, small ones and bushes before it."""
    middle = view.x + sin(view.yaw) * size * 0.3
    kind = rng.choice(_KINDS)
    if behind:
        for _ in range(rng.randint(2, 5)):
            side = rng.choice((-1, 1))
            x = middle + side * rng.uniform(size * 0.3, size * 0.75)
            y = view.base - max(2.0, view.eye * 0.5) + rng.uniform(-2, 2)
            kind(painter, light, season, rng, x, y, size * rng.uniform(0.3, 0.5), 0.14)
        return
    for _ in range(rng.randint(0, 2)):
        side = rng.choice((-1, 1))
        x = middle + side * rng.uniform(size * 0.42, size * 0.72)
        kind(painter, light, season, rng, x, view.base + rng.uniform(3, 10), size * rng.uniform(0.3, 0.62))
    for _ in range(rng.randint(1, 4)):
        x = middle + rng.choice((-1, 1)) * rng.uniform(size * 0.2, size * 0.6)
        trees.bush(
            painter, light, season, rng, x, view.base + rng.uniform(2, 6), size * rng.uniform(0.1, 0.2)
        )
