"""How much of a codebook is used."""

import torch
from torch import Tensor


def perplexity(codes: Tensor, codebook_size: int) -> float:
    """The perplexity of ``codes``, from 1 to K: how many equally frequent codes have the same entropy."""
    share = torch.bincount(codes.flatten(), minlength=codebook_size).float() / codes.numel()
    return float((-(share * share.clamp(min=1e-12).log()).sum()).exp())
