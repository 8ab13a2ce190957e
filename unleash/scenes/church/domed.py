"""Domed churches."""

from unleash.scenes.church.domes import ONION, finial, rounded
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face, windows
from unleash.scenes.church.solids import block, courses, octagon, square
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import arcade, entrance
from unleash.scenes.classes import Element


def eastern(mason: Mason, view: View, size: float) -> None:
    """Draws a cube with five onion domes."""
    rng = mason.rng
    wide, high = size * rng.uniform(0.58, 0.66), size * rng.uniform(0.46, 0.52)
    center = view.moved(0, wide / 2)

    def decorate(face: Face) -> None:
        bay = face.width / 3
        courses(mason, face, [face.high - 2.5])
        upper = [(bay * (i + 0.5), face.high * 0.48, bay * 0.26, face.high * 0.32) for i in range(3)]
        lower = [(bay * (i + 0.5), face.high * 0.14, bay * 0.24, face.high * 0.2) for i in (0, 2)]
        windows(mason, face, "round", upper + lower)

    block(mason, center, square(wide), 0, high, Element.WALL, decorate)
    entrance(mason, view, wide, "round", wide * 0.2, wide * 0.34)
    places = [*square(wide * 0.62), (0.0, 0.0)]
    for at in sorted(places, key=lambda at: -center.ground(at)[1]):
        big = at == (0.0, 0.0)
        spot = center.moved(*at)
        drum = wide * (0.32 if big else 0.21)
        top = high + size * (0.19 if big else 0.11)
        slit = arcade(mason, "round", drum, high + (top - high) * 0.3, (top - high) * 0.5)
        block(mason, spot, octagon(drum), high - 1, top, Element.TOWER, slit if big else None)
        peak = rounded(mason, spot, top, drum * 0.56, ONION, color=mason.material.top)
        finial(mason, spot, peak - 2, 15 if big else 11)
