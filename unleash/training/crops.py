"""Square crops of pictures."""

import torch
from torch import Tensor


def detailed_crops(pictures: Tensor, size: int, per_picture: int, generator: torch.Generator) -> Tensor:
    """Random square crops that favour detail over flat regions such as sky.

    For each crop two positions are drawn, and the one with the larger mean gradient is used. Positions are
    multiples of 16 pixels, which keeps crops aligned with the cells.

    Args:
        pictures: (B, 3, H, W) uint8.
        size: side of a crop in pixels.
        per_picture: crops per picture.
        generator: draws the positions.

    Returns:
        (B * per_picture, 3, size, size) float in [0, 1].

    Raises:
        ValueError: if the pictures are smaller than the crops.
    """
    if pictures.shape[-1] < size:
        raise ValueError(
            f"crop: {size} pixels exceed the picture width of {pictures.shape[-1]}; choose a smaller crop"
        )
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
