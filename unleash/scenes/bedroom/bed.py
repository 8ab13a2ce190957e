"""The bed: frame, headboard, pillows, duvet and throw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import skia

from unleash.scenes.bedroom.geometry import UP, Frame, Vector, middle, unit
from unleash.scenes.bedroom.stage import (
    SHADOW,
    Span,
    Stage,
    box,
    contact_shadow,
    face,
    floor_matrix,
    soft_polygon,
    wall_matrix,
)
from unleash.scenes.bedroom.window import Window, paint_sunlight
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix
from unleash.scenes.painter import linear, rectangle

HEADBOARDS = ("panel", "rounded", "slatted", "upholstered", "posts")
TOP = 0.6
"""Height of the duvet's top, in metres."""
_HEM = 0.24


@dataclass(frozen=True)
class Bed:
    """A bed with its head at a wall.

    Args:
        frame: origin on the floor at the head's left corner; ``along`` is across the bed.
        width, length: in metres.
        headboard: one of ``HEADBOARDS``.
    """

    frame: Frame
    width: float
    length: float
    headboard: str

    @property
    def top(self) -> list[Vector]:
        """The corners of the duvet's top."""
        ends = ((0.0, 0.5), (self.width, 0.5), (self.width, self.length), (0.0, self.length))
        return [self.frame.at(a, TOP, b) for a, b in ends]


def paint_bed(stage: Stage, bed: Bed, window: Window, rng: Random) -> None:
    """Draws the bed with its shadow on the floor and the sunlight from ``window``."""
    frame, width, length = bed.frame, bed.width, bed.length
    contact_shadow(stage, frame, (0.0, width), (0.0, length), 0.6)
    if bed.headboard == "posts":
        _posts(stage, bed, 0.04)
    else:
        _headboard(stage, bed)
    box(stage, frame, (0.0, width), (0.1, 0.3), (0.05, length), stage.scheme.wood, Element.BED)
    linen = stage.scheme.linen
    box(stage, frame, (0.03, width - 0.03), (0.3, 0.53), (0.08, 0.95), linen, Element.BED)
    _pillows(stage, bed, rng)
    _duvet(stage, bed, rng)
    paint_sunlight(stage, window, bed.top[0], UP, stage.camera.path(*bed.top))
    if bed.headboard == "posts":
        _posts(stage, bed, length - 0.04)
        _canopy(stage, bed)
    elif rng.random() < 0.25:
        box(
            stage,
            frame,
            (-0.03, width + 0.03),
            (0.05, 0.44),
            (length, length + 0.07),
            stage.scheme.wood,
            Element.BED,
        )


def _headboard(stage: Stage, bed: Bed) -> None:
    frame, width = bed.frame, bed.width
    left, right = -0.05, width + 0.05
    if bed.headboard == "panel":
        box(stage, frame, (left, right), (0.1, 1.12), (0.0, 0.07), stage.scheme.wood, Element.BED)
        with stage.painter.transformed(wall_matrix(stage, frame, 0.07)):
            third = (right - left) / 3
            for i in range(3):
                panel = rectangle(left + i * third + 0.07, 0.5, left + (i + 1) * third - 0.07, 1.03)
                stage.painter.fill(panel, SHADOW, alpha=0.2)
    elif bed.headboard == "slatted":
        for a in (left, right - 0.07):
            box(stage, frame, (a, a + 0.07), (0.0, 1.15), (0.0, 0.07), stage.scheme.wood, Element.BED)
        count = 7
        step = (right - left - 0.07) / count
        for i in range(1, count):
            a = left + i * step
            box(stage, frame, (a, a + 0.07), (0.4, 1.0), (0.02, 0.06), stage.scheme.wood, Element.BED)
        box(stage, frame, (left, right), (1.0, 1.1), (0.0, 0.07), stage.scheme.wood, Element.BED)
    else:
        _soft_headboard(stage, bed, left, right)


def _soft_headboard(stage: Stage, bed: Bed, left: float, right: float) -> None:
    frame, rounded = bed.frame, bed.headboard == "rounded"
    albedo = stage.scheme.wood if rounded else mix(stage.scheme.throw, stage.scheme.duvet, 0.25)
    low = stage.light.on(albedo, frame.at(bed.width / 2, 0.5, 0.1), frame.out)
    high = stage.light.on(albedo, frame.at(bed.width / 2, 1.2, 0.1), frame.out)
    outline = skia.Path()
    if rounded:
        outline.moveTo(left, 0.1).lineTo(left, 0.75)
        outline.cubicTo(left, 1.38, right, 1.38, right, 0.75).lineTo(right, 0.1).close()
    else:
        outline.addRoundRect(skia.Rect.MakeLTRB(left, 0.1, right, 1.18), 0.14, 0.14)
    with stage.painter.transformed(wall_matrix(stage, frame, 0.0)):
        stage.painter.fill(outline, mix(low, SHADOW, 0.35), Element.BED)
    with stage.painter.transformed(wall_matrix(stage, frame, 0.09)):
        stage.painter.shade(outline, linear((0.0, 0.5), (0.0, 1.2), [low, high]), Element.BED)
        if rounded:
            inner = skia.Path().moveTo(left + 0.1, 0.1).lineTo(left + 0.1, 0.75)
            inner.cubicTo(left + 0.1, 1.24, right - 0.1, 1.24, right - 0.1, 0.75).lineTo(
                right - 0.1, 0.1
            ).close()
            stage.painter.fill(inner, SHADOW, alpha=0.16)
        else:
            count = 4
            for i in range(1, count):
                a = left + (right - left) * i / count
                stage.painter.fill(rectangle(a - 0.02, 0.3, a + 0.015, 1.12), SHADOW, alpha=0.28)
                stage.painter.fill(rectangle(a + 0.015, 0.3, a + 0.06, 1.14), (1.0, 1.0, 1.0), alpha=0.12)


def _posts(stage: Stage, bed: Bed, b: float) -> None:
    for a in (0.0, bed.width):
        box(
            stage,
            bed.frame,
            (a - 0.04, a + 0.04),
            (0.0, 2.08),
            (b - 0.04, b + 0.04),
            stage.scheme.wood,
            Element.BED,
        )
    if b < bed.length / 2:
        box(stage, bed.frame, (0.0, bed.width), (0.4, 1.1), (0.02, 0.07), stage.scheme.wood, Element.BED)


def _canopy(stage: Stage, bed: Bed) -> None:
    frame, width, length = bed.frame, bed.width, bed.length
    for a, b in (
        ((0.0, width), (0.0, 0.07)),
        ((-0.04, 0.03), (0.0, length)),
        ((width - 0.03, width + 0.04), (0.0, length)),
        ((0.0, width), (length - 0.07, length)),
    ):
        box(stage, frame, a, (2.02, 2.09), b, stage.scheme.wood, Element.BED)


def _pillows(stage: Stage, bed: Bed, rng: Random) -> None:
    count = 1 if bed.width < 1.2 else 2
    step = bed.width / count
    for i in range(count):
        across = (i * step + 0.07, (i + 1) * step - 0.07)
        _pillow(stage, bed.frame, across, (0.1, 0.36), 0.5, stage.scheme.linen)
    if rng.random() < 0.75:
        wide = 0.42 if rng.random() < 0.5 else 0.62
        centers = [bed.width / 2]
        if count == 2 and wide < 0.5:
            centers = [bed.width * 0.28, bed.width * 0.72]
        for center in centers:
            across = (center - wide / 2, center + wide / 2)
            _pillow(stage, bed.frame, across, (0.28, 0.5), 0.36, stage.scheme.accent)


def _pillow(stage: Stage, frame: Frame, a: Span, b: Span, height: float, albedo: Color) -> None:
    """Draws a pillow leaning back from ``b[1]`` at its foot to ``b[0]`` at its top."""
    low, high = 0.52, 0.52 + height
    camera = stage.camera
    thick = 0.11
    front = [
        frame.at(a[0], low, b[1]),
        frame.at(a[1], low, b[1]),
        frame.at(a[1], high, b[0] + 0.06),
        frame.at(a[0], high, b[0] + 0.06),
    ]
    back = [
        frame.at(a[0] + 0.02, low, b[1] - thick),
        frame.at(a[1] - 0.02, low, b[1] - thick),
        frame.at(a[1] - 0.02, high - 0.02, b[0] - 0.06),
        frame.at(a[0] + 0.02, high - 0.02, b[0] - 0.06),
    ]
    center = frame.at(sum(a) / 2, (low + high) / 2, b[1])
    normal = frame.direction(0.0, 0.5, 0.85)
    lit = stage.light.on(albedo, center, normal)
    dim = mix(lit, SHADOW, 0.3)
    stage.painter.fill(soft_polygon([camera.pixel(p) for p in back], 0.3), dim, Element.PILLOW)
    path = soft_polygon([camera.pixel(p) for p in front], 0.28)
    stage.painter.fill(path, SHADOW, alpha=0.3, blur=2.0)
    start, end = camera.pixel(front[3]), camera.pixel(front[0])
    stage.painter.shade(path, linear(start, end, [mix(lit, (1.0, 1.0, 1.0), 0.08), lit, dim]), Element.PILLOW)


def _duvet(stage: Stage, bed: Bed, rng: Random) -> None:
    head = rng.uniform(0.62, 0.85)
    albedo = stage.scheme.duvet
    _cover(stage, bed, (head, bed.length + 0.02), albedo, _HEM, end=True)
    _folds(stage, bed, head, rng)
    _cloth(stage, bed, head, rng)
    _cover(
        stage, bed, (head - 0.12, head + 0.16), mix(stage.scheme.linen, albedo, 0.15), _HEM + 0.02, lift=0.025
    )
    if rng.random() < 0.7:
        start = bed.length - rng.uniform(0.75, 0.95)
        end = start + rng.uniform(0.4, 0.55)
        _cover(stage, bed, (start, end), stage.scheme.throw, _HEM - 0.05, lift=0.03)
        _throw_stripes(stage, bed, (start, end), mix(stage.scheme.throw, stage.scheme.linen, 0.55))


def _cover(
    stage: Stage, bed: Bed, b: Span, albedo: Color, hem: float, lift: float = 0.0, end: bool = False
) -> None:
    """Draws cloth over the bed from side to side, between ``b[0]`` and ``b[1]``.

    With ``end`` it also hangs down over the foot.
    """
    frame, width, (b0, b1) = bed.frame, bed.width, b
    bevel, top = (0.08 if end else 0.0), TOP + lift
    eye = frame.inside(stage.camera.eye)
    for side, origin in ((-1.0, 0.0), (1.0, width)):
        outer = origin + side * (0.055 + lift * 0.5)
        if side * (eye[0] - outer) < 0:
            continue
        profile = ((outer, hem), (outer, 0.52), (origin, top - 0.02), (origin - side * 0.09, top))
        near = [frame.at(a, h, b1 - (bevel if h > 0.55 else 0.0)) for a, h in profile]
        far = [frame.at(a, h, b0) for a, h in profile]
        waves = [
            frame.at(outer, hem + 0.014 * math.sin(9.0 * (b0 + t * (b1 - b0))), b0 + t * (b1 - b0))
            for t in (0.2, 0.4, 0.6, 0.8)
        ]
        path = stage.camera.path(*near, *reversed(far), *waves)
        lights = [
            stage.light.on(albedo, frame.at(outer, h, (b0 + b1) / 2), frame.direction(*normal))
            for h, normal in ((hem, (side, 0.0, 0.0)), (0.5, (side, 0.0, 0.0)), (top, (0.0, 1.0, 0.0)))
        ]
        colors = [mix(lights[0], SHADOW, 0.12), *lights[1:2] * 2, mix(lights[1], lights[2], 0.75)]
        stage.painter.shade(path, _slope(stage, (far[0], near[0]), (far[3], near[3]), colors), Element.BED)
    if end and eye[2] > b1:
        _foot(stage, bed, b1, bevel, albedo, hem)
    corners = ((0.05, b0), (width - 0.05, b0), (width - 0.05, b1 - bevel), (0.05, b1 - bevel))
    face(stage, [frame.at(a, top, t) for a, t in corners], UP, albedo, Element.BED)


def _foot(stage: Stage, bed: Bed, b: float, bevel: float, albedo: Color, hem: float) -> None:
    """Draws the part of the duvet that hangs over the foot of the bed."""
    frame, width = bed.frame, bed.width
    low = [frame.at(-0.055, hem, b), frame.at(width + 0.055, hem, b)]
    high = [frame.at(width - 0.05, TOP, b - bevel - 0.04), frame.at(0.05, TOP, b - bevel - 0.04)]
    shoulders = [
        [frame.at(a, 0.52, b), frame.at(c, TOP - 0.02, b - bevel)]
        for a, c in ((width + 0.055, width), (-0.055, 0.0))
    ]
    path = stage.camera.path(*low, *shoulders[0], *high, *reversed(shoulders[1]))
    lights = [
        stage.light.on(albedo, frame.at(width / 2, h, b), normal)
        for h, normal in ((hem, frame.out), (0.5, frame.out), (TOP, UP))
    ]
    colors = [mix(lights[0], SHADOW, 0.12), *lights[1:2] * 2, mix(lights[1], lights[2], 0.85)]
    stage.painter.shade(path, _slope(stage, (low[0], low[1]), (high[1], high[0]), colors), Element.BED)


def _slope(
    stage: Stage, low: tuple[Vector, Vector], high: tuple[Vector, Vector], colors: Sequence[Color]
) -> skia.Shader:
    """A gradient from edge ``low`` to edge ``high`` whose bands are parallel to ``low`` in the picture."""
    (x0, y0), (x1, y1) = (stage.camera.pixel(p) for p in low)
    start, end = stage.camera.pixel(middle(*low)), stage.camera.pixel(middle(*high))
    across = unit((y0 - y1, x1 - x0, 0.0))
    way = (end[0] - start[0]) * across[0] + (end[1] - start[1]) * across[1]
    return linear(start, (start[0] + across[0] * way, start[1] + across[1] * way), colors)


def _folds(stage: Stage, bed: Bed, head: float, rng: Random) -> None:
    """Lays a few soft creases over the duvet's top and hanging sides."""
    dark, light = skia.Path(), skia.Path()
    for _ in range(rng.randint(4, 6)):
        a = bed.width * rng.uniform(0.08, 0.92)
        start = rng.uniform(head, bed.length - 0.6)
        end = min(bed.length - 0.05, start + rng.uniform(0.5, 1.0))
        lean, bulge = rng.uniform(-0.22, 0.22), rng.uniform(0.05, 0.09)
        for path, offset in ((dark, 0.0), (light, bulge)):
            path.moveTo(a + offset, start)
            path.quadTo(a + lean + bulge + offset, (start + end) / 2, a + lean + offset, end)
            path.quadTo(a + lean - bulge * 0.4 + offset, (start + end) / 2, a + offset, start)
    with (
        stage.painter.clipped(stage.camera.path(*bed.top)),
        stage.painter.transformed(floor_matrix(stage, bed.frame, TOP)),
    ):
        stage.painter.fill(dark, SHADOW, alpha=0.13)
        stage.painter.fill(light, (1.0, 1.0, 1.0), alpha=0.09)
    if stage.camera.faces(bed.frame.at(0.0, 0.0, bed.length), bed.frame.out):
        drape = skia.Path()
        for i in range(4):
            a, wide = bed.width * (i + rng.uniform(0.3, 0.9)) / 4, rng.uniform(0.07, 0.12)
            drape.moveTo(a, 0.52).cubicTo(a, 0.4, a + wide * 0.3, 0.36, a + wide, _HEM)
            drape.lineTo(a - wide * 0.4, _HEM).cubicTo(a - wide * 0.2, 0.36, a, 0.4, a, 0.52)
        with stage.painter.transformed(wall_matrix(stage, bed.frame, bed.length + 0.02)):
            stage.painter.fill(drape, SHADOW, alpha=0.09)


def _cloth(stage: Stage, bed: Bed, head: float, rng: Random) -> None:
    """Prints stripes, checks or nothing on the duvet's top and the end that hangs down."""
    kind = rng.choice(("plain", "plain", "stripes", "checks", "dots"))
    if kind == "plain":
        return
    path, step = skia.Path(), rng.uniform(0.24, 0.34)
    count = round(bed.width / step)
    step = bed.width / count
    if kind == "dots":
        for i in range(count):
            for j in range(int((bed.length - head) / step)):
                path.addCircle(step * (i + 0.5), head + step * (j + 0.3 + 0.5 * (i % 2)), 0.055)
    else:
        for i in range(count):
            path.addRect(skia.Rect.MakeLTRB(step * (i + 0.3), head, step * (i + 0.7), bed.length))
    tint = mix((1.0, 1.0, 1.0), stage.scheme.throw, 0.55)
    with stage.painter.transformed(floor_matrix(stage, bed.frame, TOP + 0.01)):
        stage.painter.fill(path, tint, alpha=0.55, blend=skia.BlendMode.kMultiply)
        if kind == "checks":
            bands, b = skia.Path(), head + 0.1
            while b < bed.length - 0.1:
                bands.addRect(skia.Rect.MakeLTRB(0.0, b, bed.width, b + step * 0.4))
                b += step
            stage.painter.fill(bands, tint, alpha=0.55, blend=skia.BlendMode.kMultiply)
    if kind != "dots" and stage.camera.faces(bed.frame.at(0.0, 0.0, bed.length), bed.frame.out):
        drape = skia.Path()
        for i in range(count):
            drape.addRect(skia.Rect.MakeLTRB(step * (i + 0.3), _HEM, step * (i + 0.7), TOP - 0.03))
        with stage.painter.transformed(wall_matrix(stage, bed.frame, bed.length + 0.02)):
            stage.painter.fill(drape, tint, alpha=0.55, blend=skia.BlendMode.kMultiply)


def _throw_stripes(stage: Stage, bed: Bed, b: Span, albedo: Color) -> None:
    color = stage.light.on(albedo, bed.frame.at(bed.width / 2, TOP, sum(b) / 2), UP)
    with stage.painter.transformed(floor_matrix(stage, bed.frame, TOP + 0.03)):
        for start in (b[0] + 0.05, b[1] - 0.12):
            stage.painter.fill(rectangle(0.05, start, bed.width - 0.05, start + 0.06), color, alpha=0.8)
