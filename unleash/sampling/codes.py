"""Sampling codes from logits."""

import numpy as np
import torch
from torch import Tensor


def sample_codes(
    logits: Tensor,
    uniform: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Tensor:
    """Draw codes by inverting the cumulative distribution: ten times as fast as torch.multinomial.

    Args:
        logits: (..., K) float.
        uniform: (...) in [0, 1), the only randomness.
        temperature: divides the logits; 0 takes the likeliest code.
        top_k: draw from the k likeliest codes only.
        top_p: draw from the fewest codes that together have this probability only.

    Returns:
        (...) long.
    """
    if temperature == 0:
        return logits.argmax(-1)
    logits = (logits - logits.amax(-1, keepdim=True)) / temperature
    cumulative = restrict(logits.softmax(-1), top_k, top_p).cumsum(-1)
    # The first code whose cumulative probability exceeds u: never one of probability 0.
    u = uniform * cumulative[..., -1]
    return torch.searchsorted(cumulative, u[..., None], right=True)[..., 0]


def restrict(probabilities: Tensor, top_k: int | None, top_p: float | None) -> Tensor:
    """0 outside the ``top_k`` likeliest codes and, of these, outside the nucleus of mass ``top_p``.

    The nucleus (Holtzman et al. 2020) is the fewest codes whose probabilities sum to the share ``top_p`` or
    more. What is left does not sum to 1.
    """
    if top_k is None and (top_p is None or top_p == 1):
        return probabilities
    ranked = _ascending(probabilities)[..., -(top_k or 0) :]
    if top_p is not None:
        mass = ranked.cumsum(-1)
        outside = (mass <= (1 - top_p) * mass[..., -1:]).sum(-1, keepdim=True)
        ranked = ranked.gather(-1, outside.clamp(max=ranked.shape[-1] - 1))
    return probabilities.where(probabilities >= ranked[..., :1], 0)


def _ascending(values: Tensor) -> Tensor:
    if values.device.type == "cpu":  # NumPy sorts rows six times as fast as torch does.
        return torch.from_numpy(np.sort(values.numpy(), axis=-1))
    return values.sort(-1).values
