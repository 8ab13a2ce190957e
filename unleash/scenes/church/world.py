"""What every part of a landscape needs to draw itself."""

from dataclasses import dataclass, replace
from random import Random

from unleash.scenes.church.season import Season
from unleash.scenes.light import Color, Light
from unleash.scenes.painter import Painter
from unleash.scenes.stencil import variant


@dataclass(frozen=True)
class World:
    """A painter at work outdoors.

    Args:
        painter: draws.
        light, season: decide the colours.
        time: "day", "dusk", "night" or "winter".
        rng: decides everything else.
    """

    painter: Painter
    light: Light
    season: Season
    time: str
    rng: Random

    def tone(self, albedo: Color, facing: float, far: float = 0.0) -> Color:
        """The colour seen of a surface (see ``Light.shade``)."""
        return self.light.shade(albedo, facing, far)

    def stencil(self, count: int) -> "World":
        """The same world for a thing that has ``count`` variants."""
        return replace(self, rng=variant(self.rng, count))
