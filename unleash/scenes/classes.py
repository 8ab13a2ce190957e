"""The classes of label maps, and the labels of pictures."""

from enum import IntEnum
from typing import Literal, get_args

TimeLabel = Literal[
    "church-day",
    "church-dusk",
    "church-night",
    "church-winter",
    "bedroom-day",
    "bedroom-dusk",
    "bedroom-night",
    "bedroom-rain",
]
LABELS: tuple[TimeLabel, ...] = get_args(TimeLabel)
"""The labels that a model is conditioned on, by index."""


class Element(IntEnum):
    """A class of the label map, with its pixel value."""

    SKY = 0
    CLOUD = 1
    HILL = 2
    TREE = 3
    GRASS = 4
    SNOW = 5
    WATER = 6
    PATH = 7
    WALL = 8
    ROOF = 9
    TOWER = 10
    SPIRE = 11
    DOME = 12
    WINDOW = 13
    DOOR = 14
    CEILING = 15
    FLOOR = 16
    RUG = 17
    BED = 18
    PILLOW = 19
    CURTAIN = 20
    LAMP = 21
    FURNITURE = 22
    PICTURE = 23
    PLANT = 24
