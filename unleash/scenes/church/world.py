"""The context in which all parts of a landscape are drawn."""

from dataclasses import dataclass, replace
from random import Random

from unleash.scenes.church.season import Season
from unleash.scenes.light import Color, Light
from unleash.scenes.painter import Painter
from unleash.scenes.stencil import variant


@dataclass(frozen=True)
class World:
    """The drawing context of a landscape.

    Args:
        painter: draws it.
        light, season: determine the colours.
        time: "day", "dusk", "night" or "winter".
        rng: decides everything else.
    """

    painter: Painter
    light: Light
    season: Season
    time: str
    rng: Random

    def tone(self, albedo: Color, facing: float, far: float = 0.0) -> Color:
        """The visible colour of a surface (see ``Light.shade``)."""
        return self.light.shade(albedo, facing, far)

    def stencil(self, count: int) -> "World":
        """The same context, with randomness for a thing that has ``count`` variants (see ``variant``)."""
        return replace(self, rng=variant(self.rng, count))
