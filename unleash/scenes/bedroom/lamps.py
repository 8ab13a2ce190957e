"""Table lamps, floor lamps and pendants."""

import skia

from unleash.scenes.bedroom.geometry import UP, Vector, add
from unleash.scenes.bedroom.stage import Stage
from unleash.scenes.classes import Element
from unleash.scenes.light import Color, hex_color, mix
from unleash.scenes.painter import ellipse, linear, polygon, radial, rectangle

_WARM = hex_color("#ffc46b")
_BRIGHT = hex_color("#fff1c4")


def paint_table_lamp(stage: Stage, foot: Vector) -> None:
    """Draws a table lamp 0.5 m tall at ``foot``."""
    x, y = stage.camera.pixel(foot)
    s = stage.camera.scale(foot)
    body = stage.light.on(mix(stage.scheme.accent, stage.scheme.wood, 0.35), add(foot, UP, 0.1), UP)
    stage.painter.fill(ellipse(x, y, 0.09 * s, 0.02 * s), body, Element.LAMP)
    stage.painter.fill(ellipse(x, y - 0.11 * s, 0.085 * s, 0.11 * s), body, Element.LAMP)
    stage.painter.fill(ellipse(x - 0.03 * s, y - 0.13 * s, 0.025 * s, 0.06 * s), (1.0, 1.0, 1.0), alpha=0.22)
    _shade(stage, x, y - 0.2 * s, s, 0.26, (0.13, 0.19), add(foot, UP, 0.35))


def paint_floor_lamp(stage: Stage, foot: Vector, height: float) -> None:
    """Draws a floor lamp ``height`` metres tall at ``foot``."""
    x, y = stage.camera.pixel(foot)
    s = stage.camera.scale(foot)
    pole = stage.light.on(stage.scheme.wood, add(foot, UP, 0.8), UP)
    stage.painter.fill(ellipse(x, y, 0.17 * s, 0.05 * s), pole, Element.LAMP)
    stage.painter.fill(rectangle(x - 0.02 * s, y - (height - 0.2) * s, x + 0.02 * s, y), pole, Element.LAMP)
    _shade(stage, x, y - (height - 0.32) * s, s, 0.34, (0.16, 0.25), add(foot, UP, height))


def paint_pendant(stage: Stage, center: Vector, ceiling: float) -> None:
    """Draws a lamp at ``center`` hanging from the ceiling, ``ceiling`` metres up."""
    x, y = stage.camera.pixel(center)
    s = stage.camera.scale(center)
    hook = stage.camera.pixel((center[0], ceiling, center[2]))
    cord = skia.Path().moveTo(*hook).lineTo(x, y)
    stage.painter.stroke(cord, stage.light.on(stage.scheme.wood, center, UP), 1.4, Element.LAMP)
    _shade(stage, x, y + 0.12 * s, s, 0.24, (0.10, 0.27), center)


def _shade(
    stage: Stage, x: float, bottom: float, s: float, height: float, radii: tuple[float, float], at: Vector
) -> None:
    """Draws a lamp shade; it glows when the lamps are on."""
    top, (narrow, wide) = bottom - height * s, (radii[0] * s, radii[1] * s)
    glow = stage.light.glow
    paper = mix(stage.scheme.linen, stage.scheme.accent, 0.3)
    cloth = mix(stage.light.on(paper, at, (0.0, 0.0, -1.0)), paper, 0.35)
    if glow:
        y, r = (top + bottom) / 2, 0.75 * s
        halo = radial((x, y), r, [(_WARM, 0.5 * glow), (_WARM, 0.16 * glow), (_WARM, 0.0)])
        stage.painter.shade(ellipse(x, y, r, r), halo, blend=skia.BlendMode.kScreen)
        mid: Color = mix(cloth, _BRIGHT, 0.35 + 0.6 * glow)
        edge = mix(cloth, mix(_WARM, stage.scheme.accent, 0.25), 0.3 + 0.6 * glow)
    else:
        mid, edge = cloth, mix(cloth, stage.scheme.accent, 0.22)
    path = polygon((x - narrow, top), (x + narrow, top), (x + wide, bottom), (x - wide, bottom))
    stage.painter.shade(path, linear((0.0, top), (0.0, bottom), [edge, mid, mid]), Element.LAMP)
    stage.painter.fill(ellipse(x, bottom, wide, wide * 0.14), mix(mid, _BRIGHT, glow), Element.LAMP)
