"""Density and coverage: fidelity and diversity apart (Naeem et al., ICML 2020)."""

import torch
from torch import Tensor

NEIGHBOURS = 5
"""k: the ball around a real picture reaches to its k-th nearest real neighbour, 5 in the paper."""


def density_and_coverage(real: Tensor, generated: Tensor, k: int = NEIGHBOURS) -> tuple[float, float]:
    """How real, and how various, generated pictures are (section 3 of the paper).

    Args:
        real: (N, D) features.
        generated: (M, D) features.
        k: see ``NEIGHBOURS``.

    Returns:
        In how many balls around real pictures a generated one lies, on average, over k: about 1 if both
        sets are drawn alike, more if the generated ones crowd where real ones are dense. And the share of
        the balls that hold a generated picture: at most 1, expected 1 - (1/2)^k if N = M and drawn alike.

    Raises:
        ValueError: if there are not more than k real pictures.
    """
    if len(real) <= k:
        raise ValueError(f"density and coverage need more than {k} pictures, not {len(real)}")
    # In float64, because cdist multiplies the squares out and would lose what is near to rounding.
    real, generated = real.double(), generated.double()
    radii = torch.cdist(real, real).kthvalue(k + 1, dim=1).values  # the nearest of all is the picture itself
    inside = torch.cdist(real, generated) < radii[:, None]
    return float(inside.double().sum(0).mean() / k), float(inside.any(1).double().mean())
