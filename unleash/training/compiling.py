"""Parts of networks as compiled kernels."""

import torch
from torch import nn

from unleash.models.families.absorbing.transformer import Block
from unleash.models.families.absorbing.vqgan import SiLUNorm
from unleash.training.discriminator import PlaceNorm


def compile_blocks(*networks: nn.Module) -> int:
    """Has every part that gains by it compiled where it is next called, in place; returns how many do.

    Those are the blocks of a transformer, and of convolutional networks what lies between convolutions. Parts
    alike share their kernels, so that this takes seconds rather than the minutes of a whole network. What
    cannot be compiled runs as before, and so does everything within
    ``torch.compiler.set_stance("force_eager")``.
    """
    torch._dynamo.config.suppress_errors = True
    parts = [part for network in networks for part in network.modules()]
    for part in parts:
        if isinstance(part, Block):
            part.compile(dynamic=False)
        elif isinstance(part, SiLUNorm | PlaceNorm):  # of many shapes, for which one kernel will do
            part.compile(dynamic=True)
    return sum(isinstance(part, Block | SiLUNorm | PlaceNorm) for part in parts)
