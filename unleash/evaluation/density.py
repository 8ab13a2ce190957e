"""Density and coverage: separate metrics of fidelity and diversity (Naeem et al., ICML 2020)."""

import torch
from torch import Tensor

NEIGHBOURS = 5
"""k: the ball around each real picture reaches to its k-th nearest real neighbour; 5 in the paper."""


def density_and_coverage(real: Tensor, generated: Tensor, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Fidelity and diversity of generated pictures (section 3 of the paper).

    Args:
        real: (N, D) features.
        generated: (M, D) features.
        k: see ``NEIGHBOURS``.

    Returns:
        Density: the mean number of balls that contain a generated picture, divided by k; about 1 for equal
        distributions, higher if generated pictures concentrate where real ones are dense. Coverage: the
        fraction of balls that contain a generated picture; 1 - (1/2)^k expected for equal distributions and
        N = M.

    Raises:
        ValueError: if there are k real pictures or fewer.
    """
    if len(real) <= k:
        raise ValueError(f"density and coverage need more than {k} pictures, not {len(real)}")
    # In float64: cdist expands the squares, which cancels catastrophically for small distances.
    real, generated = real.double(), generated.double()
    radii = torch.cdist(real, real).kthvalue(k + 1, dim=1).values  # the nearest is the picture itself
    inside = torch.cdist(real, generated) < radii[:, None]
    return float(inside.double().sum(0).mean() / k), float(inside.any(1).double().mean())
