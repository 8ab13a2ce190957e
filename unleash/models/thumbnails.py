"""A thumbnail of every code, drawn by the decoder."""

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from unleash.models.protocol import ImageTokenizer

_MANY = 32
"""Number of batches from which a progress bar is shown on a terminal."""

_PATCH = 3
"""Side in cells of the uniform patch in which a code is decoded, so that the middle is far from borders."""


@torch.inference_mode()
def thumbnails(vqgan: ImageTokenizer, side: int = 32, batch: int = 128) -> Tensor:
    """Each code decoded among copies of itself: (K, 3, side, side) float in [0, 1]."""
    codes = torch.arange(vqgan.codebook_size, device=vqgan.code_vectors.device)
    cell = vqgan.cell_size
    middle = slice(cell, 2 * cell)
    drawn = []
    parts = codes.split(batch)
    for part in tqdm(parts, "thumbnails of the codes", disable=None if len(parts) > _MANY else True):
        patches = vqgan.decode(part[:, None, None].expand(-1, _PATCH, _PATCH))
        drawn.append(patches[..., middle, middle].float().cpu())
    return F.interpolate(torch.cat(drawn), size=(side, side), mode="bilinear", antialias=True)
