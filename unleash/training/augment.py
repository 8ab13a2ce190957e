"""Random augmentation of the discriminator's inputs, so that it does not overfit a small data set."""

import torch
import torch.nn.functional as F
from torch import Tensor


def diff_augment(images: Tensor) -> Tensor:
    """Colour, translation and cutout (Zhao et al., "Differentiable Augmentation", NeurIPS 2020).

    Each picture, real or generated, is augmented independently; the operations are differentiable.

    Args:
        images: (B, 3, H, W) float in [0, 1].

    Returns:
        The same shape; values may fall outside [0, 1].
    """
    return _cutout(_translate(_colour(images)))


def _colour(x: Tensor) -> Tensor:
    brightness, saturation, contrast = torch.rand(3, len(x), 1, 1, 1, device=x.device, dtype=x.dtype)
    x = x + (brightness - 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (2 * saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (contrast + 0.5)


def _translate(x: Tensor, share: float = 1 / 8) -> Tensor:
    """Shifts each picture by up to ``share`` of its sides, padding with zeros."""
    height, width = x.shape[2:]
    down, right = round(height * share), round(width * share)
    padded = F.pad(x, (right, right, down, down))
    tops = torch.randint(0, 2 * down + 1, (len(x),)).tolist()
    lefts = torch.randint(0, 2 * right + 1, (len(x),)).tolist()
    moved = [
        picture[:, top : top + height, left : left + width]
        for picture, top, left in zip(padded, tops, lefts, strict=True)
    ]
    return torch.stack(moved)


def _cutout(x: Tensor, share: float = 1 / 2) -> Tensor:
    """Zeroes a rectangle with ``share`` of the sides, centred at a random pixel."""
    inside = [
        ((torch.arange(side, device=x.device) - centre).abs() <= side * share / 2)
        for side in x.shape[2:]
        for centre in [torch.randint(0, side, (len(x), 1)).to(x.device)]
    ]
    return x * ~(inside[0][:, None, :, None] & inside[1][:, None, None, :])
