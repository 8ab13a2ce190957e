"""Bedroom interiors: one room each, by day, at dusk, at night with the lamps on, or in the rain."""

from unleash.scenes.bedroom.compose import paint_bedroom

__all__ = ["paint_bedroom"]
