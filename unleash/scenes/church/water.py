"""A lake."""

import skia

from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import hex_color, mix
from unleash.scenes.painter import SIZE, linear, rectangle


def lake(world: World, shore: float) -> None:
    """Draws still water from ``shore`` to the bottom edge, reflecting the picture above it."""
    painter, light, season, rng = world.painter, world.light, world.season, world.rng
    tint = mix(light.middle, hex_color("#2c5068"), 0.35 if not season.snow else 0.15)
    painter.mirror_below(shore, SIZE - shore, tint, 0.4)
    water = rectangle(0, shore, SIZE, SIZE)
    painter.shade(water, linear((0, shore), (0, SIZE), [(light.horizon, 0.2), (light.zenith, 0.45)]))
    ripples = skia.Path()
    for _ in range(12):
        t = rng.random()
        y, x = shore + 5 + (SIZE - shore - 7) * t, rng.uniform(0, SIZE)
        half = 8 + 26 * t * rng.uniform(0.5, 1.2)
        ripples.addOval(skia.Rect.MakeLTRB(x - half, y - 0.9 - t, x + half, y + 0.9 + t))
    painter.fill(ripples, light.horizon, alpha=0.42)
    shadow, bank, reeds = skia.Path(), skia.Path(), skia.Path()
    for path, drop in ((shadow, 3.0), (bank, 0.0)):
        path.moveTo(0, shore - 4)
        path.lineTo(SIZE, shore - 4)
        path.lineTo(SIZE, shore + drop)
    for i in range(8, -1, -1):
        x, y = i * 32.0, shore + rng.uniform(-2.0, 3.5)
        bank.quadTo(x + 16, y + rng.uniform(-2, 3), x, y)
        shadow.quadTo(x + 16, y + 5, x, y + 3)
    for _ in range(rng.randint(0, 3)):
        left = rng.uniform(0, SIZE)
        for i in range(6):
            x, high = left + i * 3.6, rng.uniform(8, 17)
            reeds.moveTo(x, shore + 4)
            reeds.quadTo(x, shore - high * 0.5, x + rng.uniform(-3, 3), shore - high)
    element = Element.SNOW if season.snow else Element.GRASS
    painter.fill(shadow, mix(tint, (0.05, 0.06, 0.16), 0.5), alpha=0.5)
    painter.fill(bank, world.tone(season.grass, 0.42 if season.snow else 0.3), element)
    painter.stroke(reeds, world.tone(hex_color("#8a8a4e"), 0.3), 1.8, Element.GRASS)
