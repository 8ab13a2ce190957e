"""The architectural styles and their colours."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from unleash.scenes.church.domed import eastern
from unleash.scenes.church.gothic import cathedral
from unleash.scenes.church.mason import Mason, Material
from unleash.scenes.church.view import View
from unleash.scenes.church.village import chapel, parish
from unleash.scenes.light import hex_color


@dataclass(frozen=True)
class Style:
    """An architectural style.

    Args:
        build: draws a church of a given height, with its front at v = 0.
        span: approximate width relative to the height.
        walls, trims, roofs, tops, woods: hex colours to choose from.
        texture: of the walls, see ``Material``.
    """

    build: Callable[[Mason, View, float], None]
    span: float
    walls: str
    trims: str
    roofs: str
    tops: str
    woods: str = "#7a4f33 #5d4636"
    texture: str = "stone"

    def material(self, rng: Random) -> Material:
        """Chooses the colours of one building at random."""
        choices = (self.walls, self.trims, self.roofs, self.tops, self.woods)
        wall, trim, roof, top, wood = (hex_color(rng.choice(codes.split())) for codes in choices)
        return Material(wall, trim, roof, top, wood, self.texture)


STONES = "#d8ccb0 #c2c0ba #d8b48c"
PLASTERS = "#f2d389 #eebfa8 #f6efe0"
WHITES = "#f6f2e8 #f2e6d0"
PAINTS = "#b2493a #c99a4a"
SLATES = "#5c6b7e #4f6674"
TILES = "#b8583c"
COPPERS = "#6fae98"
CREAM = "#fbf6ea"

STYLES = (
    Style(cathedral, 0.8, STONES, CREAM, SLATES, f"{SLATES} {COPPERS}"),
    Style(parish, 0.75, STONES, CREAM, f"{SLATES} {TILES}", f"{SLATES} {TILES}"),
    Style(parish, 0.75, PLASTERS, CREAM, TILES, f"{COPPERS} {SLATES}", texture="plaster"),
    Style(chapel, 0.85, PAINTS, CREAM, SLATES, SLATES, texture="boards"),
    Style(chapel, 0.85, WHITES, CREAM, f"{TILES} {SLATES}", f"{SLATES} {TILES}", texture="plaster"),
    Style(eastern, 0.95, f"{WHITES} #e8b0a0", CREAM, COPPERS, "#d8a53c #3f78b4", texture="plaster"),
)
