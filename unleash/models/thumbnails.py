"""A thumbnail of every code, drawn by the decoder."""

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from unleash.models.protocol import ImageTokenizer

_MANY = 32
"""Batches from which on there is a bar, where somebody watches."""

_PATCH = 3
"""Cells on a side of the uniform patch a code is decoded in: the one in the middle sees no border."""


@torch.inference_mode()
def thumbnails(vqgan: ImageTokenizer, side: int = 32, batch: int = 128) -> Tensor:
    """Each code decoded amid copies of itself: (K, 3, side, side) float in [0, 1]."""
    codes = torch.arange(vqgan.codebook_size, device=vqgan.code_vectors.device)
    cell = vqgan.cell_size
    middle = slice(cell, 2 * cell)
    drawn = []
    parts = codes.split(batch)
    for part in tqdm(parts, "thumbnails of the codes", disable=None if len(parts) > _MANY else True):
        patches = vqgan.decode(part[:, None, None].expand(-1, _PATCH, _PATCH))
        drawn.append(patches[..., middle, middle].float().cpu())
    return F.interpolate(torch.cat(drawn), size=(side, side), mode="bilinear", antialias=True)
