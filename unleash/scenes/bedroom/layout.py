"""Layouts: a few arrangements of room, camera, bed and window, with random variation."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from unleash.scenes.bedroom.bed import HEADBOARDS, Bed
from unleash.scenes.bedroom.geometry import Camera, Frame, Vector
from unleash.scenes.bedroom.room import Room
from unleash.scenes.bedroom.stage import Span
from unleash.scenes.bedroom.window import Window
from unleash.scenes.stencil import variant

Kind = Literal["wardrobe", "bookcase", "dresser", "desk", "plant", "lamp"]
_LOW: tuple[Kind, ...] = ("dresser", "dresser", "desk", "plant")
_SHALLOW: tuple[Kind, ...] = ("dresser", "bookcase", "plant", "lamp")
_TALL: tuple[Kind, ...] = ("wardrobe", "wardrobe", "bookcase", "bookcase", "dresser", "lamp", "plant", "desk")


@dataclass(frozen=True)
class Place:
    """A free stretch of wall.

    Args:
        frame: its left end.
        width: in metres.
        kinds: the furniture that may stand there; repeated kinds are likelier.
    """

    frame: Frame
    width: float
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The arrangement of one room.

    Args:
        room, camera, bed, window: the main parts.
        tables: stretches of wall beside the bed.
        places: stretches where other furniture may stand.
        pictures: stretches of wall for pictures, with the heights of their lower and upper edges in metres.
        rug: the rug's extent on the floor, as (along, out) of the bed's frame.
    """

    room: Room
    camera: Camera
    bed: Bed
    window: Window
    tables: tuple[Place, ...]
    places: tuple[Place, ...]
    pictures: tuple[tuple[Place, Span], ...]
    rug: tuple[Span, Span]


def random_layout(rng: Random) -> Layout:
    """Chooses one of the arrangements at random."""
    arrangements = (_front, _front, _beside, _beside, _side, _side, _corner, _corner, _corner, _far_corner)
    return rng.choice(arrangements)(variant(rng, 8))


def _camera(rng: Random, eye: Vector, yaw: float, focal: float) -> Camera:
    return Camera(eye, yaw, focal, horizon=rng.uniform(82.0, 98.0), mirror=rng.random() < 0.5)


def _bed(rng: Random, wall: Frame, left: float, width: float) -> Bed:
    return Bed(wall.moved(left), width, rng.uniform(1.95, 2.1), rng.choice(HEADBOARDS))


def _window(rng: Random, wall: Frame, a: Span, low: float) -> Window:
    """A window centred in the stretch ``a`` of a wall, its sill ``low`` metres up."""
    longest = a[1] - a[0]
    width = min(longest, rng.choice((0.9, 1.1, 1.5, 1.9)))
    center = (a[0] + a[1]) / 2
    arched = width < 1.3 and rng.random() < 0.4
    high = rng.uniform(2.1, 2.3)
    panes = (2 if width < 1.4 else 3, rng.choice((1, 2, 2, 3)))
    return Window(wall, (center - width / 2, center + width / 2), (low, high), panes, arched)


def _left_of(window: Window, frame: Frame) -> Place:
    """The wall left of a window, or part of the wall below it if there is no space beside it."""
    free = window.a[0] - 0.45
    return Place(frame, free, _TALL) if free > 0.7 else Place(frame, 1.0, _LOW)


def _front(rng: Random) -> Layout:
    """The bed's head in the middle of the wall ahead, the window at the side."""
    room = Room(rng.uniform(3.3, 3.7), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.2))
    eye = (room.width / 2 + rng.uniform(0.15, 0.5), rng.uniform(1.5, 1.75), rng.uniform(-0.7, -0.3))
    camera = _camera(rng, eye, rng.uniform(-0.2, -0.12), rng.uniform(235.0, 258.0))
    width = rng.uniform(1.5, 1.75)
    left = (room.width - width) / 2 + rng.uniform(-0.1, 0.1)
    right_gap = room.width - left - width
    return Layout(
        room,
        camera,
        bed=_bed(rng, room.back, left, width),
        window=_window(rng, room.left, (room.depth - 1.75, room.depth - 0.5), low=0.9),
        tables=(
            Place(room.back.moved(left - 0.6), 0.48),
            Place(room.back.moved(left + width + 0.12), min(0.48, right_gap - 0.15)),
        ),
        places=(Place(room.right.moved(0.8), 1.0, _SHALLOW),),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-0.5, width + 0.5), (1.2, 2.6)),
    )


def _beside(rng: Random) -> Layout:
    """The bed's head at one side of the wall ahead, the window beside it."""
    room = Room(rng.uniform(3.6, 4.0), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.2))
    eye = (room.width / 2 + rng.uniform(0.0, 0.5), rng.uniform(1.5, 1.75), rng.uniform(-0.8, -0.4))
    camera = _camera(rng, eye, rng.uniform(-0.02, 0.08), rng.uniform(250.0, 272.0))
    width = rng.uniform(1.4, 1.7)
    left = room.width - width - rng.uniform(0.3, 0.5)
    return Layout(
        room,
        camera,
        bed=_bed(rng, room.back, left, width),
        window=_window(rng, room.back, (0.35, left - 0.3), low=0.95),
        tables=(Place(room.back.moved(left - 0.62), 0.5),),
        places=(
            Place(room.back.moved(0.2), left - 0.95, _LOW),
            Place(room.left.moved(room.depth - 2.3), 1.1, (*_SHALLOW, "wardrobe")),
        ),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-1.2, width * 0.7), (1.2, 2.5)),
    )


def _side(rng: Random) -> Layout:
    """The bed along the wall ahead, its head at the right, the window above it."""
    room = Room(rng.uniform(3.4, 3.8), rng.uniform(2.5, 2.7), rng.uniform(3.6, 3.9))
    eye = (room.width / 2 + rng.uniform(-0.1, 0.4), rng.uniform(1.5, 1.75), rng.uniform(-1.2, -0.7))
    camera = _camera(rng, eye, rng.uniform(0.02, 0.16), rng.uniform(255.0, 278.0))
    width, aside = rng.uniform(1.2, 1.5), rng.random() < 0.6
    gap = rng.uniform(0.58, 0.66) if aside else rng.uniform(0.08, 0.2)
    window = _window(rng, room.back, (0.6, room.width - 1.0), low=rng.uniform(0.95, 1.1))
    right = window.a[1] + 0.35
    return Layout(
        room,
        camera,
        bed=_bed(rng, room.right, gap, width),
        window=window,
        tables=(Place(room.right.moved(0.08), 0.44),) if aside else (),
        places=(_left_of(window, room.back.moved(0.1)),),
        pictures=((Place(room.back.moved(right), room.width - right - 0.15), (1.35, 2.0)),),
        rug=((width - 0.3, width + 1.0), (0.4, 2.2)),
    )


def _corner(rng: Random) -> Layout:
    """A corner of the room: the bed's head at one wall, the window in the other."""
    room = Room(rng.uniform(3.9, 4.2), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.2))
    eye = (rng.uniform(0.5, 0.8), rng.uniform(1.55, 1.8), rng.uniform(-0.6, -0.2))
    camera = _camera(rng, eye, rng.uniform(0.44, 0.58), rng.uniform(244.0, 272.0))
    width = rng.uniform(1.3, 1.7)
    left = room.width - width - rng.uniform(0.75, 0.95)
    return Layout(
        room,
        camera,
        bed=_bed(rng, room.back, left, width),
        window=_window(rng, room.right, (0.75, 2.1), low=0.9),
        tables=(
            Place(room.back.moved(left - 0.6), 0.48),
            Place(room.back.moved(left + width + 0.12), 0.46),
        ),
        places=(Place(room.back.moved(0.35), left - 1.1, _TALL),),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-0.7, width * 0.8), (1.0, 2.6)),
    )


def _far_corner(rng: Random) -> Layout:
    """A corner of the room: the bed seen from its side, the window in the wall it stands along."""
    room = Room(rng.uniform(3.9, 4.2), rng.uniform(2.5, 2.7), rng.uniform(3.8, 4.1))
    eye = (rng.uniform(0.8, 1.2), rng.uniform(1.55, 1.8), rng.uniform(-0.8, -0.4))
    camera = _camera(rng, eye, rng.uniform(0.36, 0.48), rng.uniform(244.0, 266.0))
    width, gap = rng.uniform(1.3, 1.6), rng.uniform(0.6, 0.7)
    window = _window(rng, room.back, (room.width - 2.7, room.width - 0.7), low=0.95)
    return Layout(
        room,
        camera,
        bed=_bed(rng, room.right, gap, width),
        window=window,
        tables=(Place(room.right.moved(0.06), 0.46), Place(room.right.moved(gap + width + 0.1), 0.46)),
        places=(_left_of(window, room.back.moved(0.2)),),
        pictures=((Place(room.right.moved(gap), width), (1.4, 2.1)),),
        rug=((width - 0.4, width + 1.1), (0.7, 2.4)),
    )
