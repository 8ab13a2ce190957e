"""Regions of a picture, given as masks."""

from collections.abc import Callable, Iterable
from pathlib import Path

from unleash.canvas.settings import Region, Settings
from unleash.images.compositing import Mask, touched_cells
from unleash.images.masks import read_mask


def regions_of(
    masks: Iterable[tuple[Path, str]],
    grid: tuple[int, int],
    size: tuple[int, int],
    cropped: Callable[[Mask], Mask] = lambda mask: mask,
) -> tuple[Region, ...]:
    """The regions of a canvas: the cells that each mask touches, with their label or prompt.

    Args:
        masks: the mask file of each region, and the label or prompt that it shows.
        grid: (height, width) of the canvas in cells.
        size: (width, height) of the picture, and of the masks, in pixels.
        cropped: crops a mask to the part of the picture that was opened.

    Raises:
        ValueError: if a mask cannot be read or has another size, or there are too many.
    """
    regions = []
    for file, shows in masks:
        rows, cols = (
            places.tolist() for places in touched_cells(cropped(read_mask(file, size)), grid).nonzero()
        )
        if rows:
            regions.append(Region(shows=shows, cells=tuple(zip(rows, cols, strict=True))))
    return Settings(regions=tuple(regions)).regions
