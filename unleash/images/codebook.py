"""What each code of a codebook looks like.

Decoding every code amid copies of itself takes as long as a hundred pictures, so a model's folder may bring
the thumbnails along: ``vqgan/codes.webp``, the codes in order, 64 in a row.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange, reduce
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from unleash.images import descriptions as looks
from unleash.images.webp import webp
from unleash.writing import write_whole

_FILE = Path("vqgan") / "codes.webp"
_ROW = 64
"""Thumbnails in a row of the file."""

_MOST_SIDE = 64
"""Pixels on a side of a thumbnail in the file."""


@dataclass(frozen=True)
class Sheet:
    """Every code as a thumbnail, on one image.

    Attributes:
        image: rows of ``columns`` thumbnails.
        order: (K,) the code of each thumbnail, row by row.
        columns: thumbnails in a row.
        side: pixels on a side of a thumbnail.
        words: for each of the K codes what it looks like, as ``unleash.images.descriptions`` puts it.
    """

    image: Image.Image
    order: list[int]
    columns: int
    side: int
    words: list[tuple[str, ...]]

    @cached_property
    def webp(self) -> bytes:
        """The image as a file for the browser."""
        return webp(self.image, quality=90)


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


def _differences(pictures: Tensor) -> Tensor:
    """(K, K) how unlike each two of ``pictures`` (K, 3, h, w) are."""
    coarse = F.adaptive_avg_pool2d(pictures, 4)
    # The mean colour counts more than where in the cell it is.
    colour = reduce(coarse, "k c h w -> k c", "mean") * 8
    features = torch.cat([colour, coarse.flatten(1)], dim=1)
    return torch.cdist(features, features)


def sheet(pictures: Tensor, columns: int = 32) -> Sheet:
    """Thumbnails (K, 3, side, side) on one image, ordered so that neighbours look alike."""
    order = alike(pictures)
    image = _tiled(pictures[order], columns)
    return Sheet(image, order.tolist(), columns, pictures.shape[-1], looks.words(pictures))


def save_thumbnails(pictures: Tensor, folder: Path) -> Path:
    """Writes thumbnails (K, 3, side, side) into a model's folder, and says where."""
    path = folder / _FILE
    write_whole(path, webp(_tiled(pictures, _ROW), quality=95))
    return path


def load_thumbnails(folder: Path, codebook_size: int) -> Tensor | None:
    """The thumbnails in a model's folder, (K, 3, side, side) float in [0, 1]; None if it has none.

    Raises:
        ValueError: if the file is no picture of as many thumbnails.
    """
    path = folder / _FILE
    if not path.is_file():
        return None
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            rows, side = -(-codebook_size // _ROW), image.width // _ROW
            # Known before anything is decoded; a codebook may need more than pictures of a person's may have.
            if image.size != (_ROW * side, rows * side) or not 1 <= side <= _MOST_SIDE:
                raise ValueError(f"it must show {codebook_size} codes, {_ROW} in a row")
            pixels = np.array(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be used: {error}") from None
    tiles = rearrange(torch.from_numpy(pixels), "(r h) (c w) d -> (r c) d h w", h=side, w=side)
    return tiles[:codebook_size] / 255


def _tiled(pictures: Tensor, columns: int) -> Image.Image:
    missing = pictures.new_zeros(-len(pictures) % columns, *pictures.shape[1:])
    pixels = rearrange(torch.cat([pictures, missing]), "(r c) d h w -> (r h) (c w) d", c=columns)
    return Image.fromarray((pixels * 255).round().byte().numpy())
