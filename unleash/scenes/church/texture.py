"""Wall and roof texture: soft patches several pixels wide, in wall coordinates."""

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.light import Color
from unleash.scenes.painter import Point


def dapple(mason: Mason, right: float, top: float, foot: float, facing: float) -> None:
    """Lays the wall's texture over a wall turned to the light by ``facing``.

    Args:
        right, top, foot: its extent in its own coordinates, from x = 0.
    """
    rng, wall = mason.rng, mason.material.wall
    dark, pale = skia.Path(), skia.Path()
    if mason.material.texture == "boards":
        x = 3.0
        while x < right:
            dark.addRect(skia.Rect.MakeLTRB(x, top, x + 1.2, foot))
            x += rng.uniform(5.0, 6.5)
    elif mason.material.texture == "plaster":
        dark.addRect(skia.Rect.MakeLTRB(0, foot - min(9.0, (foot - top) * 0.16), right, foot))
    else:
        for i in range(min(24, int(right * (foot - top) / 150))):
            width, x = 6 + 7 * rng.random(), right * rng.random()
            y = top + 5.0 * int((foot - top) / 5 * rng.random())
            rect = skia.Rect.MakeLTRB(max(0.0, x - width), y, x, min(foot, y + 4.4))
            (dark if i % 2 else pale).addRect(rect)
        mason.painter.fill(pale, mason.tone(wall, facing, 1.14), alpha=0.55)
    mason.painter.fill(dark, mason.tone(wall, facing, 0.8), alpha=0.55)


def rows(
    mason: Mason, corners: tuple[Point, Point, Point, Point], color: Color, spacing: float = 5.0
) -> None:
    """Draws rows of tiles on a roof.

    Args:
        corners: eave left, eave right, ridge right, ridge left, in pixels.
        color: of the joints between the rows.
        spacing: pixels from row to row.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    count = int(max(abs(ay - dy), abs(by - cy)) / spacing)
    path = skia.Path()
    for row in range(1, count):
        t = row / count
        path.moveTo(ax + (dx - ax) * t, ay + (dy - ay) * t)
        path.lineTo(bx + (cx - bx) * t, by + (cy - by) * t)
    mason.painter.stroke(path, color, 1.4, alpha=0.4)
