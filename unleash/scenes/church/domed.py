"""Churches under domes."""

from unleash.scenes.church.domes import HALF, ONION, finial, rounded
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face, windows
from unleash.scenes.church.roofs import gabled, pyramid
from unleash.scenes.church.solids import block, courses, octagon, square
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import arcade, entrance, front_wall
from unleash.scenes.classes import Element


def eastern(mason: Mason, view: View, size: float) -> None:
    """A cube under five onion domes."""
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
        finial(mason, spot, peak - 2, "cross", 10)


def rotunda(mason: Mason, view: View, size: float) -> None:
    """An eight-sided church under one great dome, a gabled porch before it."""
    rng = mason.rng
    wide, high = size * rng.uniform(0.66, 0.74), size * rng.uniform(0.36, 0.42)
    center = view.moved(0, wide * 0.56)
    drum, top = wide * rng.uniform(0.64, 0.72), high + size * 0.17
    wall = arcade(mason, "round", wide * 0.3, high * 0.28, high * 0.46)
    block(mason, center, octagon(wide), 0, high, Element.WALL, wall)
    pyramid(
        mason,
        center,
        octagon(wide + 7),
        high - 1,
        high + wide * 0.4,
        color=mason.material.roof,
        element=Element.ROOF,
    )
    ring = arcade(mason, "round", 14, high + size * 0.075, size * 0.065)
    block(mason, center, octagon(drum), high + size * 0.02, top, Element.TOWER, ring)
    peak = rounded(mason, center, top, drum * 0.53, HALF, color=mason.material.top)
    lamp = drum * 0.18
    block(mason, center, octagon(lamp), peak - 3, peak + lamp, Element.TOWER, color=mason.material.trim)
    tip = rounded(mason, center, peak + lamp, lamp * 0.56, ONION, color=mason.material.top)
    finial(mason, center, tip - 2, "cross", 10)
    front = front_wall(mason, "round", wide * 0.17, eye="none", flanks=True)
    gabled(mason, view, wide * 0.44, wide * 0.2, high * 0.72, size * 0.1, front=front)
