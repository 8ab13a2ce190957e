"""Wall and roof texture: soft patches several pixels wide, in wall coordinates."""

import skia

from unleash.scenes.church.mason import Mason
from unleash.scenes.light import Color
from unleash.scenes.painter import Point


def dapple(mason: Mason, right: float, top: float, foot: float, facing: float) -> None:
    """Draws the wall texture on a wall turned to the light by ``facing``.

    Args:
        right, top, foot: extent of the wall in wall coordinates, from x = 0.
    """
    dark = skia.Path()
    if mason.material.texture == "boards":
        x = 3.0
        while x < right:
            dark.addRect(skia.Rect.MakeLTRB(x, top, x + 1.2, foot))
            x += 6.0
    else:
        dark.addRect(skia.Rect.MakeLTRB(0, foot - min(9.0, (foot - top) * 0.16), right, foot))
    mason.painter.fill(dark, mason.tone(mason.material.wall, facing, 0.8), alpha=0.55)


def rows(
    mason: Mason, corners: tuple[Point, Point, Point, Point], color: Color, spacing: float = 5.0
) -> None:
    """Draws rows of tiles on a roof.

    Args:
        corners: eave left, eave right, ridge right, ridge left, in pixels.
        color: of the joints between the rows.
        spacing: distance between rows in pixels.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    count = int(max(abs(ay - dy), abs(by - cy)) / spacing)
    path = skia.Path()
    for row in range(1, count):
        t = row / count
        path.moveTo(ax + (dx - ax) * t, ay + (dy - ay) * t)
        path.lineTo(bx + (cx - bx) * t, by + (cy - by) * t)
    mason.painter.stroke(path, color, 1.4, alpha=0.4)
