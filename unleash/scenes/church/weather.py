"""What lies over the finished picture: glow, mist, snowfall, and the light that ties it together."""

from random import Random

import skia

from unleash.scenes.church.mason import SNOW, Mason
from unleash.scenes.light import Light, hex_color, mix
from unleash.scenes.painter import SIZE, Painter, ellipse, linear, radial, rectangle

WARM = hex_color("#ffb85c")


def glow(mason: Mason) -> None:
    """Halos around the lamps, as strong as the light's ``glow``."""
    strength = 0.42 * mason.light.glow**1.5
    if not strength:
        return
    for (x, y), radius, share in mason.lamps:
        reach = radius * 1.7
        halo = radial((x, y), reach, [(WARM, strength * share), (WARM, strength * share * 0.3), (WARM, 0.0)])
        mason.painter.shade(ellipse(x, y, reach, reach), halo, blend=skia.BlendMode.kScreen)


def spill(painter: Painter, light: Light, x: float, y: float, wide: float) -> None:
    """Lamplight on the ground before a door at (x, y)."""
    strength = 0.6 * light.glow**1.5
    pool = radial((x, y + 2), wide, [(WARM, strength), (WARM, strength * 0.35), (WARM, 0.0)])
    squash = skia.Matrix.Translate(0, y * 0.62).preScale(1, 0.38)
    with painter.transformed(squash):
        painter.shade(ellipse(x, y + 2, wide, wide), pool, blend=skia.BlendMode.kScreen)


def mist(painter: Painter, light: Light, y: float, deep: float, strength: float) -> None:
    """A band of haze around the height ``y``, fading out ``deep`` pixels above and below."""
    band = rectangle(0, y - deep, SIZE, y + deep)
    fade = linear(
        (0, y - deep), (0, y + deep), [(light.haze, 0.0), (light.haze, strength), (light.haze, 0.0)]
    )
    painter.shade(band, fade)


def snowfall(painter: Painter, light: Light, rng: Random) -> None:
    """Large soft flakes."""
    near, far = skia.Path(), skia.Path()
    for i in range(56):
        x, y = rng.uniform(0, SIZE), rng.uniform(0, SIZE)
        (near if i % 3 == 0 else far).addCircle(x, y, rng.uniform(1.7, 2.5) if i % 3 == 0 else 1.3)
    painter.fill(far, light.shade(SNOW, 0.9), alpha=0.65)
    painter.fill(near, light.shade(SNOW, 1.0), alpha=0.85)


def wash(painter: Painter, light: Light, time: str) -> None:
    """A last thin glaze: warmth from the light's side, shade in the far corner."""
    start, end = (128 - 150 * light.side, 256.0), (128 + 150 * light.side, 0.0)
    warm = mix(light.horizon, light.key, 0.5)
    cold = mix(light.zenith, (0.1, 0.08, 0.25), 0.5)
    strength = {"day": 0.16, "dusk": 0.32, "night": 0.2, "winter": 0.12}[time]
    stops = [(cold, strength), (cold, 0.0), (warm, strength)]
    painter.shade(rectangle(0, 0, SIZE, SIZE), linear(start, end, stops), blend=skia.BlendMode.kSoftLight)
