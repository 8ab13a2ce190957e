"""Procedural pictures of churches."""

from unleash.scenes.church.compose import paint_church

__all__ = ["paint_church"]
