"""Light in a room: ambient light, the window and the lamps."""

from dataclasses import dataclass
from random import Random

from unleash.scenes.bedroom.geometry import Frame, Vector, add, unit
from unleash.scenes.light import Color, Light, light_of, mix, multiply

_WINDOW_REACH = 3.2
_LAMP_REACH = 0.95


@dataclass(frozen=True)
class RoomLight:
    """The light of a room; its colours multiply the albedo of surfaces and may exceed 1.

    Args:
        ambient: light from all directions.
        window: light of the window on a nearby surface facing it.
        window_at: centre of the window.
        lamp: light of a lamp on a nearby surface facing it; black if the lamps are off.
        lamps: positions of the lamps that are on.
        sun: direction in which sunlight travels; None if no sun enters the room.
        sunshine: how much brighter each channel is in sunlight, in [0, 1).
        outside: the light of the view from the window.
    """

    ambient: Color
    window: Color
    window_at: Vector
    lamp: Color
    lamps: tuple[Vector, ...]
    sun: Vector | None
    sunshine: Color
    outside: Light

    def at(self, p: Vector, normal: Vector, lamps: bool = True) -> Color:
        """The light on a surface at ``p`` with this normal; ``lamps=False`` leaves out the lamps."""
        share = 0.91 + 0.09 * normal[1]
        light = (self.ambient[0] * share, self.ambient[1] * share, self.ambient[2] * share)
        light = _lit(light, self.window, self.window_at, p, normal, _WINDOW_REACH)
        for lamp in self.lamps if lamps else ():
            light = _lit(light, self.lamp, lamp, p, normal, _LAMP_REACH)
        return light

    def on(self, albedo: Color, p: Vector, normal: Vector) -> Color:
        """The visible colour of a surface at ``p`` with this normal."""
        return multiply(albedo, self.at(p, normal))

    def pool(self, distance: float) -> Color:
        """A lamp's light on a surface facing it, ``distance`` metres away."""
        share = 1.0 / (1.0 + (distance / _LAMP_REACH) ** 2)
        return (self.lamp[0] * share, self.lamp[1] * share, self.lamp[2] * share)

    @property
    def glow(self) -> float:
        """Brightness of the lamps, 0 (off) to 1."""
        return min(1.0, self.lamp[0]) if self.lamps else 0.0


def _lit(light: Color, source: Color, at: Vector, p: Vector, normal: Vector, reach: float) -> Color:
    x, y, z = at[0] - p[0], at[1] - p[1], at[2] - p[2]
    square = x * x + y * y + z * z + 1e-6
    facing = (x * normal[0] + y * normal[1] + z * normal[2]) / square**0.5
    share = (0.35 + (0.65 if facing > 0 else 0.25) * facing) / (1.0 + square / reach**2)
    return (light[0] + source[0] * share, light[1] + source[1] * share, light[2] + source[2] * share)


@dataclass(frozen=True)
class _Mood:
    ambient: Color
    window: Color
    lamp: Color
    sunshine: Color
    sun_height: float


_MOODS = {
    "day": _Mood((0.84, 0.85, 0.88), (0.44, 0.41, 0.33), (0.0, 0.0, 0.0), (0.29, 0.25, 0.17), 0.85),
    "dusk": _Mood((0.45, 0.39, 0.58), (1.00, 0.55, 0.22), (0.46, 0.28, 0.11), (0.52, 0.30, 0.04), 0.36),
    "night": _Mood((0.25, 0.28, 0.49), (0.14, 0.19, 0.34), (1.15, 0.82, 0.40), (0.16, 0.20, 0.30), 0.7),
    "rain": _Mood((0.50, 0.57, 0.64), (0.26, 0.31, 0.36), (0.52, 0.34, 0.13), (0.0, 0.0, 0.0), 0.0),
}


def room_light(
    time: str, window: Frame, window_at: Vector, lamps: tuple[Vector, ...], rng: Random
) -> RoomLight:
    """The light of a room at a time of day.

    Args:
        time: "day", "dusk", "night" or "rain".
        window: the wall with the window.
        window_at: centre of the window.
        lamps: positions of the lamps, which are off by day.
        rng: varies the sky and the direction of the sun.
    """
    mood = _MOODS[time]
    outside = light_of(time, rng)
    slant = outside.side * rng.uniform(0.25, 0.6)
    lit = any(mood.lamp)
    return RoomLight(
        ambient=mix(mood.ambient, outside.middle, 0.06),
        window=mood.window,
        window_at=add(window_at, window.out, 0.1),
        lamp=mood.lamp,
        lamps=lamps if lit else (),
        sun=unit(window.direction(slant, -mood.sun_height, 1.0)) if mood.sun_height else None,
        sunshine=mood.sunshine,
        outside=outside,
    )
