"""Where things stand: a few arrangements of room, camera, bed and window, varied at random."""

from dataclasses import dataclass
from random import Random

from unleash.scenes.bedroom.bed import HEADBOARDS, Bed
from unleash.scenes.bedroom.geometry import Camera, Frame, Vector
from unleash.scenes.bedroom.room import Room
from unleash.scenes.bedroom.stage import Span
from unleash.scenes.bedroom.window import Window


@dataclass(frozen=True)
class Place:
    """A free stretch of wall.

    Args:
        frame: its left end.
        width: in metres.
    """

    frame: Frame
    width: float


@dataclass(frozen=True)
class Layout:
    """Where everything of one room is.

    Args:
        room, camera, bed, window: the big four.
        tables: stretches of wall beside the bed.
        places: stretches where other furniture may stand.
        pictures: stretches of wall with room for a picture, and the heights it has there.
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
    """Draws one of the arrangements."""
    return rng.choice(
        (_front, _front, _front_window, _front_window, _side, _side, _corner, _corner, _far_corner)
    )(rng)


def _camera(rng: Random, eye: Vector, yaw: float, focal: float) -> Camera:
    return Camera(eye, yaw, focal, horizon=rng.uniform(96.0, 116.0), mirror=rng.random() < 0.5)


def _bed(rng: Random, wall: Frame, left: float, width: float) -> Bed:
    return Bed(wall.moved(left), width, rng.uniform(1.95, 2.1), rng.choice(HEADBOARDS))


def _window(rng: Random, wall: Frame, a: Span, low: float = 0.9) -> Window:
    """A window centred in the stretch ``a`` of a wall."""
    longest = a[1] - a[0]
    width = min(longest, rng.choice((0.9, 1.1, 1.5, 1.9)))
    center = (a[0] + a[1]) / 2
    arched = width < 1.3 and rng.random() < 0.4
    high = rng.uniform(2.1, 2.3)
    panes = (2 if width < 1.4 else 3, rng.choice((1, 2, 2, 3)))
    return Window(wall, (center - width / 2, center + width / 2), (low, high), panes, arched)


def _front(rng: Random) -> Layout:
    """The bed's head in the middle of the wall ahead, the window at the side."""
    room = Room(rng.uniform(3.3, 3.8), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.2))
    camera = _camera(
        rng,
        (room.width / 2 + rng.uniform(0.1, 0.55), rng.uniform(1.4, 1.65), rng.uniform(-0.3, 0.1)),
        rng.uniform(-0.1, 0.02),
        rng.uniform(215.0, 235.0),
    )
    width = rng.uniform(1.5, 1.8)
    left = (room.width - width) / 2 + rng.uniform(-0.15, 0.15)
    bed = _bed(rng, room.back, left, width)
    window = _window(rng, room.left, (room.depth - 1.9, room.depth - 0.7))
    right_gap = room.width - left - width
    return Layout(
        room,
        camera,
        bed,
        window,
        tables=(
            Place(room.back.moved(left - 0.6), 0.48),
            Place(room.back.moved(left + width + 0.12), min(0.48, right_gap - 0.15)),
        ),
        places=(Place(room.right.moved(0.75), 1.1),),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-0.5, width + 0.5), (1.2, 2.6)),
    )


def _front_window(rng: Random) -> Layout:
    """The bed's head at one side of the wall ahead, the window beside it."""
    room = Room(rng.uniform(3.8, 4.3), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.3))
    camera = _camera(
        rng,
        (room.width / 2 + rng.uniform(-0.3, 0.3), rng.uniform(1.4, 1.65), rng.uniform(-0.3, 0.0)),
        rng.uniform(-0.06, 0.06),
        rng.uniform(215.0, 235.0),
    )
    width = rng.uniform(1.4, 1.7)
    left = room.width - width - rng.uniform(0.25, 0.6)
    bed = _bed(rng, room.back, left, width)
    window = _window(rng, room.back, (0.4, left - 0.35))
    return Layout(
        room,
        camera,
        bed,
        window,
        tables=(Place(room.back.moved(left - 0.62), 0.5),),
        places=(Place(room.back.moved(0.3), left - 1.0), Place(room.left.moved(room.depth - 2.2), 1.2)),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-1.3, width * 0.7), (1.3, 2.5)),
    )


def _side(rng: Random) -> Layout:
    """The bed along the wall ahead, its head at the right, the window above it."""
    room = Room(rng.uniform(3.3, 3.7), rng.uniform(2.5, 2.7), rng.uniform(3.6, 3.9))
    camera = _camera(
        rng,
        (room.width / 2 + rng.uniform(-0.45, 0.1), rng.uniform(1.4, 1.65), rng.uniform(-0.6, -0.2)),
        rng.uniform(-0.05, 0.12),
        rng.uniform(225.0, 245.0),
    )
    width = rng.uniform(1.3, 1.6)
    gap = rng.uniform(0.1, 0.6)
    bed = _bed(rng, room.right, gap, width)
    window = _window(rng, room.back, (0.7, room.width - 0.9), low=rng.uniform(0.95, 1.1))
    right = window.a[1] + 0.3
    pictures = ((Place(room.back.moved(right), room.width - right - 0.1), (1.35, 2.0)),)
    return Layout(
        room,
        camera,
        bed,
        window,
        tables=(Place(room.right.moved(gap + width + 0.1), 0.46),),
        places=(Place(room.back.moved(0.1), 1.0),),
        pictures=pictures,
        rug=((width - 0.3, width + 1.2), (0.5, 2.2)),
    )


def _corner(rng: Random) -> Layout:
    """A corner of the room: the bed's head at one wall, the window in the other."""
    room = Room(rng.uniform(3.9, 4.3), rng.uniform(2.5, 2.7), rng.uniform(3.9, 4.3))
    yaw = rng.uniform(0.42, 0.6)
    camera = _camera(
        rng,
        (rng.uniform(0.5, 0.8), rng.uniform(1.5, 1.75), rng.uniform(-0.6, -0.2)),
        yaw,
        rng.uniform(210.0, 230.0),
    )
    width = rng.uniform(1.5, 1.7)
    left = room.width - width - rng.uniform(0.75, 1.0)
    bed = _bed(rng, room.back, left, width)
    window = _window(rng, room.right, (0.75, 2.1))
    return Layout(
        room,
        camera,
        bed,
        window,
        tables=(Place(room.back.moved(left - 0.6), 0.48), Place(room.back.moved(left + width + 0.12), 0.46)),
        places=(Place(room.back.moved(0.3), left - 1.1),),
        pictures=((Place(room.back.moved(left), width), (1.4, 2.15)),),
        rug=((-0.7, width * 0.8), (1.0, 2.6)),
    )


def _far_corner(rng: Random) -> Layout:
    """A corner of the room: the bed seen from its side, the window in the wall it stands along."""
    room = Room(rng.uniform(3.9, 4.2), rng.uniform(2.5, 2.7), rng.uniform(3.8, 4.1))
    camera = _camera(
        rng,
        (rng.uniform(0.7, 1.1), rng.uniform(1.5, 1.75), rng.uniform(-0.6, -0.2)),
        rng.uniform(0.32, 0.46),
        rng.uniform(210.0, 230.0),
    )
    width = rng.uniform(1.4, 1.6)
    gap = rng.uniform(0.6, 0.75)
    bed = _bed(rng, room.right, gap, width)
    window = _window(rng, room.back, (room.width - 2.6, room.width - 0.7), low=0.95)
    return Layout(
        room,
        camera,
        bed,
        window,
        tables=(Place(room.right.moved(0.06), 0.46), Place(room.right.moved(gap + width + 0.1), 0.46)),
        places=(Place(room.back.moved(0.2), 1.0),),
        pictures=((Place(room.right.moved(gap), width), (1.4, 2.1)),),
        rug=((width - 0.4, width + 1.1), (0.7, 2.4)),
    )
