"""The Fréchet distance between two sets of pictures (Heusel et al., NeurIPS 2017)."""

from typing import NamedTuple

import torch
from torch import Tensor


class Moments(NamedTuple):
    """A Gaussian: mean (D,) and covariance (D, D), float64."""

    mean: Tensor
    covariance: Tensor


def moments(features: Tensor) -> Moments:
    """Mean and covariance of features (N, D).

    Raises:
        ValueError: if N < 2.
    """
    if len(features) < 2:
        raise ValueError(f"the Fréchet distance needs at least 2 pictures, not {len(features)}")
    exact = features.double()
    return Moments(exact.mean(0), exact.T.cov())


def frechet_distance(a: Moments, b: Moments) -> float:
    """|μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½), equation 6 of the paper; 0 if the two are equal.

    Computed from the eigenvalues of the symmetric Σ₁^½ Σ₂ Σ₁^½, which are those of Σ₁ Σ₂, so that covariances
    may be singular, as with fewer pictures than features.
    """
    values, vectors = torch.linalg.eigh(a.covariance)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ b.covariance @ root).clamp(min=0).sqrt().sum()
    apart = (a.mean - b.mean).square().sum()
    distance = apart + a.covariance.trace() + b.covariance.trace() - 2 * shared
    return max(0.0, float(distance))  # rounding can make it slightly negative
