"""Where the VQGAN's linear path starts: at the principal components of a cell's pixels."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from unleash.images.tensors import chw
from unleash.models import VQGAN


@torch.no_grad()
def start_from_principal_components(vqgan: VQGAN, pictures: Sequence[np.ndarray]) -> None:
    """Sets the linear path so that latents are the principal components of cells, of variance one on average.

    The last layers of encoder and decoder start at zero, so that training starts from the best linear
    autoencoder rather than from noise.

    Args:
        vqgan: with ``linear_path``; changed in place.
        pictures: (H, W, 3) uint8 each, together at least as many cells as a cell has pixel values.
    """
    images = torch.stack([chw(picture) for picture in pictures]).float() / 255
    cells = rearrange(F.pixel_unshuffle(images, vqgan.cell_size), "b c h w -> (b h w) c")
    mean = cells.mean(0)
    variances, vectors = torch.linalg.eigh(torch.cov(cells.T))  # rising
    count = vqgan.config.emb_dim
    components = vectors[:, -count:].T
    scale = variances[-count:].clamp(min=0).sqrt().mean()
    _set(vqgan.linear_in, components / scale, -components @ mean / scale)
    _set(vqgan.linear_out, components.T * scale, mean)
    zero_initialise(vqgan, {name for name, _ in vqgan.named_parameters()})


def zero_initialise(vqgan: VQGAN, new: set[str]) -> None:
    """Sets those last layers of encoder and decoder to zero whose weight's name is in ``new``.

    The linear path is then heard alone until they have learned something.
    """
    for part in ("encoder", "decoder"):
        last = len(getattr(vqgan, part).blocks) - 1
        if f"{part}.blocks.{last}.weight" in new:
            for weights in getattr(vqgan, part).blocks[last].parameters():
                nn.init.zeros_(weights)


def _set(layer: nn.Conv2d | None, matrix: Tensor, bias: Tensor) -> None:
    if layer is None or layer.bias is None:
        raise ValueError("the VQGAN has no linear path; its configuration must say linear_path: true")
    layer.weight.copy_(matrix[:, :, None, None])
    layer.bias.copy_(bias)
