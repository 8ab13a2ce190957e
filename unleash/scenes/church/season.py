"""The colours of the land by season and time of day."""

from dataclasses import dataclass
from random import Random

from unleash.scenes.light import Color, hex_color


@dataclass(frozen=True)
class Season:
    """The land's colours in white light.

    Args:
        grass: of meadows.
        leaves: of deciduous trees.
        needles: of conifers.
        hills: of far hills.
        path: of roads.
        snow: whether there is snow on the ground.
    """

    grass: Color
    leaves: tuple[Color, ...]
    needles: Color
    hills: Color
    path: Color
    snow: bool


def season_of(time: str, rng: Random) -> Season:
    """Chooses the season of one picture; ``time`` as in ``light_of``."""
    if time == "winter":
        return _season("#eef2f6", "#8a8078", "#47695e", "#b8c6d4", "#d3d8e0", snow=True)
    return rng.choice(_SEASONS)


def _season(grass: str, leaves: str, needles: str, hills: str, path: str, *, snow: bool = False) -> Season:
    greens = tuple(hex_color(code) for code in leaves.split())
    return Season(hex_color(grass), greens, hex_color(needles), hex_color(hills), hex_color(path), snow)


_SEASONS = (
    _season("#9cba5e", "#5f8f48 #7ba651 #4c7f50", "#3b6a56", "#6f9a7a", "#dcc59a"),
    _season("#86ad62", "#4f8758 #6b9a56 #88a94e", "#2f6156", "#5f8f86", "#cdb58e"),
    _season("#b7b565", "#6f9148 #96a04c #5a8250", "#43694e", "#8a9a6a", "#e2cb9e"),
    _season("#c2ad62", "#d08a3c #bf5c34 #dcae4a #a9683a", "#3f6650", "#a08a68", "#d8bd92"),
)
