"""PCA initialisation of the VQGAN's linear path."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from unleash.images.tensors import chw
from unleash.models.families.absorbing.vqgan import VQGAN


@torch.no_grad()
def start_from_principal_components(vqgan: VQGAN, pictures: Sequence[np.ndarray]) -> None:
    """Initialises the linear path with the principal components of cells, scaled to about unit variance.

    The last layers of encoder and decoder are zero-initialised, so training starts from the optimal linear
    autoencoder.

    Args:
        vqgan: with ``linear_path``; modified in place.
        pictures: (H, W, 3) uint8 each, with at least as many cells in total as a cell has pixel values.

    Raises:
        ValueError: if the VQGAN has no linear path.
    """
    images = torch.stack([chw(picture) for picture in pictures]).float() / 255
    cells = rearrange(F.pixel_unshuffle(images, vqgan.cell_size), "b c h w -> (b h w) c")
    mean = cells.mean(0)
    variances, vectors = torch.linalg.eigh(torch.cov(cells.T))  # ascending
    count = vqgan.config.emb_dim
    components = vectors[:, -count:].T
    scale = variances[-count:].clamp(min=0).sqrt().mean()
    _set(vqgan.linear_in, components / scale, -components @ mean / scale)
    _set(vqgan.linear_out, components.T * scale, mean)
    zero_initialise(vqgan, {name for name, _ in vqgan.named_parameters()})


def zero_initialise(vqgan: VQGAN, new: set[str]) -> None:
    """Zero-initialises the last layers of encoder and decoder whose weights are named in ``new``.

    At first only the linear path contributes.
    """
    for part in ("encoder", "decoder"):
        last = len(getattr(vqgan, part).blocks) - 1
        if f"{part}.blocks.{last}.weight" in new:
            for weights in getattr(vqgan, part).blocks[last].parameters():
                nn.init.zeros_(weights)


def _set(layer: nn.Conv2d | None, matrix: Tensor, bias: Tensor) -> None:
    if layer is None or layer.bias is None:
        raise ValueError("the VQGAN has no linear path; set linear_path: true in its configuration")
    layer.weight.copy_(matrix[:, :, None, None])
    layer.bias.copy_(bias)
