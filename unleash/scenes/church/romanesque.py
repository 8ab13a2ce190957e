"""Romanesque churches."""

from math import copysign, pi

from unleash.scenes.church.mason import Mason
from unleash.scenes.church.roofs import gabled
from unleash.scenes.church.towers import tower
from unleash.scenes.church.view import View
from unleash.scenes.church.walls import front_wall, long_wall


def minster(mason: Mason, view: View, size: float) -> None:
    """A transept, and a tower over the crossing."""
    rng = mason.rng
    nave, length = size * rng.uniform(0.36, 0.42), size * rng.uniform(0.8, 0.95)
    high, rise = size * 0.34, size * rng.uniform(0.14, 0.18)
    cross, arm = length * 0.62, nave * 1.1
    sign = copysign(1.0, view.yaw)
    crown, share = rng.choice((("tented", 0.74), ("steeple", 0.6)))
    middle = view.moved(0, cross)
    tower(mason, middle, nave * 0.74, size * share, kind="round", crown=crown, stages=4)
    for side in (-sign, sign):
        wing = view.moved(side * arm, cross, side * pi / 2)
        front = front_wall(mason, "round", nave * 0.2, eye="row")
        gabled(mason, wing, nave * 0.86, arm - nave * 0.3, high, rise, front=front)
    if rng.random() < 0.5:
        for side in (-1, 1):
            flank = view.moved(side * nave * 0.66, nave * 0.16)
            tower(mason, flank, nave * 0.32, size * 0.55, kind="round", crown="tented")
    eye = rng.choice(("rose", "row"))
    gabled(
        mason,
        view,
        nave,
        cross - nave * 0.3,
        high,
        rise,
        front=front_wall(mason, "round", nave * 0.26, eye=eye, over=rise, flanks=True),
        side=long_wall(mason, "round", size * 0.13),
    )
