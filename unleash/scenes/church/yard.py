"""The foreground: walls, fences, flowers."""

import skia

from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import SIZE, linear, polygon


def wall(world: World, y: float, gap: tuple[float, float]) -> None:
    """Draws a low dry-stone wall across the picture at ``y``, with gateposts at both ends of ``gap``."""
    painter, rng = world.painter, world.rng
    high = rng.uniform(9, 12)
    stone: Color = hex_color("#b3a896")
    path, dark, pale, caps = (skia.Path() for _ in range(4))
    for left, right, post in ((-5.0, gap[0], gap[0]), (gap[1], SIZE + 5.0, gap[1])):
        sag = rng.uniform(-2, 2)
        path.addPath(polygon((left, y), (left, y - high - sag), (right, y - high), (right, y)))
        path.addRect(skia.Rect.MakeLTRB(post - 5, y - high - 7, post + 5, y + 1))
        caps.addPath(
            polygon(
                (left, y - high - sag), (left, y - high - sag - 3), (right, y - high - 3), (right, y - high)
            )
        )
        caps.addRoundRect(skia.Rect.MakeLTRB(post - 6.5, y - high - 10, post + 6.5, y - high - 6), 2, 2)
        x = left
        while x < right - 6:
            x += rng.uniform(6, 11)
            middle = y - high * rng.choice((0.3, 0.72))
            (dark if rng.random() < 0.5 else pale).addOval(
                skia.Rect.MakeLTRB(x - 6, middle - 2.2, x, middle + 2.2)
            )
    tones = [world.tone(stone, 0.8), world.tone(stone, 0.2)]
    painter.shade(path, linear((0, y - high), (0, y), tones), Element.WALL)
    painter.fill(dark, world.tone(stone, 0.0), alpha=0.45)
    painter.fill(pale, world.tone(stone, 1.0), alpha=0.45)
    painter.fill(caps, world.tone(SNOW if world.season.snow else mix(stone, SNOW, 0.35), 0.85))


def fence(world: World, y: float, gap: tuple[float, float]) -> None:
    """Draws a white post-and-rail fence across the picture at ``y``, with a ``gap``."""
    painter, season = world.painter, world.season
    wood = hex_color("#8a7460") if season.snow else hex_color("#f0e8d8")
    posts, rails, snow = skia.Path(), skia.Path(), skia.Path()
    for start, step in ((gap[0], -15.0), (gap[1], 15.0)):
        x, end = start, -10.0 if step < 0 else SIZE + 10.0
        for lift in (5.0, 11.0):
            rails.addRect(
                skia.Rect.MakeLTRB(min(start, end), y - lift - 1.2, max(start, end), y - lift + 1.2)
            )
        while -10 < x < SIZE + 10:
            posts.addRoundRect(skia.Rect.MakeLTRB(x - 2, y - 15, x + 2, y + 1), 1.5, 1.5)
            snow.addOval(skia.Rect.MakeLTRB(x - 3.5, y - 17.5, x + 3.5, y - 13))
            x += step
    painter.fill(rails, world.tone(wood, 0.55), Element.WALL)
    painter.fill(posts, world.tone(wood, 0.9), Element.WALL)
    if season.snow:
        painter.fill(snow, world.tone(SNOW, 0.9))


def flowers(world: World, top: float) -> None:
    """Draws drifts of flowers in the meadow below ``top``."""
    rng = world.rng
    for code in rng.sample(("#f6f2e0", "#e8b23c", "#d0584c", "#9a7ac8", "#f0a0b0"), 2):
        path = skia.Path()
        for _ in range(5):
            t = rng.random()
            x, y = rng.uniform(0, SIZE), top + (SIZE - top) * t
            for _ in range(6):
                spread = 7 + 9 * t
                path.addCircle(x + rng.gauss(0, spread), y + rng.gauss(0, 2.2), 1.4 + 1.0 * t)
        world.painter.fill(path, world.tone(hex_color(code), 0.9), alpha=0.9)
