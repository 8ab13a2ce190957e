"""The context in which all parts of a building are drawn."""

from dataclasses import dataclass, field
from random import Random

from unleash.scenes.light import Color, Light, hex_color, mix, multiply
from unleash.scenes.painter import Painter, Point

SNOW = hex_color("#f6f8fb")
"""Snow in white light."""


@dataclass(frozen=True)
class Material:
    """The colours of a building in white light."""

    wall: Color
    trim: Color
    roof: Color
    top: Color
    wood: Color
    texture: str
    """"stone", "plaster" or "boards"."""


@dataclass(frozen=True)
class Mason:
    """The drawing context of a building.

    Args:
        lamps: light sources, as (pixel, radius in pixels, strength); appended by the parts as they are drawn.
    """

    painter: Painter
    light: Light
    rng: Random
    material: Material
    snow: bool
    lamps: list[tuple[Point, float, float]] = field(default_factory=list)

    def tone(self, albedo: Color, facing: float, lightness: float = 1.0) -> Color:
        """The colour of a surface turned to the light by ``facing``, scaled by ``lightness``."""
        return multiply(self.light.shade(albedo, facing, 0.03), (lightness, lightness, lightness))

    def white(self, facing: float) -> Color:
        """The colour of snow turned to the light by ``facing``."""
        return self.light.shade(SNOW, 0.35 + 0.65 * facing)

    def glass(self, facing: float) -> tuple[Color, Color]:
        """The colours of a window at its top and its bottom."""
        dark = mix(self.light.shade(hex_color("#3c4a60"), facing), self.light.middle, 0.18)
        glow = min(1.0, self.light.glow * 1.25)
        return (mix(dark, hex_color("#ffcf74"), glow), mix(dark, hex_color("#ffe9ad"), glow))
