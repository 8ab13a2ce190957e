"""Scenes to train on and to measure on, and squares cut out of pictures."""

import numpy as np
import torch
from torch import Tensor

from unleash.scenes import LABELS, Scene, draw

FIRST_TRAINING_SEED = 1_000_000
"""Scenes with smaller seeds are never trained on: evaluation and examples draw from those."""


def training_scene(index: int, scale: int = 1) -> Scene:
    """The ``index``-th picture of the training stream."""
    return draw(LABELS[index % len(LABELS)], FIRST_TRAINING_SEED + index // len(LABELS), scale)


def held_out_scene(index: int, scale: int = 1) -> Scene:
    """The ``index``-th picture of those never trained on."""
    return draw(LABELS[index % len(LABELS)], index // len(LABELS), scale)


def chw(picture: np.ndarray) -> Tensor:
    """A picture (H, W, 3) as a (3, H, W) tensor, uint8."""
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()


def detailed_crops(pictures: Tensor, size: int, per_picture: int, generator: torch.Generator) -> Tensor:
    """Cuts squares out of pictures, where there is much to see rather than empty sky.

    Of two places drawn for each square, the one with the larger differences between neighbouring pixels
    is taken. Places are multiples of 16 pixels, so that cells stay cells.

    Args:
        pictures: (B, 3, H, W) uint8.
        size: pixels on a side of the squares.
        per_picture: how many squares to cut out of each picture.
        generator: draws the places.

    Returns:
        (B * per_picture, 3, size, size) float in [0, 1].

    Raises:
        ValueError: if the pictures are smaller than the squares.
    """
    if pictures.shape[-1] < size:
        raise ValueError(f"crop: {size} pixels are more than the {pictures.shape[-1]} of the pictures")
    places = (pictures.shape[-1] - size) // 16 + 1
    corners = torch.randint(0, places, (len(pictures), per_picture, 2, 2), generator=generator) * 16
    crops = [
        max((picture[:, y : y + size, x : x + size].float() / 255 for y, x in pair), key=_detail)
        for picture, pairs in zip(pictures, corners.tolist(), strict=True)
        for pair in pairs
    ]
    return torch.stack(crops)


def _detail(square: Tensor) -> float:
    return float(square[:, ::2, ::2].diff().abs().mean())
