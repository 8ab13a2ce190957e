"""The land: hills, meadow, road, water, shadows."""

from math import pi, sin
from random import Random

import skia

from unleash.scenes.church.mason import SNOW
from unleash.scenes.church.season import Season
from unleash.scenes.church.trees import forest
from unleash.scenes.church.view import SUN, View
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, Light, hex_color, mix
from unleash.scenes.painter import SIZE, Painter, Point, ellipse, linear, polygon, rectangle


def hills(painter: Painter, light: Light, season: Season, rng: Random, horizon: float) -> None:
    """Ranges of hills that pale with distance, the last with a wood."""
    layers = rng.randint(2, 3)
    peaks = rng.random() < 0.35
    for i in range(layers):
        nearness = (i + 1) / layers
        far = 0.82 - 0.42 * nearness
        lift = (1 - nearness) * rng.uniform(22, 44) + 9
        base = horizon - lift
        crest = _crest(rng, base, lift * 0.6, 7.0 if peaks and i == 0 else 2.6)
        color = mix(season.hills, season.grass, 0.5 * nearness)
        top, low = light.shade(color, 0.8, far), light.shade(color, 0.55, min(1.0, far + 0.22))
        painter.shade(
            _below(crest, horizon + 24), linear((0, base - lift), (0, horizon + 4), [top, low]), Element.HILL
        )
    for _ in range(rng.randint(1, 3)):
        left = rng.uniform(-30, 200)
        forest(
            painter,
            light,
            season,
            rng,
            left,
            left + rng.uniform(50, 130),
            horizon + 1,
            rng.uniform(9, 16),
            0.38,
        )


def _crest(rng: Random, base: float, height: float, waves: float) -> list[Point]:
    phases = [rng.uniform(0, 2 * pi) for _ in range(3)]
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


def _below(crest: list[Point], bottom: float = SIZE) -> skia.Path:
    path = skia.Path()
    path.moveTo(*crest[0])
    for (x, y), (nx, ny) in zip(crest[1:], [*crest[2:], crest[-1]], strict=True):
        path.quadTo(x, y, (x + nx) / 2, (y + ny) / 2)
    path.lineTo(SIZE, crest[-1][1])
    path.lineTo(SIZE, bottom)
    path.lineTo(0, bottom)
    path.close()
    return path


def meadow(
    painter: Painter, light: Light, season: Season, rng: Random, horizon: float, mound: Point | None
) -> None:
    """The ground from the horizon down, with broad strokes of lighter and darker grass.

    Args:
        mound: the top of the rise the church stands on, if it stands on one.
    """
    element = Element.SNOW if season.snow else Element.GRASS
    near = light.shade(season.grass, 0.62 if season.snow else 0.72)
    far = light.shade(season.grass, 0.95, 0.25)
    crest = _crest(rng, horizon + 2, 3.0, 2.2)
    painter.shade(_below(crest), linear((0, horizon), (0, SIZE), [far, mix(far, near, 0.65), near]), element)
    if mound is not None:
        x, y = mound
        rise = skia.Path()
        rise.moveTo(x - 230, SIZE)
        rise.cubicTo(x - 130, y + 34, x - 90, y, x - 50, y - 1)
        rise.lineTo(x + 50, y - 1)
        rise.cubicTo(x + 90, y, x + 130, y + 34, x + 230, SIZE)
        tones = [light.shade(season.grass, 0.95), light.shade(season.grass, 0.45)]
        painter.shade(rise, linear((x, y - 4), (x, SIZE + 30), tones), element)
    strokes(painter, light, season, rng, (mound[1] if mound else horizon) + 14)


def strokes(painter: Painter, light: Light, season: Season, rng: Random, top: float) -> None:
    """Broad patches on the ground below ``top``, larger towards the viewer."""
    pale, dark = skia.Path(), skia.Path()
    for i in range(14):
        t = rng.random() ** 0.8
        y = top + (SIZE - top) * t
        wide, high = 12 + 40 * t * rng.uniform(0.6, 1.2), 1.4 + 3.0 * t
        x = rng.uniform(-20, SIZE + 20)
        (pale if i % 2 else dark).addOval(skia.Rect.MakeLTRB(x - wide, y - high, x + wide, y + high))
    painter.fill(pale, light.shade(season.grass, 1.0), alpha=0.35)
    painter.fill(dark, light.shade(season.grass, 0.2), alpha=0.28)


def road(painter: Painter, light: Light, season: Season, rng: Random, door: Point, wide: float) -> None:
    """A path from ``door``, ``wide`` pixels there, to the bottom edge."""
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
    tones = [light.shade(albedo, 0.95), light.shade(albedo, 0.6)]
    painter.shade(path, linear((0, y), (0, SIZE), tones), Element.PATH)


def cast_shadow(painter: Painter, light: Light, view: View, footprint: list[Point], high: float) -> None:
    """The shadow on the ground of walls ``high`` units tall over a convex plan."""
    shift = (-SUN[0] * light.side * high * 0.62, -SUN[1] * high * 0.3)
    feet = [view.ground(at) for at in footprint]
    points = feet + [(x + shift[0], y + shift[1]) for x, y in feet]
    flat = View(view.x, view.base, view.eye, view.distance, 0.0)
    seen = [flat.point(x, y, 0) for x, y in _hull(points)]
    painter.fill(polygon(*seen), mix(light.fill, (0.12, 0.1, 0.25), 0.45), alpha=0.42, blur=2.0)


def _hull(points: list[Point]) -> list[Point]:
    """The convex hull, by Andrew's monotone chain."""
    ordered = sorted(points)
    chains: list[Point] = []
    for run in (ordered, ordered[::-1]):
        chain: list[Point] = []
        for p in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        chains += chain[:-1]
    return chains


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def lake(painter: Painter, light: Light, season: Season, rng: Random, shore: float) -> None:
    """Still water from ``shore`` to the bottom edge, mirroring what is above."""
    tint = mix(light.middle, hex_color("#2c5068"), 0.35 if not season.snow else 0.15)
    painter.mirror_below(shore, SIZE - shore, tint, 0.4)
    water = rectangle(0, shore, SIZE, SIZE)
    painter.shade(water, linear((0, shore), (0, SIZE), [(light.horizon, 0.22), (light.zenith, 0.45)]))
    ripples = skia.Path()
    for _ in range(12):
        t = rng.random()
        y, x, half = (
            shore + 4 + (SIZE - shore - 6) * t,
            rng.uniform(0, SIZE),
            8 + 26 * t * rng.uniform(0.5, 1.2),
        )
        ripples.addOval(skia.Rect.MakeLTRB(x - half, y - 0.9 - t, x + half, y + 0.9 + t))
    painter.fill(ripples, light.horizon, alpha=0.42)
    bank = SNOW if season.snow else mix(season.grass, hex_color("#6b5a40"), 0.5)
    edge = skia.Path()
    edge.addRect(skia.Rect.MakeLTRB(0, shore - 1.5, SIZE, shore + 1.5))
    for _ in range(9):
        x = rng.uniform(0, SIZE)
        edge.addPath(ellipse(x, shore + 0.5, rng.uniform(8, 24), rng.uniform(1.5, 3.2)))
    painter.fill(edge, light.shade(bank, 0.5), Element.SNOW if season.snow else Element.GRASS)


def wall(
    painter: Painter, light: Light, season: Season, rng: Random, y: float, gap: tuple[float, float]
) -> None:
    """A low dry-stone wall across the picture at ``y``, open between the two ends of ``gap``."""
    high = rng.uniform(9, 13)
    stone: Color = hex_color("#b3a896")
    path, joints, snow = skia.Path(), skia.Path(), skia.Path()
    for left, right in ((-5.0, gap[0]), (gap[1], SIZE + 5.0)):
        path.addRect(skia.Rect.MakeLTRB(left, y - high, right, y))
        snow.addRoundRect(skia.Rect.MakeLTRB(left - 1, y - high - 3, right + 1, y - high + 1.5), 2, 2)
        x = left
        while x < right - 5:
            x += rng.uniform(7, 12)
            row = rng.choice((0.35, 0.7))
            joints.addOval(skia.Rect.MakeLTRB(x - 5, y - high * row - 2.2, x, y - high * row + 2.2))
    tones = [light.shade(stone, 0.8), light.shade(stone, 0.25)]
    painter.shade(path, linear((0, y - high), (0, y), tones), Element.WALL)
    painter.fill(joints, light.shade(stone, 0.1), alpha=0.4)
    painter.fill(snow, light.shade(SNOW if season.snow else mix(stone, SNOW, 0.4), 0.85))
