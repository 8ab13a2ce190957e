"""Composes a bedroom: chooses its parts and draws them from back to front."""

from collections.abc import Callable
from random import Random

from unleash.scenes.bedroom.bed import paint_bed
from unleash.scenes.bedroom.colours import SCHEMES
from unleash.scenes.bedroom.decor import paint_picture, paint_plant, paint_rug
from unleash.scenes.bedroom.furniture import (
    TABLE_TOP,
    paint_bedside_table,
    paint_bookcase,
    paint_desk,
    paint_dresser,
    paint_wall_shelf,
    paint_wardrobe,
)
from unleash.scenes.bedroom.geometry import UP, Camera, Vector, add
from unleash.scenes.bedroom.lamps import paint_floor_lamp, paint_pendant, paint_table_lamp
from unleash.scenes.bedroom.layout import Layout, Place, random_layout
from unleash.scenes.bedroom.lighting import room_light
from unleash.scenes.bedroom.room import paint_shell
from unleash.scenes.bedroom.stage import Stage
from unleash.scenes.bedroom.window import paint_curtains, paint_sunlight, paint_window
from unleash.scenes.painter import SIZE, Painter
from unleash.scenes.stencil import variant

Item = tuple[Vector, Callable[[Stage], None]]
"""The position of a piece of furniture on the floor, and the function that draws it."""


def paint_bedroom(painter: Painter, time: str, rng: Random) -> None:
    """Draws a bedroom.

    Args:
        painter: draws it.
        time: "day", "dusk", "night" or "rain".
        rng: decides everything else.
    """
    scheme = rng.choice(SCHEMES)
    layout = random_layout(rng)
    look = variant(rng, 8)
    lamps: list[Vector] = []
    bed, window = layout.bed, layout.window
    center = bed.frame.at(bed.width / 2, 0.3, bed.length / 2)
    items: list[Item] = [(center, lambda stage: paint_bed(stage, bed, window, look))]
    for place in layout.tables:
        needed = not lamps and _in_view(layout.camera, place.frame.at(place.width / 2, 0.9, 0.2))
        items.append(_table(place, lamps, needed or rng.random() < 0.7, variant(rng, 4)))
    for place in layout.places:
        items.append(_furniture(place, lamps, variant(rng, 12)))
    pendant = rng.random() < 0.1 or not any(_in_view(layout.camera, lamp) for lamp in lamps)
    hang = layout.room.back.at(layout.room.width / 2, layout.room.height - 0.5, 1.9)
    if pendant:
        lamps.append(hang)
    light = room_light(time, window.wall, window.middle, tuple(lamps), variant(rng, 12))
    stage = Stage(painter, layout.camera, light, scheme)
    paint_shell(stage, layout.room, variant(rng, 16))
    paint_window(stage, window, time, variant(rng, 12))
    if rng.random() < 0.85:
        paint_curtains(stage, window, variant(rng, 4))
    for place, heights in layout.pictures:
        _wall_decoration(stage, place, heights, variant(rng, 12))
    if rng.random() < 0.75:
        paint_rug(stage, bed.frame, *layout.rug, round_shape=rng.random() < 0.4)
    _sun_on_shell(stage, layout)
    eye = layout.camera.eye
    for _, draw in sorted(items, key=lambda item: -_square(add(item[0], eye, -1.0))):
        draw(stage)
    if pendant:
        paint_pendant(stage, hang, layout.room.height)


def _in_view(camera: Camera, p: Vector) -> bool:
    x, y = camera.pixel(p)
    return 10 < x < SIZE - 10 and 0 < y < SIZE


def _square(p: Vector) -> float:
    return p[0] ** 2 + p[2] ** 2


def _table(place: Place, lamps: list[Vector], lamp: bool, rng: Random) -> Item:
    frame, width, legs = place.frame, place.width, rng.random() < 0.5
    top = frame.at(width / 2, TABLE_TOP, 0.2)
    if lamp:
        lamps.append(add(top, UP, 0.33))

    def draw(stage: Stage) -> None:
        paint_bedside_table(stage, frame, width, legs)
        if lamp:
            paint_table_lamp(stage, top)
        else:
            paint_plant(stage, top, 0.45, rng)

    return frame.at(width / 2, 0.3, 0.2), draw


def _furniture(place: Place, lamps: list[Vector], rng: Random) -> Item:
    frame, width = place.frame, place.width
    kind = rng.choice(place.kinds) if width > 0.65 else "plant"
    foot = frame.at(width / 2, 0.0, 0.32)
    if kind == "plant":
        height = rng.uniform(0.9, 1.3)
        return foot, lambda stage: paint_plant(stage, foot, height, rng)
    if kind == "lamp":
        height = rng.uniform(1.45, 1.65)
        lamps.append(add(foot, UP, height - 0.15))
        return foot, lambda stage: paint_floor_lamp(stage, foot, height)
    if kind == "dresser":
        return foot, lambda stage: paint_dresser(stage, frame, min(width, 1.0), rng)
    if kind == "desk":
        return foot, lambda stage: paint_desk(stage, frame, min(width, 1.1))
    paint = paint_bookcase if kind == "bookcase" else paint_wardrobe
    return foot, lambda stage: paint(stage, frame, min(width, 1.0), rng)


def _wall_decoration(stage: Stage, place: Place, heights: tuple[float, float], rng: Random) -> None:
    """Hangs one or more pictures, or a shelf, in a stretch of wall."""
    frame, width, (low, high) = place.frame, place.width, heights
    kind = rng.random()
    if width < 0.5 or kind < 0.15:
        return
    if kind < 0.35 and width > 1.0:
        paint_wall_shelf(stage, frame.moved(width * 0.15), width * 0.7, low + 0.1, rng)
    elif kind < 0.6 or width < 1.0:
        size = min(width * 0.8, rng.uniform(0.6, 1.0))
        middle = width / 2
        paint_picture(stage, frame, (middle - size / 2, middle + size / 2), (low + 0.02, high), rng)
    else:
        count = rng.choice((2, 3))
        step = width / count
        for i in range(count):
            paint_picture(
                stage, frame, (step * i + 0.05, step * (i + 1) - 0.05), (low + 0.08, high - 0.03), rng
            )


def _sun_on_shell(stage: Stage, layout: Layout) -> None:
    """Draws sunlight on the floor and the walls it reaches."""
    room, camera = layout.room, layout.camera
    width, height, depth = room.width, room.height, room.depth
    floor = camera.path((0.0, 0.0, 0.0), (width, 0.0, 0.0), (width, 0.0, depth), (0.0, 0.0, depth))
    paint_sunlight(stage, layout.window, (0.0, 0.0, 0.0), UP, floor)
    for wall, length in room.walls:
        if wall != layout.window.wall and camera.faces(wall.origin, wall.out):
            corners = ((0.0, 0.0), (length, 0.0), (length, height), (0.0, height))
            area = camera.path(*(wall.at(a, h, 0.0) for a, h in corners))
            paint_sunlight(stage, layout.window, wall.origin, wall.out, area)
