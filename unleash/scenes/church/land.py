"""The ground: meadow and road."""

from math import pi, sin

import skia

from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.world import World
from unleash.scenes.classes import Element
from unleash.scenes.light import mix
from unleash.scenes.painter import SIZE, Point, linear


def skyline(world: World, base: float, height: float, waves: float) -> list[Point]:
    """The crest of a range of hills across the picture, around ``base``, with about ``waves`` hills."""
    phases = [world.rng.uniform(0, 2 * pi) for _ in range(3)]
    points = []
    for i in range(17):
        x = i * SIZE / 16
        t = x / SIZE * pi
        y = (
            sin(t * waves * 0.5 + phases[0])
            + 0.5 * sin(t * waves + phases[1])
            + 0.2 * sin(t * waves * 2.3 + phases[2])
        )
        points.append((x, base - y * height * 0.6))
    return points


def below(crest: list[Point], bottom: float = SIZE) -> skia.Path:
    """The area under a skyline down to ``bottom``."""
    path = skia.Path()
    path.moveTo(*crest[0])
    for (x, y), (nx, ny) in zip(crest[1:], [*crest[2:], crest[-1]], strict=True):
        path.quadTo(x, y, (x + nx) / 2, (y + ny) / 2)
    path.lineTo(SIZE, crest[-1][1])
    path.lineTo(SIZE, bottom)
    path.lineTo(0, bottom)
    path.close()
    return path


def meadow(world: World, horizon: float) -> None:
    """Draws the ground below the horizon, with broad strokes of lighter and darker grass."""
    painter, season = world.painter, world.season
    element = Element.SNOW if season.snow else Element.GRASS
    near = world.tone(season.grass, 0.62 if season.snow else 0.72)
    far = world.tone(season.grass, 0.95, 0.25)
    crest = skyline(world, horizon + 2, 3.0, 2.2)
    painter.fill(below(crest, horizon + 8), far, element)
    painter.backdrop((far, mix(far, near, 0.65), near), horizon + 6, SIZE, element)
    strokes(world, horizon + 14)


def strokes(world: World, top: float) -> None:
    """Draws broad patches on the ground below ``top``, larger towards the viewer."""
    painter, season, rng = world.painter, world.season, world.rng
    pale, dark = skia.Path(), skia.Path()
    for i in range(14):
        t = rng.random() ** 0.8
        y = top + (SIZE - top) * t
        wide, high = 12 + 40 * t * rng.uniform(0.6, 1.2), 1.4 + 3.0 * t
        x = rng.uniform(-20, SIZE + 20)
        (pale if i % 2 else dark).addOval(skia.Rect.MakeLTRB(x - wide, y - high, x + wide, y + high))
    painter.fill(pale, world.tone(season.grass, 1.0), alpha=0.35)
    painter.fill(dark, world.tone(season.grass, 0.2), alpha=0.28)


def road(world: World, door: Point, wide: float) -> None:
    """Draws a path from ``door``, where it is ``wide`` pixels wide, to the bottom edge."""
    season, rng = world.season, world.rng
    x, y = door
    end = x + rng.uniform(-60, 60)
    bend = rng.uniform(-40, 40)
    half = wide * 2.6
    path = skia.Path()
    path.moveTo(x - wide * 0.6, y - 1)
    path.cubicTo(x - wide, y + 14, end + bend - half * 0.6, y + 22, end - half, SIZE + 2)
    path.lineTo(end + half, SIZE + 2)
    path.cubicTo(end + bend + half * 0.7, y + 22, x + wide * 1.2, y + 14, x + wide * 0.6, y - 1)
    path.close()
    albedo = mix(season.path, SNOW, 0.3) if season.snow else season.path
    tones = [world.tone(albedo, 0.95), world.tone(albedo, 0.6)]
    world.painter.shade(path, linear((0, y), (0, SIZE), tones), Element.PATH)
