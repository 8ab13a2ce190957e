"""Composes a picture of a church."""

from math import sin
from random import Random

from unleash.scenes.church import land, sky, trees, weather, yard
from unleash.scenes.church.contrast import beside_snow, church_light
from unleash.scenes.church.distance import hills
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.season import season_of
from unleash.scenes.church.shadow import cast_shadow
from unleash.scenes.church.styles import STYLES
from unleash.scenes.church.view import View
from unleash.scenes.church.water import lake
from unleash.scenes.church.world import World
from unleash.scenes.light import light_of
from unleash.scenes.painter import SIZE, Painter
from unleash.scenes.stencil import CELL, snap, variant


def paint_church(painter: Painter, time: str, rng: Random) -> None:
    """Paints a church in its landscape.

    Args:
        painter: an empty painter.
        time: "day", "dusk", "night" or "winter".
        rng: decides everything else.
    """
    light, season = light_of(time, rng), season_of(time, rng)
    world = World(painter, light, season, time, rng)
    style, site = rng.choice(STYLES), rng.choice(("meadow", "meadow", "lake"))
    view, size = _view(rng, style.span)
    door = view.point(0, 0, 0)
    horizon = view.base - view.eye
    sky.sky(world.stencil(24), horizon)
    hills(world.stencil(12), horizon)
    if rng.random() < 0.6:
        weather.mist(world, horizon, 20, 0.55)
    land.meadow(world.stencil(4), horizon)
    _grove(world, view, size)
    if time != "night":
        cast_shadow(world, view, size * style.span * 0.52, size)
    if site != "lake":
        land.road(world.stencil(4), door, size * 0.055)
    builder, material = variant(rng, 2), style.material(rng)
    mason = Mason(
        painter,
        church_light(light, time),
        builder,
        beside_snow(material) if season.snow else material,
        season.snow,
    )
    style.build(mason, view, size)
    weather.glow(mason)
    if not season.snow and light.glow:
        weather.spill(world, door, size * 0.3)
    _garden(world, view, size)
    if site == "lake":
        lake(world.stencil(4), view.base + 8)
    else:
        _foreground(world, view, size)
    if season.snow and rng.random() < 0.6:
        weather.snowfall(world.stencil(2))


def _view(rng: Random, span: float) -> tuple[View, float]:
    """The viewpoint and the size of the church; ``span`` is its width relative to its height."""
    yaw, size = rng.choice((-0.56, 0.0, 0.56)), min(180.0, 218 / span)
    x = snap(128 + rng.choice((-16, 0, 16)) - sin(yaw) * size * 0.3)
    return View(x + CELL / 2, 208.0, 16.0, 640.0, yaw), size


_KINDS = (trees.round_tree, trees.round_tree, trees.round_tree, trees.conifer, trees.conifer, trees.poplar)


def _grove(world: World, view: View, size: float) -> None:
    """Draws tall trees behind the church, on both sides."""
    rng = world.rng
    middle, kind = view.x + sin(view.yaw) * size * 0.3, rng.choice(_KINDS)
    for _ in range(rng.randint(2, 5)):
        x = middle + rng.choice((-1, 1)) * rng.uniform(size * 0.32, size * 0.75)
        y = view.base - max(2.0, view.eye * 0.5)
        kind(world.stencil(3), snap(x), y, rng.choice((56.0, 72.0, 88.0)), 0.16)


def _garden(world: World, view: View, size: float) -> None:
    """Draws a few trees and bushes beside the church."""
    rng = world.rng
    middle, kind = view.x + sin(view.yaw) * size * 0.3, rng.choice(_KINDS)
    for _ in range(rng.randint(0, 2)):
        x = middle + rng.choice((-1, 1)) * rng.uniform(size * 0.46, size * 0.72)
        kind(world.stencil(3), snap(x), view.base + 8, rng.choice((64.0, 80.0, 104.0)))
    for _ in range(rng.randint(1, 4)):
        x = middle + rng.choice((-1, 1)) * rng.uniform(size * 0.2, size * 0.6)
        trees.bush(world.stencil(3), snap(x), view.base + 4, rng.choice((24.0, 32.0)))


def _foreground(world: World, view: View, size: float) -> None:
    """Draws what is between the viewer and the church, often nothing."""
    rng = world.rng
    kind = rng.choice(("none", "none", "wall", "hedge", "fence", "flowers"))
    world = world.stencil(4)
    y = min(SIZE - 4.0, view.base + 20)
    gap = (snap(view.x - size * 0.17), snap(view.x + size * 0.17))
    if kind == "wall":
        yard.wall(world, y, gap)
    elif kind == "hedge":
        for left, right in ((-10.0, gap[0]), (gap[1], SIZE + 10.0)):
            trees.hedge(world, left, right, y, rng.uniform(9, 13))
    elif kind == "fence":
        yard.fence(world, y, gap)
    elif kind == "flowers" and not world.season.snow:
        yard.flowers(world, view.base + 12)
