"""Contrast between a church and its sky and ground, which share the same light."""

from dataclasses import replace

from unleash.scenes.church.mason import Material
from unleash.scenes.light import Light, hex_color, mix, multiply

FLOODLIGHT = 0.75
"""At night: the share of floodlight, rather than moonlight, on a church."""
LAMPS_KEY, LAMPS_FILL = hex_color("#f0c890"), hex_color("#94707a")
BACKLIGHT = hex_color("#8f8ab4")
"""At dusk: multiplies the light on a church, since the sky behind it is brighter."""
BESIDE_SNOW = hex_color("#f0dabb")
"""In snow: multiplies the colour of walls, which look yellower beside it."""


def church_light(light: Light, time: str) -> Light:
    """The light on a church in a landscape lit by ``light``; ``time`` as in ``light_of``."""
    if time == "night":
        key, fill = mix(light.key, LAMPS_KEY, FLOODLIGHT), mix(light.fill, LAMPS_FILL, FLOODLIGHT)
        return replace(light, key=key, fill=fill)
    if time == "dusk":
        return replace(light, key=multiply(light.key, BACKLIGHT), fill=multiply(light.fill, BACKLIGHT))
    return light


def beside_snow(material: Material) -> Material:
    """The colours of a building surrounded by snow."""
    return replace(material, wall=multiply(material.wall, BESIDE_SNOW))
