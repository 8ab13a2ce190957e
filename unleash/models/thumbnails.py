"""A thumbnail of every code, drawn by the decoder."""

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from unleash.models.protocol import ImageTokenizer

SIDE = 32
"""Pixels on a side of a thumbnail."""

_MANY = 128
"""Number of batches from which a progress bar is shown on a terminal."""

_PATCH = 3
"""Side in cells of the uniform patch in which a code is decoded, so that the middle is far from borders."""

_COARSE = 8
"""Pixels on a side of a guess."""


def thumbnails(vqgan: ImageTokenizer, side: int = SIDE, batch: int = 32) -> Tensor:
    """Each code decoded among copies of itself: (K, 3, side, side) float in [0, 1]."""
    parts = torch.arange(vqgan.codebook_size).split(batch)
    watched = tqdm(parts, "thumbnails of the codes", disable=None if len(parts) > _MANY else True)
    return torch.cat([draw(vqgan, codes, side) for codes in watched])


@torch.no_grad()
def draw(vqgan: ImageTokenizer, codes: Tensor, side: int = SIDE) -> Tensor:
    """Codes (B,), each decoded among copies of itself: (B, 3, side, side) float in [0, 1]."""
    cell = vqgan.cell_size
    middle = slice(cell, 2 * cell)
    patches = vqgan.decode(codes.to(vqgan.code_vectors.device)[:, None, None].expand(-1, _PATCH, _PATCH))
    drawn = patches[..., middle, middle].float().cpu()
    return F.interpolate(drawn, size=(side, side), mode="bilinear", antialias=True)


@torch.no_grad()
def guesses(vectors: Tensor, codes: Tensor, drawn: Tensor) -> Tensor:
    """Estimates of all thumbnails by linear regression on the code vectors.

    Args:
        vectors: (K, d) of all codes.
        codes: (B,) long, those that have been drawn.
        drawn: (B, 3, side, side) float in [0, 1], their thumbnails.

    Returns:
        (K, 3, side, side) float in [0, 1], without detail.
    """
    given = torch.cat([vectors.float().cpu(), torch.ones(len(vectors), 1)], dim=1)
    coarse = F.adaptive_avg_pool2d(drawn, _COARSE).flatten(1)
    # Ridge regression: there may be fewer codes than numbers in a vector.
    known = given[codes]
    square = known.T @ known + 1e-3 * torch.eye(given.shape[1])
    guessed = given @ torch.linalg.solve(square, known.T @ coarse)
    pictures = guessed.view(-1, 3, _COARSE, _COARSE).clamp(0, 1)
    return F.interpolate(pictures, size=drawn.shape[-2:], mode="bilinear")
