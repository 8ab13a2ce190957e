"""Effects over the finished picture: glow, mist and snowfall."""

import skia

from unleash.scenes.church.mason import SNOW, Mason
from unleash.scenes.church.world import World
from unleash.scenes.light import hex_color
from unleash.scenes.painter import SIZE, Point, ellipse, linear, radial, rectangle

WARM = hex_color("#ffb85c")


def glow(mason: Mason) -> None:
    """Draws halos around the lamps, as strong as the light's ``glow``."""
    strength = 0.3 * mason.light.glow**3
    if strength < 0.2:
        return
    for (x, y), radius, share in mason.lamps:
        reach = min(40.0, radius * 1.45)
        halo = radial((x, y), reach, [(WARM, strength * share), (WARM, strength * share * 0.32), (WARM, 0.0)])
        mason.painter.shade(ellipse(x, y, reach, reach), halo, blend=skia.BlendMode.kScreen)


def spill(world: World, door: Point, wide: float) -> None:
    """Draws lamplight on the ground in front of a door, ``wide`` pixels to each side."""
    strength, (x, y) = 0.6 * world.light.glow**1.5, door
    pool = radial((x, y + 2), wide, [(WARM, strength), (WARM, strength * 0.35), (WARM, 0.0)])
    squash = skia.Matrix.Translate(0, y * 0.62).preScale(1, 0.38)
    with world.painter.transformed(squash):
        world.painter.shade(ellipse(x, y + 2, wide, wide), pool, blend=skia.BlendMode.kScreen)


def mist(world: World, y: float, deep: float, strength: float) -> None:
    """Draws a band of haze at row ``y``, fading out ``deep`` pixels above and below."""
    haze = world.light.haze
    fade = linear((0, y - deep), (0, y + deep), [(haze, 0.0), (haze, strength), (haze, 0.0)])
    world.painter.shade(rectangle(0, y - deep, SIZE, y + deep), fade)


def snowfall(world: World) -> None:
    """Draws large soft flakes, with small faint ones between them."""
    near, far, rng = skia.Path(), skia.Path(), world.rng
    for _ in range(18):
        near.addCircle(rng.uniform(0, SIZE), rng.uniform(0, SIZE), rng.uniform(1.7, 2.5))
        far.addCircle(rng.uniform(0, SIZE), rng.uniform(0, SIZE), 1.3)
        far.addCircle(rng.uniform(0, SIZE), rng.uniform(0, SIZE), 1.3)
    world.painter.fill(far, world.tone(SNOW, 0.9), alpha=0.65)
    world.painter.fill(near, world.tone(SNOW, 1.0), alpha=0.85)
