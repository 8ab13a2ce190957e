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


def distance_to(reference: Moments, features: Tensor) -> float:
    """:func:`frechet_distance` of features (N, D), at the cost of N × N matrices: cheap while N is small.

    With X the centred features over (N - 1)^½, Σ₂ = XᵀX, and Σ₁^½ XᵀX Σ₁^½ has the eigenvalues of XΣ₁Xᵀ
    besides zeros.
    """
    if len(features) < 2:
        raise ValueError(f"the Fréchet distance needs at least 2 pictures, not {len(features)}")
    exact = features.double()
    centred = (exact - exact.mean(0)) / (len(exact) - 1) ** 0.5
    values = torch.linalg.eigvalsh(centred @ reference.covariance @ centred.T)
    apart = (reference.mean - exact.mean(0)).square().sum()
    traces = reference.covariance.trace() + centred.square().sum()
    return max(0.0, float(apart + traces - 2 * values.clamp(min=0).sqrt().sum()))
