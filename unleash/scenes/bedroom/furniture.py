"""Tables, wardrobe, desk and chair, shelves: boxes with a few details, placed at a wall."""

from random import Random

from unleash.scenes.bedroom.geometry import Frame, add
from unleash.scenes.bedroom.stage import SHADOW, Stage, box, contact_shadow, wall_matrix
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import ellipse, rectangle

TABLE_TOP = 0.58
"""Height of a bedside table, in metres."""

_BOOKS = ("#c8553d", "#e0a63c", "#3e6b64", "#f0e4cc", "#5b6f95", "#8c4a5e", "#d98d6a")


def paint_bedside_table(stage: Stage, frame: Frame, width: float, legs: bool) -> None:
    """Draws a table with a drawer; ``frame`` has its origin at the left of its back."""
    depth, wood = 0.42, stage.scheme.wood
    contact_shadow(stage, frame, (0.0, width), (0.0, depth))
    low = 0.28 if legs else 0.04
    if legs:
        for a in (0.03, width - 0.07):
            for b in (0.03, depth - 0.07):
                box(stage, frame, (a, a + 0.04), (0.0, low), (b, b + 0.04), wood)
    box(stage, frame, (0.0, width), (low, TABLE_TOP), (0.0, depth), wood)
    with stage.painter.transformed(wall_matrix(stage, frame, depth)):
        rows = 1 if legs else 2
        height = (TABLE_TOP - low) / rows
        for i in range(rows):
            y = low + i * height
            stage.painter.fill(rectangle(0.04, y + 0.04, width - 0.04, y + height - 0.04), SHADOW, alpha=0.2)
            knob = stage.light.on(stage.scheme.accent, frame.at(width / 2, y, depth), frame.out)
            stage.painter.fill(ellipse(width / 2, y + height / 2, 0.03, 0.03), knob, Element.FURNITURE)


def paint_wardrobe(stage: Stage, frame: Frame, width: float, rng: Random) -> None:
    """Draws a tall cupboard with two doors."""
    depth, height = 0.55, rng.uniform(1.9, 2.15)
    albedo = rng.choice((stage.scheme.wood, mix(stage.scheme.trim, stage.scheme.wood, 0.12)))
    contact_shadow(stage, frame, (0.0, width), (0.0, depth))
    box(stage, frame, (0.0, width), (0.06, height), (0.0, depth), albedo)
    box(stage, frame, (-0.03, width + 0.03), (height, height + 0.06), (0.0, depth + 0.03), albedo)
    knob = stage.light.on(stage.scheme.accent, frame.at(width / 2, 1.0, depth), frame.out)
    with stage.painter.transformed(wall_matrix(stage, frame, depth)):
        for left in (0.05, width / 2 + 0.03):
            right = left + width / 2 - 0.08
            for low, high in ((0.14, 0.8), (0.88, height - 0.08)):
                stage.painter.fill(rectangle(left, low, right, high), SHADOW, alpha=0.16)
        stage.painter.fill(rectangle(width / 2 - 0.012, 0.08, width / 2 + 0.012, height), SHADOW, alpha=0.4)
        for a in (width / 2 - 0.07, width / 2 + 0.07):
            stage.painter.fill(ellipse(a, 1.0, 0.03, 0.05), knob, Element.FURNITURE)


def paint_bookcase(stage: Stage, frame: Frame, width: float, rng: Random) -> None:
    """Draws an open bookcase with books and a few toys."""
    depth, shelves = 0.3, rng.randint(2, 4)
    height = 0.1 + 0.42 * shelves
    wood = stage.scheme.wood
    contact_shadow(stage, frame, (0.0, width), (0.0, depth))
    box(stage, frame, (0.0, width), (0.0, height), (0.0, depth), wood)
    with stage.painter.transformed(wall_matrix(stage, frame, depth)):
        for i in range(shelves):
            low = 0.1 + 0.42 * i
            dark = mix(stage.light.on(wood, frame.at(width / 2, low, depth), frame.out), SHADOW, 0.5)
            stage.painter.fill(rectangle(0.05, low, width - 0.05, low + 0.37), dark, Element.FURNITURE)
            _books(stage, frame.moved(0.0, depth), (0.07, width - 0.07), low, rng)


def paint_wall_shelf(stage: Stage, frame: Frame, width: float, height: float, rng: Random) -> None:
    """Draws a board on the wall ``height`` metres up, with books on it."""
    box(stage, frame, (0.0, width), (height - 0.05, height), (0.0, 0.2), stage.scheme.wood)
    with stage.painter.transformed(wall_matrix(stage, frame, 0.18)):
        _books(stage, frame.moved(0.0, 0.18), (0.03, width - 0.03), height, rng)


def _books(stage: Stage, frame: Frame, a: tuple[float, float], low: float, rng: Random) -> None:
    x = a[0]
    while x < a[1] - 0.08:
        wide, tall = rng.uniform(0.07, 0.12), rng.uniform(0.2, 0.31)
        color = stage.light.on(_cover(rng), frame.at(x, low, 0.0), frame.out)
        if rng.random() < 0.15:
            r = min(0.09, (a[1] - x) / 2)
            stage.painter.fill(ellipse(x + r, low + r, r, r), color, Element.FURNITURE)
            x += 2 * r + 0.02
        else:
            right = min(x + wide, a[1])
            stage.painter.fill(rectangle(x, low, right, low + tall), color, Element.FURNITURE)
            x = right + (0.005 if rng.random() < 0.8 else 0.1)


def _cover(rng: Random) -> Color:
    return hex_color(rng.choice(_BOOKS))


def paint_dresser(stage: Stage, frame: Frame, width: float, rng: Random) -> None:
    """Draws a chest of three drawers, 0.8 m high, with a vase or books on it."""
    depth, height, wood = 0.45, 0.82, stage.scheme.wood
    contact_shadow(stage, frame, (0.0, width), (0.0, depth))
    box(stage, frame, (0.0, width), (0.08, height), (0.0, depth), wood)
    with stage.painter.transformed(wall_matrix(stage, frame, depth)):
        for i in range(3):
            y = 0.11 + 0.235 * i
            stage.painter.fill(rectangle(0.04, y, width - 0.04, y + 0.2), SHADOW, alpha=0.2)
            knob = stage.light.on(stage.scheme.accent, frame.at(width / 2, y, depth), frame.out)
            for a in (width * 0.3, width * 0.7):
                stage.painter.fill(ellipse(a, y + 0.1, 0.03, 0.03), knob, Element.FURNITURE)

    _on_top(stage, frame, width, height, rng)


def _on_top(stage: Stage, frame: Frame, width: float, height: float, rng: Random) -> None:
    if rng.random() < 0.5:
        for i in range(3):
            thick = (height + 0.05 * i, height + 0.05 * i + 0.045)
            box(stage, frame, (0.12, 0.42), thick, (0.12, 0.34), _cover(rng))
        return
    foot = frame.at(width * rng.uniform(0.25, 0.75), height, 0.2)
    x, y = stage.camera.pixel(foot)
    s = stage.camera.scale(foot)
    color = stage.light.on(_cover(rng), add(foot, frame.out, 0.1), frame.out)
    stage.painter.fill(ellipse(x, y - 0.12 * s, 0.085 * s, 0.12 * s), color, Element.FURNITURE)
    stage.painter.fill(
        rectangle(x - 0.035 * s, y - 0.32 * s, x + 0.035 * s, y - 0.2 * s), color, Element.FURNITURE
    )


def paint_desk(stage: Stage, frame: Frame, width: float) -> None:
    """Draws a desk and a chair pulled up to it."""
    depth, height, wood = 0.55, 0.74, stage.scheme.wood
    contact_shadow(stage, frame, (0.0, width), (0.0, depth), 0.3)
    for a in (0.02, width - 0.08):
        for b in (0.02, depth - 0.08):
            box(stage, frame, (a, a + 0.06), (0.0, height), (b, b + 0.06), wood)
    box(stage, frame, (0.0, width), (height - 0.05, height), (0.0, depth), wood)
    chair = frame.moved(width / 2 - 0.21, depth - 0.1)
    color = mix(stage.scheme.throw, wood, 0.3)
    contact_shadow(stage, chair, (0.0, 0.42), (0.0, 0.42), 0.3)
    parts = [((a, a + 0.045), (0.0, 0.45), (b, b + 0.045)) for a in (0.0, 0.375) for b in (0.0, 0.375)]
    parts += [((0.0, 0.42), (0.43, 0.48), (0.0, 0.42)), ((0.0, 0.42), (0.6, 0.92), (0.38, 0.42))]
    parts += [((a, a + 0.045), (0.48, 0.6), (0.38, 0.42)) for a in (0.0, 0.375)]
    for part in parts:
        box(stage, chair, *part, color)
    lit = stage.light.on(stage.scheme.linen, add(frame.at(width / 2, height, 0.2), frame.out, 0.1), (0, 1, 0))
    page = [frame.at(s, height + 0.01, t) for s, t in ((0.2, 0.15), (0.5, 0.15), (0.5, 0.38), (0.2, 0.38))]
    stage.painter.fill(stage.camera.path(*page), lit, Element.FURNITURE)
