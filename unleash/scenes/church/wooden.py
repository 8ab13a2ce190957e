"""Wooden churches."""

from unleash.scenes.church.domes import finial
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.roofs import gabled, pyramid, skirt
from unleash.scenes.church.solids import block, square
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import arcade, front_wall
from unleash.scenes.classes import Element


def stave(mason: Mason, view: View, size: float) -> None:
    """A Norwegian stave church: steep roofs stepped one above the other, a turret on top."""
    rng = mason.rng
    wide, length = size * rng.uniform(0.54, 0.62), size * rng.uniform(0.55, 0.65)
    low, top = size * 0.18, size * 0.35
    core, body = wide * 0.62, view.moved(0, length / 2)
    deep = length - wide * 0.38
    gallery = arcade(mason, "round", 13, low * 0.42, low * 0.36)
    block(mason, body, square(wide, length), 0, low, Element.WALL, gallery)
    skirt(mason, body, (wide + 10, length + 10), (core, deep), low - 3, top)
    upper = top + size * 0.1
    attic = arcade(mason, "round", 15, top + size * 0.025, size * 0.06)
    gabled(mason, body.moved(0, -deep / 2), core, deep, upper, size * 0.27, front=attic, side=attic, eave=6.0)
    ridge, slim = upper + size * 0.25, core * 0.4
    block(mason, body, square(slim), upper + size * 0.1, ridge + size * 0.06, Element.TOWER)
    skirt(
        mason,
        body,
        (slim * 1.5, slim * 1.5),
        (slim * 0.7, slim * 0.7),
        ridge + size * 0.03,
        ridge + size * 0.09,
    )
    block(mason, body, square(slim * 0.7), ridge + size * 0.08, ridge + size * 0.13, Element.TOWER)
    pyramid(mason, body, square(slim * 1.1), ridge + size * 0.12, size, color=mason.material.roof)
    finial(mason, body, size, "cock")
    porch = view.moved(0, -wide * 0.16)
    front = front_wall(mason, "round", wide * 0.17, eye="none")
    gabled(mason, porch, wide * 0.36, wide * 0.2, size * 0.13, size * 0.16, front=front, eave=4.0)
