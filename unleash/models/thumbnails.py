"""A thumbnail of every code, drawn by the decoder."""

import torch
import torch.nn.functional as F
from torch import Tensor

from unleash.models.protocol import ImageTokenizer

_PATCH = 3
"""Cells on a side of the uniform patch a code is decoded in: the one in the middle sees no border."""


@torch.inference_mode()
def thumbnails(vqgan: ImageTokenizer, side: int = 32, batch: int = 128) -> Tensor:
    """Each code decoded amid copies of itself: (K, 3, side, side) float in [0, 1]."""
    codes = torch.arange(vqgan.codebook_size, device=vqgan.code_vectors.device)
    cell = vqgan.cell_size
    middle = slice(cell, 2 * cell)
    drawn = []
    for part in codes.split(batch):
        patches = vqgan.decode(part[:, None, None].expand(-1, _PATCH, _PATCH))
        drawn.append(patches[..., middle, middle].float().cpu())
    return F.interpolate(torch.cat(drawn), size=(side, side), mode="bilinear", antialias=True)
