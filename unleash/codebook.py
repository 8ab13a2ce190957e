"""What each code of a codebook looks like."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange, reduce
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from unleash import looks
from unleash.models import VQGAN

_PATCH = 3
"""Cells on a side of the uniform patch a code is decoded in: the one in the middle sees no border."""


@dataclass(frozen=True)
class Sheet:
    """Every code as a thumbnail, on one image.

    Attributes:
        image: rows of ``columns`` thumbnails.
        order: (K,) the code of each thumbnail, row by row.
        columns: thumbnails in a row.
        side: pixels on a side of a thumbnail.
        neighbours: for each of the K codes the codes that look most like it, the most alike first.
        words: for each of the K codes what it looks like, as ``unleash.looks`` puts it.
    """

    image: Image.Image
    order: list[int]
    columns: int
    side: int
    neighbours: list[list[int]]
    words: list[tuple[str, ...]]


@torch.inference_mode()
def thumbnails(vqgan: VQGAN, side: int = 32, batch: int = 128) -> Tensor:
    """Each code decoded amid copies of itself: (K, 3, side, side) float in [0, 1]."""
    codes = torch.arange(vqgan.config["codebook_size"], device=vqgan.device)
    cell = vqgan.cell_size
    middle = slice(cell, 2 * cell)
    drawn = []
    for part in codes.split(batch):
        patches = vqgan.decode(part[:, None, None].expand(-1, _PATCH, _PATCH))
        drawn.append(patches[..., middle, middle].float().cpu())
    return F.interpolate(torch.cat(drawn), size=(side, side), mode="bilinear", antialias=True)


def alike(pictures: Tensor) -> NDArray[np.int64]:
    """An order of ``pictures`` (K, 3, h, w) in which neighbours look alike: from each to the nearest left."""
    distances = _differences(pictures)
    here = int(pictures.flatten(1).sum(1).argmin())
    order = [here]
    for _ in range(len(pictures) - 1):
        distances[:, here] = torch.inf
        here = int(distances[here].argmin())
        order.append(here)
    return np.array(order)


def neighbours(pictures: Tensor, count: int = 36) -> list[list[int]]:
    """For each of ``pictures`` (K, 3, h, w) the ``count`` others that look most like it, nearest first."""
    distances = _differences(pictures)
    distances.fill_diagonal_(torch.inf)
    return distances.topk(min(count, len(pictures) - 1), largest=False).indices.tolist()


def _differences(pictures: Tensor) -> Tensor:
    """(K, K) how unlike each two of ``pictures`` (K, 3, h, w) are."""
    coarse = F.adaptive_avg_pool2d(pictures, 4)
    # The mean colour counts more than where in the cell it is.
    colour = reduce(coarse, "k c h w -> k c", "mean") * 8
    features = torch.cat([colour, coarse.flatten(1)], dim=1)
    return torch.cdist(features, features)


def sheet(vqgan: VQGAN, side: int = 32, columns: int = 32) -> Sheet:
    """The codebook of a model on one image, ordered so that neighbours look alike."""
    pictures = thumbnails(vqgan, side)
    order = alike(pictures)
    missing = -len(order) % columns
    tiles = torch.cat([pictures[order], pictures.new_zeros(missing, 3, side, side)])
    pixels = rearrange(tiles, "(r c) d h w -> (r h) (c w) d", c=columns)
    image = Image.fromarray((pixels * 255).round().byte().numpy())
    return Sheet(image, order.tolist(), columns, side, neighbours(pictures), looks.words(pictures))
