"""The churches: each function builds one in its own style, ``size`` units high, its front on v = 0."""

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign, pi
from random import Random

from unleash.scenes.church.mason import Mason, Material
from unleash.scenes.church.openings import Face, portal, rose, windows
from unleash.scenes.church.solids import (
    Decorate,
    block,
    buttresses,
    course,
    finial,
    gabled,
    octagon,
    pyramid,
    rounded,
    square,
)
from unleash.scenes.church.towers import HALF, ONION, tower
from unleash.scenes.church.view import View
from unleash.scenes.classes import Element
from unleash.scenes.light import hex_color

Build = Callable[[Mason, View, float], None]


@dataclass(frozen=True)
class Style:
    """A way of building.

    Args:
        build: draws the church.
        walls, trims, roofs, tops, woods: hex colours to choose from.
        texture: of the walls, see ``Material``.
    """

    build: Build
    walls: str
    trims: str
    roofs: str
    tops: str
    woods: str = "#7a4f33 #5d4636 #8a3f35 #48586a"
    texture: str = "stone"

    def material(self, rng: Random) -> Material:
        """Chooses the colours of one building."""
        chosen = (
            hex_color(rng.choice(codes.split()))
            for codes in (self.walls, self.trims, self.roofs, self.tops, self.woods)
        )
        wall, trim, roof, top, wood = chosen
        return Material(wall, trim, roof, top, wood, self.texture)


def long_wall(mason: Mason, kind: str, pitch: float, *, piers: bool = False) -> Decorate:
    """A row of windows every ``pitch`` units, with buttresses between them if ``piers``."""

    def decorate(face: Face) -> None:
        count = max(2, round(face.width / pitch))
        bay, tall = face.width / count, (face.high - face.low) * 0.56
        wide = min(bay * 0.38, tall * 0.55)
        spots = [
            (bay * (i + 0.5), face.low + (face.high - face.low) * 0.24, wide, tall) for i in range(count)
        ]
        windows(mason, face, kind, spots)
        course(mason, face, face.high - 2.5, 2.5)
        if piers:
            buttresses(mason, face, [bay * i for i in range(count + 1)], face.high * 0.86)

    return decorate


def front_wall(
    mason: Mason, kind: str, door: float, *, eye: str = "rose", over: float = 0.0, flanks: bool = False
) -> Decorate:
    """A portal ``door`` wide, and above it a "rose", a "window" or a "row" of three.

    Args:
        over: how far the gable rises above the wall's top.
        flanks: whether windows stand beside the portal.
    """

    def decorate(face: Face) -> None:
        middle, tall = face.width / 2, face.high
        high = min(door * 1.75, tall * 0.5)
        if eye == "rose":
            radius = min(face.width * 0.17, (tall + over * 0.5 - high * 1.3) * 0.42)
            rose(mason, face, middle, max(high * 1.3 + radius + 4, tall * 0.86), max(5.0, radius))
        elif eye == "window":
            windows(mason, face, kind, [(middle, max(high * 1.32, tall * 0.62), door * 0.5, tall * 0.34)])
        else:
            spots = [
                (middle + s * door * 0.62, max(high * 1.32, tall * 0.6), door * 0.34, tall * 0.3)
                for s in (-1, 0, 1)
            ]
            windows(mason, face, kind, spots)
        if flanks:
            spots = [(face.width * t, tall * 0.24, face.width * 0.09, tall * 0.46) for t in (0.17, 0.83)]
            windows(mason, face, kind, spots)
        portal(mason, face, kind, middle, door, high)

    return decorate


def cathedral(mason: Mason, view: View, size: float) -> None:
    """Gothic, with two towers at the front, buttresses and a rose window."""
    rng = mason.rng
    crown = rng.choice(("needle", "needle", "battlements", "steeple"))
    wide = size * rng.uniform(0.17, 0.2)
    walls = size * {"needle": 0.56, "battlements": 0.84, "steeple": 0.6}[crown]
    nave, high = size * rng.uniform(0.22, 0.26), size * rng.uniform(0.4, 0.45)
    length = size * rng.uniform(0.6, 0.75)
    apart = (nave + wide) / 2
    near = copysign(apart, view.yaw)
    _twin(mason, view, -near, wide, walls, "pointed", crown)
    aisle = size * 0.22
    side = view.moved(near * 0.72, wide)
    if abs(view.yaw) > 0.1:
        block(
            mason,
            side,
            [(-wide, 0), (wide * 0.62, 0), (wide * 0.62, length - wide), (-wide, length - wide)],
            0,
            aisle,
            Element.WALL,
            long_wall(mason, "pointed", size * 0.13, piers=True),
        )
    gabled(
        mason,
        view.moved(0, wide * 0.2),
        nave,
        length,
        high,
        size * 0.17,
        front=front_wall(mason, "pointed", nave * 0.42, over=size * 0.17),
        side=long_wall(mason, "pointed", size * 0.12),
    )
    _twin(mason, view, near, wide, walls, "pointed", crown)


def _twin(mason: Mason, view: View, u: float, wide: float, walls: float, kind: str, crown: str) -> None:
    tower(mason, view.moved(u, wide / 2), wide, walls, kind=kind, crown=crown)


def minster(mason: Mason, view: View, size: float) -> None:
    """Romanesque, with a transept and a tower over the crossing."""
    rng = mason.rng
    nave, length = size * rng.uniform(0.36, 0.42), size * rng.uniform(0.8, 0.95)
    high, rise = size * 0.34, size * rng.uniform(0.14, 0.18)
    cross, arm = length * 0.62, nave * 1.15
    wide = nave * 0.74
    sign = copysign(1.0, view.yaw)
    tower(
        mason,
        view.moved(0, cross),
        wide,
        size * 0.74,
        kind="round",
        crown=rng.choice(("tented", "steeple")),
        stages=4,
    )
    for side in (-sign, sign):
        wing = view.moved(side * arm, cross, side * pi / 2)
        gabled(
            mason,
            wing,
            nave * 0.86,
            arm - nave * 0.3,
            high,
            rise,
            front=front_wall(mason, "round", nave * 0.18, eye="row"),
        )
    if rng.random() < 0.5:
        for side in (-1, 1):
            tower(
                mason,
                view.moved(side * nave * 0.66, nave * 0.16),
                nave * 0.32,
                size * 0.55,
                kind="round",
                crown="tented",
            )
    gabled(
        mason,
        view,
        nave,
        cross - nave * 0.3,
        high,
        rise,
        front=front_wall(
            mason, "round", nave * 0.26, eye=rng.choice(("rose", "row")), over=rise, flanks=True
        ),
        side=long_wall(mason, "round", size * 0.13),
    )


def parish(mason: Mason, view: View, size: float) -> None:
    """A nave behind one tower at its front."""
    rng = mason.rng
    crown = rng.choice(_CROWNS[mason.material.texture])
    share = {"needle": 0.5, "steeple": 0.58, "tented": 0.76, "battlements": 0.92, "bell": 0.66}.get(
        crown, 0.62
    )
    wide = size * rng.uniform(0.2, 0.25)
    walls = size * share
    nave, length = wide * rng.uniform(1.7, 2.0), size * rng.uniform(0.5, 0.7)
    high, rise = walls * rng.uniform(0.38, 0.46), nave * rng.uniform(0.42, 0.6)
    kind = "pointed" if crown in ("needle", "battlements") else "round"
    gabled(
        mason, view.moved(0, wide * 0.6), nave, length, high, rise, side=long_wall(mason, kind, size * 0.14)
    )
    tower(mason, view.moved(0, wide / 2), wide, walls, kind=kind, crown=crown, dial=rng.random() < 0.7)
    _door(mason, view, wide, kind)


def _door(mason: Mason, view: View, wide: float, kind: str) -> None:
    a, b = (-wide / 2, 0.0), (wide / 2, 0.0)
    face = Face(wide, 0, wide * 2, view.facing(a, b, mason.light.side), view.plane(a, b))
    with mason.painter.transformed(face.matrix):
        portal(mason, face, kind, wide / 2, wide * 0.42, wide * 0.74)


_CROWNS = {
    "stone": ("needle", "steeple", "battlements", "tented"),
    "plaster": ("lantern", "onion", "bell", "steeple"),
    "boards": ("steeple", "tented", "bell"),
}


def basilica(mason: Mason, view: View, size: float) -> None:
    """Baroque, with two domed towers and a dome over the crossing."""
    rng = mason.rng
    wide = size * rng.uniform(0.18, 0.21)
    crown = rng.choice(("lantern", "onion", "bell"))
    nave, high = size * rng.uniform(0.3, 0.36), size * 0.42
    length, rise = size * 0.62, size * 0.15
    near = copysign((nave + wide) / 2, view.yaw)
    if rng.random() < 0.6:
        back = view.moved(0, length * 0.72)
        block(mason, back, octagon(nave * 0.9), 0, size * 0.6, Element.TOWER, _drum(mason))
        rounded(mason, back, size * 0.6, nave * 0.45, HALF, color=mason.material.top)
        finial(mason, back, size * 0.6 + nave * 0.5, "cross")
    _twin(mason, view, -near, wide, size * 0.62, "round", crown)
    gabled(
        mason,
        view.moved(0, wide * 0.15),
        nave,
        length,
        high,
        rise,
        front=front_wall(mason, "round", nave * 0.34, eye=rng.choice(("window", "rose")), over=rise),
        side=long_wall(mason, "round", size * 0.14),
    )
    _twin(mason, view, near, wide, size * 0.62, "round", crown)


def _drum(mason: Mason) -> Decorate:
    def decorate(face: Face) -> None:
        course(mason, face, face.high - 2.5, 2.5)
        windows(mason, face, "round", [(face.width / 2, face.high * 0.8, face.width * 0.3, face.high * 0.13)])

    return decorate


def stave(mason: Mason, view: View, size: float) -> None:
    """A Norwegian stave church: steep roofs stepped one above the other."""
    rng = mason.rng
    low, length = size * rng.uniform(0.54, 0.62), size * 0.5
    tiers = ((1.0, 0.16, 0.26), (0.66, 0.44, 0.26))
    for share, high, rise in tiers:
        inset = low * (1 - share) / 2
        gabled(
            mason,
            view.moved(0, inset),
            low * share,
            length - inset * 1.2,
            size * high,
            size * rise,
            front=front_wall(mason, "round", low * 0.17, eye="window") if share == 1.0 else _attic(mason),
            side=long_wall(mason, "square", size * 0.14),
            eave=5.0,
        )
    wide = low * 0.32
    spot = view.moved(0, length * 0.5)
    block(mason, spot, square(wide), size * 0.6, size * 0.76, Element.TOWER)
    pyramid(mason, spot, square(wide * 1.35), size * 0.75, size, color=mason.material.roof)
    finial(mason, spot, size, "cock")


def _attic(mason: Mason) -> Decorate:
    def decorate(face: Face) -> None:
        windows(
            mason, face, "round", [(face.width / 2, face.high * 0.92, face.width * 0.16, face.high * 0.18)]
        )

    return decorate


def chapel(mason: Mason, view: View, size: float) -> None:
    """A small church with a turret riding on its ridge."""
    rng = mason.rng
    nave, length = size * rng.uniform(0.46, 0.54), size * rng.uniform(0.6, 0.8)
    high, rise = size * rng.uniform(0.3, 0.36), size * rng.uniform(0.22, 0.28)
    kind = rng.choice(("round", "pointed", "square"))
    wide = nave * 0.32
    spot = view.moved(0, wide * 0.7)
    top = high + rise + size * 0.14
    gabled(
        mason,
        view,
        nave,
        length,
        high,
        rise,
        front=front_wall(mason, kind, nave * 0.25, eye=rng.choice(("rose", "window")), over=rise),
        side=long_wall(mason, kind, size * 0.18),
    )

    def opening(face: Face) -> None:
        windows(
            mason,
            face,
            "round",
            [(face.width / 2, top - size * 0.11, face.width * 0.4, size * 0.085)],
            lit=False,
        )

    block(mason, spot, square(wide), high + rise * 0.72, top, Element.TOWER, opening)
    if mason.material.texture == "plaster" and rng.random() < 0.5:
        peak = rounded(mason, spot, top, wide * 0.5, ONION, color=mason.material.top)
        finial(mason, spot, peak - 2, "cross")
    else:
        pyramid(mason, spot, square(wide * 1.2), top - 1, size)
        finial(mason, spot, size, "cross")


def eastern(mason: Mason, view: View, size: float) -> None:
    """A white cube under five onion domes."""
    rng = mason.rng
    wide = size * rng.uniform(0.5, 0.56)
    high = size * rng.uniform(0.44, 0.5)
    center = view.moved(0, wide / 2)

    def decorate(face: Face) -> None:
        count = 3
        bay = face.width / count
        course(mason, face, face.high - 2.5, 3)
        spots = [(bay * (i + 0.5), face.high * 0.48, bay * 0.26, face.high * 0.32) for i in range(count)]
        windows(mason, face, "round", spots)
        spots = [(bay * (i + 0.5), face.high * 0.14, bay * 0.24, face.high * 0.2) for i in (0, 2)]
        windows(mason, face, "round", spots)

    block(mason, center, square(wide), 0, high, Element.WALL, decorate)
    door = wide * 0.2
    face = Face(
        wide,
        0,
        high,
        view.facing((-wide / 2, 0), (wide / 2, 0), mason.light.side),
        view.plane((-wide / 2, 0), (wide / 2, 0)),
    )
    with mason.painter.transformed(face.matrix):
        portal(mason, face, "round", wide / 2, door, door * 1.7)
    places = [*square(wide * 0.62), (0.0, 0.0)]
    for at in sorted(places, key=lambda at: -center.ground(at)[1]):
        big = at == (0.0, 0.0)
        spot = center.moved(*at)
        drum = wide * (0.32 if big else 0.2)
        top = high + size * (0.2 if big else 0.12)
        block(mason, spot, octagon(drum), high - 1, top, Element.TOWER)
        peak = rounded(mason, spot, top, drum * 0.54, ONION, color=mason.material.top)
        finial(mason, spot, peak - 2, "cross", 10)


_GRAYS = "#cfc6b4 #c2c0ba #b9b2a4 #d8ccb0"
_SANDS = "#dcbd8e #cfa47c #d8b48c #c4906c #e2cca4"
_PLASTERS = "#f2d389 #eebfa8 #f6efe0 #d9dfd2 #e9c07c #c3d6dc"
_WOODS = "#7a5238 #8a5a38 #5e4636"
_REDS = "#b2493a #a8543c"
_SLATES = "#5c6b7e #6a7280 #4f6674"
_TILES = "#b8583c #a84a38 #c46a46"
_COPPERS = "#6fae98 #5c9a8c #7fb8a4"

STYLES = (
    Style(
        cathedral, _GRAYS + " " + _SANDS, "#ece2cc #e2d8c4", _SLATES + " #8a5a4a", _SLATES + " " + _COPPERS
    ),
    Style(minster, _SANDS, "#efe0c0 #e6d2ac", _TILES, _TILES + " " + _SLATES),
    Style(
        parish,
        _GRAYS + " " + _SANDS,
        "#efe6d2",
        _SLATES + " " + _TILES,
        _SLATES + " " + _COPPERS + " " + _TILES,
    ),
    Style(
        parish, _PLASTERS, "#fbf6ea", _TILES + " " + _SLATES, _COPPERS + " #51606e #8a4a40", texture="plaster"
    ),
    Style(basilica, _PLASTERS, "#fcf7ec", _TILES, _COPPERS + " #51606e", texture="plaster"),
    Style(stave, _WOODS, "#a87c50", "#4c4240 #5a4a42", "#4c4240", texture="boards"),
    Style(chapel, _REDS + " #ece6d8 #7a5238", "#f6f0e2", _SLATES + " #5a4a42", _SLATES, texture="boards"),
    Style(
        chapel,
        "#f6f0e2 #f2e2c4 #efe9dc",
        "#fffaf0",
        _TILES + " " + _SLATES,
        _SLATES + " " + _TILES,
        texture="plaster",
    ),
    Style(
        eastern,
        "#f6f2e8 #f2e6d0 #e8b0a0",
        "#ffffff",
        _COPPERS,
        "#d8a53c #3f6ea6 #5a9a78 #d8a53c",
        texture="plaster",
    ),
)
