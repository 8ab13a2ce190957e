"""Light: the one value that determines all colours of a picture, so that its parts match."""

from dataclasses import dataclass, replace
from random import Random

Color = tuple[float, float, float]
"""Red, green and blue in [0, 1], sRGB."""


def mix(a: Color, b: Color, t: float) -> Color:
    """Linear interpolation from ``a`` to ``b``, ``t`` in [0, 1]."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def multiply(a: Color, b: Color) -> Color:
    """The colour of a surface ``a`` under light ``b``, clipped to 1."""
    return (min(1.0, a[0] * b[0]), min(1.0, a[1] * b[1]), min(1.0, a[2] * b[2]))


def hex_color(code: str) -> Color:
    """``"#rrggbb"`` as a colour."""
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255)


@dataclass(frozen=True)
class Light:
    """The light of a scene.

    Args:
        zenith, middle, horizon: the sky's gradient from top to bottom.
        key: multiplies surfaces facing the light; channels may exceed 1.
        fill: multiplies surfaces facing away from it.
        haze: the colour that distant things fade into.
        glow: brightness of lamps and lit windows, 0 (off) to 1.
        side: direction of the light, -1 (left) to 1 (right).
    """

    zenith: Color
    middle: Color
    horizon: Color
    key: Color
    fill: Color
    haze: Color
    glow: float
    side: float

    def shade(self, albedo: Color, facing: float = 1.0, distance: float = 0.0) -> Color:
        """The visible colour of a surface.

        Args:
            albedo: its colour in white light.
            facing: 1 towards the light, 0 away from it.
            distance: 0 near, 1 at the limit of visibility.
        """
        lit = multiply(albedo, mix(self.fill, self.key, facing))
        return mix(lit, self.haze, distance)


def light_of(time: str, rng: Random) -> Light:
    """Draws the light of one picture.

    Args:
        time: "day", "dusk", "night", "winter" or "rain".
        rng: chooses the colours and the side of the light.
    """
    side = rng.choice((-1.0, 1.0))
    base = _LIGHTS[time][rng.randrange(len(_LIGHTS[time]))]
    return replace(base, side=side)


def _light(sky: str, key: str, fill: str, haze: str, glow: float) -> Light:
    zenith, middle, horizon = (hex_color(code) for code in sky.split())
    return Light(
        zenith, middle, horizon, hex_color(key), hex_color(fill), hex_color(haze), glow=glow, side=1.0
    )


_LIGHTS: dict[str, tuple[Light, ...]] = {
    "day": (
        _light("#3f86c4 #86bede #e3efe6", "#fff6e0", "#8494bc", "#c3dbe4", 0.0),
        _light("#5a9bd0 #a4cfe0 #f6ecd4", "#fff2d6", "#8f99b8", "#d8e0d8", 0.0),
        _light("#3a7fb2 #7cc0cc #dff0d8", "#fffae4", "#7e96b4", "#bfdcd6", 0.0),
        _light("#6fa6cc #b8d6d8 #fbe6c0", "#ffedc4", "#968fae", "#e2dcc8", 0.0),
    ),
    "dusk": (
        _light("#3d3a72 #c4688a #ffc07a", "#ffb98a", "#6a5486", "#e0909a", 0.75),
        _light("#2c4a7a #8a78a8 #ffb48c", "#ffb090", "#5c5a90", "#c890a8", 0.75),
        _light("#54407a #e0786c #ffd490", "#ffb478", "#70508a", "#e8a088", 0.75),
        _light("#2f5f80 #c48c94 #ffcf94", "#ffbe8c", "#5a6490", "#dca898", 0.75),
    ),
    "night": (
        _light("#0b1534 #18305c #34548a", "#7f96cc", "#303c70", "#2c4876", 1.0),
        _light("#10122e #262a58 #4a4a86", "#8a8ec8", "#343664", "#3c4078", 1.0),
        _light("#081a30 #123c58 #2f6a80", "#7aa4c0", "#2a4468", "#285a74", 1.0),
    ),
    "winter": (
        _light("#8aaccc #c0d6e4 #f4f0ea", "#fbf5ee", "#8e9fc4", "#dde6ec", 0.5),
        _light("#7f9cba #bccbd8 #f4e2d8", "#fbeee4", "#8e9ebe", "#dcdfe8", 0.5),
        _light("#6f9cc8 #b2cee2 #f2ece4", "#fff6ea", "#8a9fc8", "#d4e2ee", 0.5),
        _light("#86a6c6 #bcd2e2 #f4eee6", "#f4efea", "#8c9cc0", "#d6e2ec", 0.55),
    ),
    "rain": (_light("#5d6e7e #8495a0 #aeb8bb", "#c3ccd2", "#77869a", "#9aa8b0", 0.5),),
}
