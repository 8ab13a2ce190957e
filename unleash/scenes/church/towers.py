"""Towers and their crowns."""

from unleash.scenes.church.domes import BELL, BULB, ONION, finial, rounded
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face, clock, windows
from unleash.scenes.church.roofs import pyramid
from unleash.scenes.church.solids import block, courses, octagon, quoins, square
from unleash.scenes.church.view import View
from unleash.scenes.classes import Element


def tower(
    mason: Mason,
    view: View,
    width: float,
    high: float,
    *,
    kind: str,
    crown: str,
    dial: bool = False,
) -> None:
    """Draws a square tower of three storeys with a crown, centred at the origin.

    Args:
        width: of a side.
        high: height of the walls.
        kind: of the openings, see ``arch``.
        crown: a key of ``CROWNS``.
        dial: whether it has a clock.
    """
    step = high / 3

    def decorate(face: Face) -> None:
        quoins(mason, face, max(3.0, width * 0.12))
        courses(mason, face, [step * i - 0.1 for i in (1, 2, 3)])
        middle, belfry = face.width / 2, high - step
        gap = width * 0.24
        tall = min(step * 0.66, width * 0.72)
        pair = [(middle + s * gap, belfry + (step - tall) * 0.4, width * 0.2, tall) for s in (-0.72, 0.72)]
        windows(mason, face, kind, pair, lit=False, frame=1.8)
        if dial:
            clock(mason, face, middle, belfry - step * 0.42, width * 0.17)
        else:
            windows(mason, face, kind, [(middle, belfry - step * 0.75, width * 0.17, step * 0.5)])

    block(mason, view, square(width), 0, high, Element.TOWER, decorate)
    CROWNS[crown](mason, view, width, high)


def tented(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws a low pyramid."""
    pyramid(mason, view, square(width + 5), high - 1, high + width * 0.85, element=Element.ROOF)
    finial(mason, view, high + width * 0.85)


def needle(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws a steep octagonal spire between four pinnacles."""
    turrets(mason, view, width, high, (0, 1))
    pyramid(mason, view, octagon(width * 0.92), high, high + width * 2.1)
    turrets(mason, view, width, high, (2, 3))
    finial(mason, view, high + width * 2.1)


def steeple(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws a slender octagonal spire with a wide base."""
    pyramid(mason, view, square(width + 4), high - 1, high + width * 0.8)
    pyramid(mason, view, octagon(width * 0.8), high + width * 0.16, high + width * 1.75)
    finial(mason, view, high + width * 1.75)


def turrets(mason: Mason, view: View, width: float, high: float, which: tuple[int, int]) -> None:
    """Draws pinnacles on two corners of a tower: (0, 1) the far ones, (2, 3) the near ones."""
    places = sorted(square(width * 0.84), key=lambda at: -view.ground(at)[1])
    for i in which:
        spot = view.moved(*places[i])
        slim = max(4.5, width * 0.17)
        block(mason, spot, square(slim), high, high + slim * 1.5, Element.TOWER)
        pyramid(mason, spot, square(slim + 1.5), high + slim * 1.5, high + slim * 3.7)


def onion(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws an onion dome on an octagonal drum."""
    drum = width * 0.22
    block(mason, view, octagon(width * 0.8), high, high + drum, Element.TOWER)
    top = rounded(mason, view, high + drum, width * 0.46, ONION, color=mason.material.top)
    finial(mason, view, top - 2)


def lantern(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws a bulb with a lantern and a small onion dome on top."""
    low = rounded(mason, view, high, width * 0.54, BULB, color=mason.material.top)
    slim = width * 0.36
    top = low + slim * 0.95

    def opening(face: Face) -> None:
        windows(mason, face, "round", [(face.width / 2, low + 2, face.width * 0.5, slim * 0.62)], frame=0.6)

    block(mason, view, square(slim), low - 1, top, Element.TOWER, opening, color=mason.material.trim)
    peak = rounded(mason, view, top, slim * 0.52, ONION, color=mason.material.top)
    finial(mason, view, peak - 2)


def bell(mason: Mason, view: View, width: float, high: float) -> None:
    """Draws a bell-shaped roof with a long tip."""
    top = rounded(mason, view, high - 1, width * 0.5, BELL, color=mason.material.top)
    finial(mason, view, top - 2)


CROWNS = {
    "tented": tented,
    "needle": needle,
    "steeple": steeple,
    "onion": onion,
    "lantern": lantern,
    "bell": bell,
}
