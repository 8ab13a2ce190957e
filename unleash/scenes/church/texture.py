"""Wall and roof texture: soft patches several pixels wide, in wall coordinates."""

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.light import Color
from unleash.scenes.painter import Point


def dapple(mason: Mason, left: float, top: float, right: float, bottom: float, facing: float) -> None:
    """Lays the wall's texture over a rectangle of a wall turned to the light by ``facing``."""
    kind, rng = mason.material.texture, mason.rng
    dark, pale = skia.Path(), skia.Path()
    if kind == "boards":
        x = left + 3.0
        while x < right:
            dark.addRect(skia.Rect.MakeLTRB(x, top, x + 1.2, bottom))
            x += rng.uniform(5.0, 6.5)
    else:
        long, high, share = (8.0, 4.0, 110.0) if kind == "stone" else (16.0, 9.0, 600.0)
        for _ in range(min(46, int((right - left) * (bottom - top) / share))):
            width = long * rng.uniform(0.7, 1.5)
            x = rng.uniform(left, max(left, right - width))
            y = top + high * rng.randrange(max(1, int((bottom - top) / high)))
            rect = skia.Rect.MakeLTRB(x, y, min(right, x + width), min(bottom, y + high - 0.6))
            (dark if rng.random() < 0.55 else pale).addRoundRect(rect, 1.2, 1.2)
    wall = mason.material.wall
    strength = {"stone": 0.5, "plaster": 0.28, "boards": 0.7}[kind]
    mason.painter.fill(dark, mason.tone(wall, facing, 0.8), alpha=strength)
    if not pale.isEmpty():
        mason.painter.fill(pale, mason.tone(wall, facing, 1.14), alpha=strength)


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
