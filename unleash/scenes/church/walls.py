"""Decorations of church walls, for ``solids.block``."""

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.openings import Face, portal, rose, windows
from unleash.scenes.church.solids import Decorate, buttresses, courses
from unleash.scenes.church.view import View


def long_wall(mason: Mason, kind: str, pitch: float, *, piers: bool = False) -> Decorate:
    """A row of windows every ``pitch`` units, with buttresses between them if ``piers``."""

    def decorate(face: Face) -> None:
        count = max(2, round(face.width / pitch))
        bay, tall = face.width / count, (face.high - face.low) * 0.56
        wide, sill = min(bay * 0.38, tall * 0.55), face.low + (face.high - face.low) * 0.24
        windows(mason, face, kind, [(bay * (i + 0.5), sill, wide, tall) for i in range(count)])
        courses(mason, face, [face.high - 2.5])
        if piers:
            buttresses(mason, face, [bay * i for i in range(count + 1)], face.high * 0.86)

    return decorate


def front_wall(mason: Mason, kind: str, door: float, *, eye: str = "rose", over: float = 0.0) -> Decorate:
    """A portal ``door`` units wide with a "rose" or a "window" above it.

    Args:
        over: height of the gable above the wall.
    """

    def decorate(face: Face) -> None:
        middle, tall = face.width / 2, face.high
        high = min(door * 1.75, tall * 0.5)
        sill = max(high * 1.32, tall * 0.6)
        if eye == "rose":
            radius = max(5.0, min(face.width * 0.17, (tall + over * 0.5 - high * 1.3) * 0.42))
            rose(mason, face, middle, max(high * 1.3 + radius + 4, tall * 0.86), radius)
        else:
            windows(mason, face, kind, [(middle, sill, max(5.0, door * 0.5), tall * 0.34)])
        portal(mason, face, kind, middle, door, high)

    return decorate


def arcade(mason: Mason, kind: str, pitch: float, sill: float, tall: float) -> Decorate:
    """Closely spaced openings every ``pitch`` units; ``sill`` and ``tall`` are heights above the ground."""

    def decorate(face: Face) -> None:
        count = max(1, round(face.width / pitch))
        bay = face.width / count
        spots = [(bay * (i + 0.5), sill, max(4.5, bay * 0.42), tall) for i in range(count)]
        windows(mason, face, kind, spots, frame=1.2)

    return decorate


def entrance(mason: Mason, view: View, wide: float, kind: str, door: float, high: float) -> None:
    """Draws a portal in the middle of an already drawn front, ``wide`` units wide."""
    a, b = (-wide / 2, 0.0), (wide / 2, 0.0)
    face = Face(wide, 0, high * 2, view.facing(a, b, mason.light.side), view.plane(a, b))
    with mason.painter.transformed(face.matrix):
        portal(mason, face, kind, wide / 2, door, high)
