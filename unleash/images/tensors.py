"""Pictures as tensors, and tensors as pictures."""

from pathlib import Path

import torch
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from unleash.writing import whole_file


def chw(picture: NDArray) -> Tensor:
    """A picture (H, W, 3) as a (3, H, W) tensor, uint8."""
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()


def save_sheet(images: Tensor, path: Path, columns: int) -> None:
    """Writes pictures (B, 3, H, W) in [0, 1], ``columns`` to a row, as one PNG; B fills whole rows."""
    sheet = rearrange(images, "(r c) ch h w -> (r h) (c w) ch", c=columns)
    with whole_file(path) as part:
        Image.fromarray((sheet * 255).round().byte().cpu().numpy()).save(part)
