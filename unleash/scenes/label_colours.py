"""The colours in which a label map is shown."""

import numpy as np
from PIL import Image

from unleash.scenes.classes import Element

COLORS: dict[Element, tuple[int, int, int]] = {
    Element.SKY: (150, 200, 235),
    Element.CLOUD: (235, 240, 245),
    Element.HILL: (120, 150, 120),
    Element.TREE: (45, 105, 60),
    Element.GRASS: (135, 185, 80),
    Element.SNOW: (205, 220, 240),
    Element.WATER: (60, 120, 175),
    Element.PATH: (205, 180, 140),
    Element.WALL: (225, 205, 170),
    Element.ROOF: (180, 80, 60),
    Element.TOWER: (190, 160, 120),
    Element.SPIRE: (85, 90, 110),
    Element.DOME: (80, 160, 140),
    Element.WINDOW: (250, 215, 90),
    Element.DOOR: (110, 65, 40),
    Element.CEILING: (245, 235, 220),
    Element.FLOOR: (165, 115, 75),
    Element.RUG: (175, 60, 90),
    Element.BED: (100, 110, 190),
    Element.PILLOW: (215, 190, 225),
    Element.CURTAIN: (150, 90, 160),
    Element.LAMP: (255, 150, 40),
    Element.FURNITURE: (130, 90, 90),
    Element.PICTURE: (30, 150, 165),
    Element.PLANT: (90, 160, 50),
}
"""Close to the natural colours, and distinct from each other."""

_PALETTE = [channel for element in Element for channel in COLORS[element]]


def label_image(elements: np.ndarray) -> Image.Image:
    """A label map (h, w) uint8 as a palette image, whose pixels are still ``Element`` values."""
    image = Image.fromarray(elements)
    image.putpalette(_PALETTE)
    return image
