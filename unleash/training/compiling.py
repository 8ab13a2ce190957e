"""torch.compile for the parts of networks that benefit from it."""

import torch
from torch import nn

from unleash.models.families.absorbing.transformer import Block
from unleash.models.families.absorbing.vqgan import SiLUNorm
from unleash.training.discriminator import PlaceNorm


def compile_blocks(*networks: nn.Module) -> int:
    """Compiles transformer blocks and the norms and activations between convolutions, in place.

    Compilation happens at the next call. Identical parts share their kernels, so this takes seconds where
    compiling a whole network takes minutes. A part that fails to compile runs eagerly, as does everything
    under ``torch.compiler.set_stance("force_eager")``.

    Returns:
        The number of parts marked for compilation.
    """
    torch._dynamo.config.suppress_errors = True
    parts = [part for network in networks for part in network.modules()]
    for part in parts:
        if isinstance(part, Block):
            part.compile(dynamic=False)
        elif isinstance(part, SiLUNorm | PlaceNorm):  # one kernel for all of its many shapes
            part.compile(dynamic=True)
    return sum(isinstance(part, Block | SiLUNorm | PlaceNorm) for part in parts)
