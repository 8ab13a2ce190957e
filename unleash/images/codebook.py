"""Thumbnails of all codes of a codebook.

Decoding every code surrounded by copies of itself takes as long as a hundred pictures, so a model's folder
may include the thumbnails: ``vqgan/codes.webp``, the codes in order, 64 per row.
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
"""Thumbnails per row of the file."""

_MOST_IN_32 = 8192
"""Codes on a sheet of 32 thumbnails per row."""

_MOST_SIDE = 64
"""Maximum side of a thumbnail in the file, in pixels."""


@dataclass(frozen=True)
class Sheet:
    """The thumbnails of all codes on one image.

    Attributes:
        image: rows of ``columns`` thumbnails.
        order: (K,) the code of each thumbnail, row by row.
        columns: thumbnails per row.
        side: of a thumbnail in pixels.
        words: a description of each of the K codes, see ``unleash.images.descriptions``.
    """

    image: Image.Image
    order: list[int]
    columns: int
    side: int
    words: list[tuple[str, ...]]

    @cached_property
    def webp(self) -> bytes:
        """The image as a WebP file."""
        return webp(self.image, quality=90)


def alike(pictures: Tensor) -> NDArray[np.int64]:
    """An order (K,) of ``pictures`` (K, 3, h, w) by greedy nearest neighbours, so that similar ones meet."""
    features, codes = _features(pictures), torch.arange(len(pictures))
    lengths = features.square().sum(1)
    here = int(pictures.flatten(1).sum(1).argmin())
    order = []
    # A row of distances at a time: all of them would be a gigabyte for 16,384 codes.
    while True:
        order.append(int(codes[here]))
        feature, last = features[here].clone(), len(codes) - 1
        for rows in (features, codes, lengths):
            rows[here] = rows[last]
        features, codes, lengths = features[:last], codes[:last], lengths[:last]
        if not last:
            return np.array(order)
        here = int((lengths - 2 * features @ feature).argmin())  # |a - b|² but for |b|²


def _features(pictures: Tensor) -> Tensor:
    """Vectors (K, 51) whose distances are how unlike each two of ``pictures`` (K, 3, h, w) are."""
    coarse = F.adaptive_avg_pool2d(pictures, 4)
    # The mean colour has more weight than the layout within the cell.
    colour = reduce(coarse, "k c h w -> k c", "mean") * 8
    return torch.cat([colour, coarse.flatten(1)], dim=1)


def sheet(pictures: Tensor, order: list[int] | None = None) -> Sheet:
    """Thumbnails (K, 3, side, side) on one image, in an order (K,), or so that neighbours look alike."""
    order = alike(pictures).tolist() if order is None else order
    # WebP has at most 16,383 pixels per side: larger codebooks have longer rows.
    columns = 32 * -(-len(pictures) // _MOST_IN_32)
    image = _tiled(pictures[order], columns)
    return Sheet(image, order, columns, pictures.shape[-1], looks.words(pictures))


def save_thumbnails(pictures: Tensor, folder: Path) -> Path:
    """Writes thumbnails (K, 3, side, side) float in [0, 1] into a model's folder; returns the path."""
    path = folder / _FILE
    write_whole(path, webp(_tiled(pictures, _ROW), quality=95))
    return path


def load_thumbnails(folder: Path, codebook_size: int) -> Tensor | None:
    """The thumbnails in a model's folder, (K, 3, side, side) float in [0, 1]; None if it has none.

    Raises:
        ValueError: if the file is not a picture of ``codebook_size`` thumbnails.
    """
    path = folder / _FILE
    if not path.is_file():
        return None
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            rows, side = -(-codebook_size // _ROW), image.width // _ROW
            # Checked before decoding; not by `read_picture`, whose bounds are too small for large codebooks.
            if image.size != (_ROW * side, rows * side) or not 1 <= side <= _MOST_SIDE:
                raise ValueError(f"expected thumbnails of {codebook_size} codes, {_ROW} per row")
            pixels = np.array(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be used: {error}") from None
    tiles = rearrange(torch.from_numpy(pixels), "(r h) (c w) d -> (r c) d h w", h=side, w=side)
    return tiles[:codebook_size] / 255


def _tiled(pictures: Tensor, columns: int) -> Image.Image:
    missing = pictures.new_zeros(-len(pictures) % columns, *pictures.shape[1:])
    pixels = rearrange(torch.cat([pictures, missing]), "(r c) d h w -> (r h) (c w) d", c=columns)
    return Image.fromarray((pixels * 255).round().byte().numpy())
