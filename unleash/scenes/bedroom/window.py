"""Windows, curtains, and sunlight through windows."""

from dataclasses import dataclass
from random import Random

import skia

from unleash.scenes.bedroom.geometry import Frame, Vector, add, dot
from unleash.scenes.bedroom.stage import SHADOW, Span, Stage, box, wall_matrix
from unleash.scenes.bedroom.view import paint_view
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, mix, multiply
from unleash.scenes.painter import linear, rectangle


@dataclass(frozen=True)
class Window:
    """A window in a wall.

    Args:
        wall: the frame of the wall.
        a, h: extent of the opening along and up the wall, in metres.
        panes: number of panes across and up.
        arched: whether its top is round.
    """

    wall: Frame
    a: Span
    h: Span
    panes: tuple[int, int]
    arched: bool

    @property
    def middle(self) -> Vector:
        """The centre of the opening in room coordinates."""
        return self.wall.at(sum(self.a) / 2, sum(self.h) / 2, 0.0)

    def opening(self, margin: float = 0.0) -> skia.Path:
        """The outline in metres on the wall, enlarged by ``margin``."""
        (a0, a1), (h0, h1) = self.a, self.h
        left, right, low, high = a0 - margin, a1 + margin, h0 - margin, h1 + margin
        if not self.arched:
            return rectangle(left, low, right, high)
        spring = high - (right - left) / 2
        path = skia.Path().moveTo(left, low).lineTo(left, spring)
        path.arcTo(skia.Rect.MakeLTRB(left, spring - (high - spring), right, high), 180, -180, False)
        return path.lineTo(right, low).close()


def paint_window(stage: Stage, window: Window, time: str, rng: Random) -> None:
    """Draws the view, the casing, the glazing bars and the sill."""
    wall = window.wall
    (a0, a1), (h0, h1) = window.a, window.h
    trim = mix(stage.light.on(stage.scheme.trim, wall.at(a0, h0, 0.05), wall.out), stage.scheme.trim, 0.12)
    with stage.painter.transformed(wall_matrix(stage, wall)):
        stage.painter.fill(window.opening(0.12), SHADOW, alpha=0.16)
        stage.painter.fill(window.opening(0.085), trim, Element.WINDOW)
        with stage.painter.clipped(window.opening()):
            paint_view(stage, window.a, window.h, time, rng)
            stage.painter.fill(rectangle(a0, h1 - 0.05, a1, h1), SHADOW, alpha=0.25)
            bars = _bars(window)
            stage.painter.fill(bars, mix(trim, SHADOW, 0.12), Element.WINDOW)
    box(stage, wall, (a0 - 0.13, a1 + 0.13), (h0 - 0.11, h0 - 0.05), (0.0, 0.12), trim, Element.WINDOW)


def _bars(window: Window) -> skia.Path:
    (a0, a1), (h0, h1), (across, up) = window.a, window.h, window.panes
    bars = skia.Path()
    for i in range(1, across):
        x = a0 + (a1 - a0) * i / across
        bars.addRect(skia.Rect.MakeLTRB(x - 0.025, h0, x + 0.025, h1))
    for i in range(1, up):
        y = h0 + (h1 - h0) * i / up
        bars.addRect(skia.Rect.MakeLTRB(a0, y - 0.025, a1, y + 0.025))
    return bars


def paint_curtains(stage: Stage, window: Window, rng: Random) -> None:
    """Draws a rod and a curtain on each side, to the floor or to the sill."""
    (a0, a1), (h0, h1) = window.a, window.h
    width = a1 - a0
    cover, beside = min(0.42, width * 0.2), rng.uniform(0.16, 0.24)
    bottom = 0.06 if rng.random() < 0.65 else h0 - 0.28
    top = h1 + 0.16
    wall = window.wall
    point = wall.at((a0 + a1) / 2, (h0 + h1) / 2, 0.12)
    albedo = stage.scheme.curtain
    lit = stage.light.on(albedo, point, wall.out)
    # cloth in front of a bright window is translucent
    through = multiply(multiply(albedo, albedo), stage.light.window)
    lit = (min(1.0, lit[0] + through[0]), min(1.0, lit[1] + through[1]), min(1.0, lit[2] + through[2]))
    tied = rng.random() < 0.35
    with stage.painter.transformed(wall_matrix(stage, wall, 0.1)):
        for outer, inner in ((a0 - beside, a0 + cover), (a1 + beside, a1 - cover)):
            _curtain(stage, (outer, inner), (bottom, top), lit, tied)
        rod = rectangle(a0 - beside - 0.1, top - 0.01, a1 + beside + 0.1, top + 0.045, 0.02)
        stage.painter.fill(rod, stage.light.on(stage.scheme.wood, point, wall.out), Element.CURTAIN)


def _curtain(stage: Stage, across: Span, up: Span, color: Color, tied: bool) -> None:
    outer, inner = across
    bottom, top = up
    width = inner - outer
    waist = bottom + (top - bottom) * 0.4
    narrow = 0.45 if tied else 0.93

    def edge(share: float) -> tuple[tuple[float, float], ...]:
        x = outer + width * share
        low = outer + width * share * (0.62 if tied else 1.0)
        return ((x, top), (outer + width * share * narrow, waist), (low, bottom))

    def band(start: float, end: float) -> skia.Path:
        (x0, y0), (x1, y1), (x2, y2) = edge(start)
        path = skia.Path().moveTo(x0, y0).quadTo(x0, (y0 + y1) / 2, x1, y1).lineTo(x2, y2)
        (x0, y0), (x1, y1), (x2, y2) = edge(end)
        return path.lineTo(x2, y2).lineTo(x1, y1).quadTo(x0, (y0 + y1) / 2, x0, y0).close()

    with stage.painter.clipped(band(-0.1, 1.0)):
        tones = linear((0.0, top), (0.0, bottom), [color, color, mix(color, SHADOW, 0.22)])
        stage.painter.shade(band(0.0, 1.0), tones, Element.CURTAIN)
        folds, dark, light = 4, skia.Path(), skia.Path()
        for i in range(folds):
            dark.addPath(band((i + 0.55) / folds, (i + 1.0) / folds))
            light.addPath(band(i / folds, (i + 0.22) / folds))
        stage.painter.fill(dark, SHADOW, alpha=0.2)
        stage.painter.fill(light, (1.0, 1.0, 1.0), alpha=0.12)
    if tied:
        tie = rectangle(
            min(outer, outer + width * 0.47), waist - 0.04, max(outer, outer + width * 0.47), waist + 0.04
        )
        stage.painter.fill(tie, mix(color, SHADOW, 0.35), Element.CURTAIN)


def paint_sunlight(stage: Stage, window: Window, origin: Vector, normal: Vector, area: skia.Path) -> None:
    """Brightens the part of a surface that the sun reaches through the window.

    Args:
        stage: the room.
        window: the window with the sun behind it.
        origin, normal: the plane of the surface.
        area: the surface's outline in pixels.
    """
    sun = stage.light.sun
    if sun is None or dot(sun, normal) > -0.05:
        return
    (a0, a1), (h0, h1), (across, up) = window.a, window.h, window.panes
    width, height = (a1 - a0) / across, (h1 - h0) / up
    path = skia.Path()
    for i in range(across):
        for j in range(up):
            left, low = a0 + i * width, h0 + j * height
            corners = (
                (left + 0.03, low + 0.03),
                (left + width - 0.03, low + 0.03),
                (left + width - 0.03, low + height - 0.03),
                (left + 0.03, low + height - 0.03),
            )
            pane = []
            for a, h in corners:
                p = window.wall.at(a, h, 0.0)
                pane.append(add(p, sun, dot(add(origin, p, -1.0), normal) / dot(sun, normal)))
            path.addPath(stage.camera.path(*pane))
    with stage.painter.clipped(area):
        # colour dodge multiplies the existing colour, as light does
        stage.painter.fill(path, stage.light.sunshine, blend=skia.BlendMode.kColorDodge)
