"""Small churches."""

from math import copysign, pi

from unleash.scenes.church.domes import ONION, finial, rounded
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.roofs import gabled, pyramid
from unleash.scenes.church.solids import block, square
from unleash.scenes.church.towers import tower
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import arcade, entrance, front_wall, long_wall
from unleash.scenes.classes import Element

_CROWNS = {
    "stone": (("needle", 0.5), ("steeple", 0.6), ("tented", 0.78)),
    "plaster": (("lantern", 0.7), ("onion", 0.7), ("bell", 0.68), ("steeple", 0.6)),
}
"""Crowns for the tower of a parish church, with the height of the tower's walls."""


def parish(mason: Mason, view: View, size: float) -> None:
    """Draws a nave with one tower at its front and a lower chancel at its end."""
    rng = mason.rng
    crown, share = rng.choice(_CROWNS[mason.material.texture])
    wide, walls = size * rng.uniform(0.21, 0.26), size * share
    nave, length = wide * rng.uniform(1.8, 2.2), size * rng.uniform(0.5, 0.7)
    high, rise = walls * rng.uniform(0.38, 0.48), nave * rng.uniform(0.42, 0.6)
    kind = "pointed" if crown == "needle" else "round"
    side = long_wall(mason, kind, size * 0.14)
    body = view.moved(0, wide * 0.6)
    if view.yaw and rng.random() < 0.6:
        gabled(mason, body.moved(0, length), nave * 0.7, length * 0.4, high * 0.8, rise * 0.75, side=side)
    gabled(mason, body, nave, length, high, rise, side=side)
    if view.yaw and rng.random() < 0.35:
        seen = copysign(1.0, view.yaw)
        wing = body.moved(seen * nave * 0.86, length * 0.55, seen * pi / 2)
        front = arcade(mason, kind, nave * 0.6, high * 0.3, high * 0.6)
        gabled(mason, wing, nave * 0.62, nave * 0.42, high * 0.95, rise * 0.7, front=front)
    tower(mason, view.moved(0, wide / 2), wide, walls, kind=kind, crown=crown, dial=rng.random() < 0.7)
    entrance(mason, view, wide, kind, wide * 0.42, wide * 0.74)


def chapel(mason: Mason, view: View, size: float) -> None:
    """Draws a small nave with a turret on its ridge."""
    rng = mason.rng
    nave, length = size * rng.uniform(0.46, 0.56), size * rng.uniform(0.6, 0.8)
    high, rise = size * rng.uniform(0.32, 0.38), size * rng.uniform(0.22, 0.28)
    kind, eye = rng.choice(("round", "pointed", "square")), rng.choice(("rose", "window"))
    wide = nave * rng.uniform(0.3, 0.36)
    spot = view.moved(0, wide * 0.7)
    top = high + rise + size * 0.14
    gabled(
        mason,
        view,
        nave,
        length,
        high,
        rise,
        front=front_wall(mason, kind, nave * 0.25, eye=eye, over=rise),
        side=long_wall(mason, kind, size * 0.18),
    )
    belfry = arcade(mason, "round", wide, top - size * 0.11, size * 0.085)
    block(mason, spot, square(wide), high + rise * 0.72, top, Element.TOWER, belfry)
    if mason.material.texture == "plaster" and rng.random() < 0.5:
        peak = rounded(mason, spot, top, wide * 0.5, ONION, color=mason.material.top)
        finial(mason, spot, peak - 2)
    else:
        pyramid(mason, spot, square(wide * 1.2), top - 1, size)
        finial(mason, spot, size)
