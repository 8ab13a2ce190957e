"""The ways of building, each with its colours."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from unleash.scenes.church.baroque import basilica
from unleash.scenes.church.domed import eastern
from unleash.scenes.church.gothic import cathedral
from unleash.scenes.church.mason import Mason, Material
from unleash.scenes.church.romanesque import minster
from unleash.scenes.church.view import View
from unleash.scenes.church.village import chapel, parish
from unleash.scenes.light import hex_color


@dataclass(frozen=True)
class Style:
    """A way of building.

    Args:
        build: draws a church of so many units' height, its front on v = 0.
        span: about how wide it is for a height of 1.
        walls, trims, roofs, tops, woods: hex colours to choose from.
        texture: of the walls, see ``Material``.
    """

    build: Callable[[Mason, View, float], None]
    span: float
    walls: str
    trims: str
    roofs: str
    tops: str
    woods: str = "#7a4f33 #5d4636 #8a3f35 #48586a"
    texture: str = "stone"

    def material(self, rng: Random) -> Material:
        """Chooses the colours of one building."""
        choices = (self.walls, self.trims, self.roofs, self.tops, self.woods)
        wall, trim, roof, top, wood = (hex_color(rng.choice(codes.split())) for codes in choices)
        return Material(wall, trim, roof, top, wood, self.texture)


GRAYS = "#cfc6b4 #c2c0ba #b9b2a4 #d8ccb0"
SANDS = "#dcbd8e #cfa47c #d8b48c #c4906c #e2cca4"
PLASTERS = "#f2d389 #eebfa8 #f6efe0 #d9dfd2 #e9c07c #c3d6dc"
WHITES = "#f6f2e8 #f2e6d0 #efe9dc"
SLATES = "#5c6b7e #6a7280 #4f6674"
TILES = "#b8583c #a84a38 #c46a46"
COPPERS = "#6fae98 #5c9a8c #7fb8a4"
DARK = "#51606e #8a4a40"
BLUES = "#3f78b4 #4a86bc #3f6ea6"
ASHLAR = "#ece2cc #e2d8c4"
LEADS = f"{SLATES} {COPPERS}"
GOLDS = "#d8a53c #d8a53c #d8a53c #5a9a78"
PAINTS = "#b2493a #a8543c #ece6d8 #c99a4a"

STYLES = (
    Style(cathedral, 0.8, f"{GRAYS} {SANDS}", ASHLAR, f"{SLATES} #8a5a4a", LEADS),
    Style(cathedral, 0.8, f"{GRAYS} {SANDS}", ASHLAR, LEADS, LEADS),
    Style(minster, 1.15, SANDS, "#efe0c0 #e6d2ac", TILES, f"{TILES} {SLATES}"),
    Style(parish, 0.75, f"{GRAYS} {SANDS}", "#efe6d2", f"{SLATES} {TILES}", f"{SLATES} {COPPERS} {TILES}"),
    Style(parish, 0.75, PLASTERS, "#fbf6ea", f"{TILES} {SLATES}", f"{COPPERS} {DARK}", texture="plaster"),
    Style(basilica, 0.85, PLASTERS, "#fcf7ec", TILES, f"{COPPERS} {DARK}", texture="plaster"),
    Style(chapel, 0.85, PAINTS, "#f6f0e2", f"{SLATES} #5a4a42", SLATES, texture="boards"),
    Style(chapel, 0.85, WHITES, "#fffaf0", f"{TILES} {SLATES}", f"{SLATES} {TILES}", texture="plaster"),
    Style(eastern, 0.95, f"{WHITES} #e8b0a0", "#ffffff", COPPERS, f"{GOLDS} {BLUES}", texture="plaster"),
)
