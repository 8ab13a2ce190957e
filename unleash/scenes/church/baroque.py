"""Baroque churches."""

from math import copysign

from unleash.scenes.church.domes import HALF, finial, rounded
from unleash.scenes.church.mason import Mason
from unleash.scenes.church.roofs import gabled
from unleash.scenes.church.solids import block, octagon
from unleash.scenes.church.towers import tower
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import arcade, front_wall, long_wall
from unleash.scenes.classes import Element


def basilica(mason: Mason, view: View, size: float) -> None:
    """Two domed towers at the front, and sometimes a dome behind."""
    rng = mason.rng
    wide = size * rng.uniform(0.18, 0.21)
    crown = rng.choice(("lantern", "onion", "bell"))
    walls = size * {"lantern": 0.7, "onion": 0.7, "bell": 0.72}[crown]
    nave, high = size * rng.uniform(0.3, 0.36), size * rng.uniform(0.42, 0.48)
    length, rise = size * rng.uniform(0.6, 0.75), size * 0.15
    near = copysign((nave + wide) / 2, view.yaw)
    if rng.random() < 0.6:
        back, drum = view.moved(0, length * 0.66), size * 0.66
        openings = arcade(mason, "round", nave * 0.38, size * 0.52, size * 0.09)
        block(mason, back, octagon(nave * 0.95), 0, drum, Element.TOWER, openings)
        top = rounded(mason, back, drum, nave * 0.48, HALF, color=mason.material.top)
        finial(mason, back, top, "cross")
    tower(mason, view.moved(-near, wide / 2), wide, walls, kind="round", crown=crown)
    eye = rng.choice(("window", "rose"))
    gabled(
        mason,
        view.moved(0, wide * 0.15),
        nave,
        length,
        high,
        rise,
        front=front_wall(mason, "round", nave * 0.34, eye=eye, over=rise),
        side=long_wall(mason, "round", size * 0.14),
    )
    tower(mason, view.moved(near, wide / 2), wide, walls, kind="round", crown=crown, dial=rng.random() < 0.5)
