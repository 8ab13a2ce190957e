"""A painter that draws a picture and its label map with the same calls."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import skia

from unleash.scenes.classes import Element
from unleash.scenes.light import Color

SIZE = 256
"""Side of a picture in pixels at scale 1, the unit of all coordinates below; the origin is top left."""

Point = tuple[float, float]


def rgba(color: Color, alpha: float = 1.0) -> skia.Color4f:
    """``color`` with an opacity in [0, 1], as a skia colour."""
    return skia.Color4f(*color, alpha)


class Painter:
    """Two canvases: the picture, and the class of each pixel.

    A call with an ``element`` draws the same shape on both. Light, shadow and texture, which change the
    appearance of a thing but not its class, are drawn without one and leave the label map unchanged.

    Args:
        scale: pixels per unit; a side has 256 units.
    """

    def __init__(self, scale: int = 1) -> None:
        self._scale, side = scale, SIZE * scale
        info = skia.ImageInfo.Make(side, side, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
        gray = skia.ImageInfo.Make(side, side, skia.kGray_8_ColorType, skia.kOpaque_AlphaType)
        self._picture = skia.Surface.MakeRaster(info)
        self._labels = skia.Surface.MakeRaster(gray)
        self._canvas = self._picture.getCanvas()
        self._map = self._labels.getCanvas()
        for canvas in (self._canvas, self._map):
            canvas.scale(scale, scale)

    def fill(
        self,
        path: skia.Path,
        color: Color,
        element: Element | None = None,
        *,
        alpha: float = 1.0,
        blur: float = 0.0,
        blend: skia.BlendMode = skia.BlendMode.kSrcOver,
    ) -> None:
        """Fills ``path`` with one colour; ``blur`` is a standard deviation in pixels."""
        paint = skia.Paint(Color4f=rgba(color, alpha), AntiAlias=True, BlendMode=blend)
        if blur:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self._canvas.drawPath(path, paint)
        self._mark(path, element)

    def shade(
        self,
        path: skia.Path,
        shader: skia.Shader,
        element: Element | None = None,
        *,
        alpha: float = 1.0,
        blend: skia.BlendMode = skia.BlendMode.kSrcOver,
    ) -> None:
        """Fills ``path`` with a gradient (see ``linear`` and ``radial``)."""
        paint = skia.Paint(Shader=shader, Alphaf=alpha, AntiAlias=True, Dither=True, BlendMode=blend)
        self._canvas.drawPath(path, paint)
        self._mark(path, element)

    def stroke(
        self,
        path: skia.Path,
        color: Color,
        width: float,
        element: Element | None = None,
        *,
        alpha: float = 1.0,
    ) -> None:
        """Draws the outline of ``path``, ``width`` pixels wide with round ends."""
        paint = skia.Paint(
            Color4f=rgba(color, alpha),
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=width,
            StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join,
        )
        self._canvas.drawPath(path, paint)
        if element is not None:
            self._map.drawPath(path, _label_paint(element, width))

    def backdrop(self, colors: Sequence[Color], top: float, bottom: float, element: Element) -> None:
        """Covers everything below ``top`` with a vertical gradient through evenly spaced colours.

        The last colour is reached at ``bottom`` and continues below it. Much faster than ``shade``.
        """
        first = round(top)
        stops = np.linspace(first, bottom, len(colors))
        heights = first + (np.arange((SIZE - first) * self._scale) + 0.5) / self._scale
        column = np.full((len(heights), 4), 255, np.uint8)
        for i, channel in enumerate(zip(*colors, strict=True)):
            column[:, i] = np.rint(np.interp(heights, stops, channel) * 255)
        side = SIZE * self._scale
        pixels = np.empty((len(heights), side), np.uint32)
        pixels[:] = column.view(np.uint32)
        image = skia.Image.fromarray(
            pixels.view(np.uint8).reshape(-1, side, 4),
            skia.kRGBA_8888_ColorType,
            skia.kOpaque_AlphaType,
            copy=False,
        )
        with self._saved():
            self._canvas.translate(0, first)
            self._canvas.scale(1 / self._scale, 1 / self._scale)
            self._canvas.drawImage(image, 0, 0)
        self._mark(rectangle(0, first, SIZE, SIZE), element)

    @contextmanager
    def clipped(self, path: skia.Path) -> Iterator[None]:
        """Context in which drawing is clipped to ``path``."""
        with self._saved():
            self._canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            self._map.clipPath(path, skia.ClipOp.kIntersect, False)
            yield

    @contextmanager
    def transformed(self, matrix: skia.Matrix) -> Iterator[None]:
        """Context in which all coordinates are transformed by ``matrix``, perspective included."""
        with self._saved():
            self._canvas.concat(matrix)
            self._map.concat(matrix)
            yield

    def picture(self) -> np.ndarray:
        """The picture: (S, S, 3) uint8, S = 256 * scale."""
        pixels, side = skia.Pixmap(), SIZE * self._scale
        self._picture.peekPixels(pixels)
        rgba_pixels = np.array(pixels, copy=False).reshape(side, side, 4)
        picture = np.empty((side, side, 3), np.uint8)
        for channel in range(3):  # three times as fast as copying [..., :3]
            picture[..., channel] = rgba_pixels[..., channel]
        return picture

    def labels(self) -> np.ndarray:
        """The ``Element`` of each pixel: (S, S) uint8, S = 256 * scale."""
        pixels, side = skia.Pixmap(), SIZE * self._scale
        self._labels.peekPixels(pixels)
        return np.array(pixels, copy=True).reshape(side, side)

    def mirror_below(self, y: float, depth: float, tint: Color, amount: float) -> None:
        """Draws the picture above line ``y`` upside down below it, as still water does.

        Args:
            y: row of the shore.
            depth: height of the reflection in pixels.
            tint: colour of the water.
            amount: opacity of ``tint`` over the reflection, in [0, 1].
        """
        image = self._picture.makeImageSnapshot()
        with self._saved():
            self._canvas.clipRect(skia.Rect.MakeLTRB(0, y, SIZE, y + depth))
            self._canvas.translate(0, 2 * y)
            self._canvas.scale(1 / self._scale, -1 / self._scale)
            self._canvas.drawImage(image, 0, 0)
        water = skia.Path().addRect(skia.Rect.MakeLTRB(0, y, SIZE, y + depth))
        self.fill(water, tint, Element.WATER, alpha=amount)

    @contextmanager
    def _saved(self) -> Iterator[None]:
        self._canvas.save()
        self._map.save()
        try:
            yield
        finally:
            self._canvas.restore()
            self._map.restore()

    def _mark(self, path: skia.Path, element: Element | None) -> None:
        if element is not None:
            self._map.drawPath(path, _LABEL_PAINTS[element])


def _label_paint(element: Element, width: float | None = None) -> skia.Paint:
    level = int(element)
    paint = skia.Paint(Color=skia.ColorSetRGB(level, level, level), AntiAlias=False)
    if width is not None:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
    return paint


_LABEL_PAINTS = {element: _label_paint(element) for element in Element}


def polygon(*points: Point) -> skia.Path:
    """The closed path through ``points``."""
    return skia.Path().addPoly([skia.Point(*p) for p in points], True)


def rectangle(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> skia.Path:
    """A rectangle, its corners rounded by ``radius`` pixels."""
    rect = skia.Rect.MakeLTRB(left, top, right, bottom)
    return skia.Path().addRoundRect(rect, radius, radius) if radius else skia.Path().addRect(rect)


def ellipse(x: float, y: float, rx: float, ry: float) -> skia.Path:
    """The ellipse around (x, y) with semi-axes ``rx`` and ``ry``."""
    return skia.Path().addOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))


def linear(start: Point, end: Point, colors: Sequence[Color | tuple[Color, float]]) -> skia.Shader:
    """A gradient from ``start`` to ``end`` through evenly spaced colours, each plain or with an opacity."""
    return skia.GradientShader.MakeLinear(
        points=[skia.Point(*start), skia.Point(*end)], colors=[_stop(c) for c in colors]
    )


def radial(center: Point, radius: float, colors: Sequence[Color | tuple[Color, float]]) -> skia.Shader:
    """A gradient from ``center`` outwards through evenly spaced colours, each plain or with an opacity."""
    return skia.GradientShader.MakeRadial(
        center=skia.Point(*center), radius=radius, colors=[_stop(c) for c in colors]
    )


def _stop(color: Color | tuple[Color, float]) -> int:
    (r, g, b), alpha = color if len(color) == 2 else (color, 1.0)
    channels = (int(c * 255 + 0.5) for c in (alpha, r, g, b))
    return int.from_bytes(bytes(channels), "big")
