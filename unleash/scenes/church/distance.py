"""The far distance: hills, mountains, a village."""

import skia

from unleash.scenes.church.land import below, skyline
from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.trees import forest
from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import hex_color, mix
from unleash.scenes.painter import SIZE, linear, polygon, rectangle


def hills(world: World, horizon: float) -> None:
    """Draws ranges of hills that fade with distance, with woods or a village at their foot."""
    season, rng = world.season, world.rng
    if rng.random() < 0.35:
        mountains(world, horizon - rng.uniform(4, 12), rng.uniform(44, 84))
    layers = rng.randint(1, 3)
    for i in range(layers):
        nearness = (i + 1) / layers
        far = 0.8 - 0.42 * nearness
        lift = (1 - nearness) * rng.uniform(18, 40) + 9
        base = horizon - lift
        crest = skyline(world, base, lift * 0.6, rng.uniform(2.2, 4.4))
        color = mix(season.hills, season.grass, 0.5 * nearness)
        top, low = world.tone(color, 0.8, far), world.tone(color, 0.55, min(1.0, far + 0.22))
        if i == 0:
            fade = linear((0, base - lift), (0, horizon), [top, low])
            world.painter.shade(below(crest, horizon + 9), fade, Element.HILL)
        else:
            world.painter.fill(below(crest, horizon + 9), mix(top, low, 0.4), Element.HILL)
    for _ in range(rng.randint(1, 3)):
        left, high = rng.uniform(-30, 200), rng.uniform(9, 16)
        forest(world, left, left + rng.uniform(50, 130), horizon + 1, high, 0.38)
    if rng.random() < 0.4:
        village(world, rng.choice((0.0, 168.0)), horizon + 3)


def mountains(world: World, foot: float, high: float) -> None:
    """Draws a range of rocky, snow-capped peaks."""
    painter, light, rng = world.painter, world.light, world.rng
    whole, lit, caps, shaded = (skia.Path() for _ in range(4))
    x = rng.uniform(-60, -10)
    while x < SIZE + 30:
        half = rng.uniform(38, 74)
        top, mid = foot - high * rng.uniform(0.55, 1.0), x + rng.uniform(-8, 8)
        tip, left, right = (x, top), (x - half, foot + 8), (x + half, foot + 8)
        whole.addPath(polygon(left, tip, right))
        sunny, hidden = (right, left) if light.side > 0 else (left, right)
        lit.addPath(polygon(tip, (mid, foot + 8), sunny))
        shaded.addPath(polygon(tip, (mid, foot + 8), hidden))
        deep = rng.uniform(0.3, 0.42)
        for side in (left, right):
            edge = (x + (side[0] - x) * deep, top + (foot + 8 - top) * deep)
            inner = (x + (side[0] - x) * deep * 0.45, edge[1] - (edge[1] - top) * 0.22)
            caps.addPath(polygon(tip, edge, inner, (x + (mid - x) * deep, edge[1] + 2)))
        x += half * rng.uniform(0.9, 1.3)
    rock = hex_color("#8791ac")
    painter.fill(whole, world.tone(rock, 0.1, 0.5), Element.HILL)
    painter.fill(lit, world.tone(rock, 1.0, 0.5))
    painter.fill(caps, world.tone(SNOW, 0.9, 0.3))
    with painter.clipped(shaded):
        painter.fill(caps, world.tone(SNOW, 0.2, 0.4))
    fade = linear((0, foot - high * 0.5), (0, foot + 8), [(light.haze, 0.0), (light.haze, 0.75)])
    painter.shade(rectangle(0, foot - high * 0.5, SIZE, foot + 9), fade)


def village(world: World, left: float, y: float) -> None:
    """Draws a few distant houses from ``left`` to the right, standing at ``y``."""
    painter, rng = world.painter, world.rng
    fronts, roofs, lights = skia.Path(), skia.Path(), skia.Path()
    x = left
    for _ in range(rng.randint(3, 5)):
        wide, high = rng.uniform(13, 20), rng.uniform(7, 10)
        foot = y + rng.uniform(-1, 3)
        fronts.addRect(skia.Rect.MakeLTRB(x, foot - high, x + wide, foot))
        roofs.addPath(
            polygon(
                (x - 2, foot - high),
                (x + wide * 0.2, foot - high * 1.85),
                (x + wide * 0.8, foot - high * 1.85),
                (x + wide + 2, foot - high),
            )
        )
        lights.addRect(skia.Rect.MakeXYWH(x + wide * rng.uniform(0.2, 0.6), foot - high * 0.72, 3.2, 3.6))
        x += wide * rng.uniform(0.9, 1.4)
    far = 0.22
    painter.fill(fronts, world.tone(hex_color("#e8d8bc"), 0.6, far), Element.WALL)
    roof = world.tone(SNOW if world.season.snow else hex_color("#b8684c"), 0.75, far)
    painter.fill(roofs, roof, Element.ROOF)
    pane = mix(
        world.tone(hex_color("#4a5468"), 0.5, far), hex_color("#ffd98c"), min(1.0, world.light.glow * 1.3)
    )
    painter.fill(lights, pane, Element.WINDOW)
