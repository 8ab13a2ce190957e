"""What sets a church off from a sky and a ground that have the colours of the same light."""

from dataclasses import replace

from unleash.scenes.church.mason import Material
from unleash.scenes.light import Light, hex_color, mix, multiply

FLOODLIGHT = 0.75
"""At night: how far a church's light is that of lamps at its foot, and not the moon's."""
LAMPS_KEY, LAMPS_FILL = hex_color("#f0c890"), hex_color("#94707a")
BACKLIGHT = hex_color("#8f8ab4")
"""At dusk the sky behind a church outshines it: what its light is multiplied with."""
BESIDE_SNOW = hex_color("#f0dabb")
"""Walls look yellower where snow lies: what their colour is multiplied with."""


def church_light(light: Light, time: str) -> Light:
    """The light on a church, where ``light`` falls on its landscape; ``time`` as for ``light_of``."""
    if time == "night":
        key, fill = mix(light.key, LAMPS_KEY, FLOODLIGHT), mix(light.fill, LAMPS_FILL, FLOODLIGHT)
        return replace(light, key=key, fill=fill)
    if time == "dusk":
        return replace(light, key=multiply(light.key, BACKLIGHT), fill=multiply(light.fill, BACKLIGHT))
    return light


def beside_snow(material: Material) -> Material:
    """The building's colours as they look where snow lies."""
    return replace(material, wall=multiply(material.wall, BESIDE_SNOW))
