"""Conversion between pictures and tensors."""

from pathlib import Path

import torch
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from unleash.writing import whole_file


def chw(picture: NDArray) -> Tensor:
    """A picture (H, W, 3) as a tensor (3, H, W), of the same dtype."""
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()


def psnr(images: Tensor, targets: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of pictures (B, 3, H, W) in [0, 1]: (B,) in dB, infinite if equal."""
    return -10 * (images - targets).square().mean((1, 2, 3)).log10()


def save_sheet(images: Tensor, path: Path, columns: int) -> None:
    """Writes pictures (B, 3, H, W) float in [0, 1] as one image of full rows, ``columns`` per row."""
    sheet = rearrange(images, "(r c) ch h w -> (r h) (c w) ch", c=columns)
    with whole_file(path) as part:
        Image.fromarray((sheet * 255).round().byte().cpu().numpy()).save(part)
