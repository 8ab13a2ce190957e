"""Which masked cells a step reveals (orders) and how many (schedules): one small pure function each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import pi
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from unleash.canvas.settings import OrderName, ScheduleName, Settings


@dataclass(frozen=True)
class Proposal:
    """The candidates of a step, before the cells to reveal are chosen.

    Attributes:
        logits: (B, N, K) the model's output, before temperature, top-k and top-p.
        codes: (B, N) the code drawn for every unknown cell, and the code of every known one.
        gumbel: (B, N) standard Gumbel noise, fresh at every step.
        heat: (B, 1) the temperature, annealed linearly to 0 at the image's last step.
        grid: (h, w) with h * w = N.
        settings: of the sampling.
    """

    logits: Tensor
    codes: Tensor
    gumbel: Tensor
    heat: Tensor
    grid: tuple[int, int]
    settings: Settings


Order: TypeAlias = Callable[[Proposal], Tensor]
"""Scores that broadcast to (B, N): of the cells still unknown, the highest are revealed."""


def random(proposal: Proposal) -> Tensor:
    """Uniformly at random, as in the paper (Bond-Taylor et al., ECCV 2022)."""
    return proposal.gumbel


def confidence(proposal: Proposal) -> Tensor:
    """The surest draws first: log p(code) plus annealed Gumbel noise (MaskGIT, Chang et al., CVPR 2022).

    Without the noise the order would favour the most common codes, which gives empty pictures. Its amount is
    ``choice_temperature``, 4.5 in MaskGIT's release, times the annealed temperature.
    """
    log_probs = proposal.logits.log_softmax(-1)
    drawn = log_probs.gather(-1, proposal.codes[..., None])[..., 0]
    return drawn + proposal.settings.choice_temperature * proposal.heat * proposal.gumbel


def halton(proposal: Proposal) -> Tensor:
    """Spread evenly by a low-discrepancy sequence, so that cells revealed together are nearly independent.

    Besnier et al., "Halton scheduler for masked generative image transformers", ICLR 2025.
    """
    return -halton_ranks(*proposal.grid).to(proposal.logits)


def entropy(proposal: Proposal) -> Tensor:
    """The most certain first: lowest entropy of the predicted distribution, regardless of the code drawn."""
    return -torch.special.entr(proposal.logits.softmax(-1)).sum(-1)


def moment(proposal: Proposal) -> Tensor:
    """Cells by the moment of their distribution, log Σ_k p_k^β plus annealed Gumbel noise, then their codes.

    Hayakawa et al., "Demystifying MaskGIT sampler and beyond", arXiv 2510.04525. MaskGIT draws codes first
    and keeps the cells with the highest log p(code) + α·g, g Gumbel noise. That is to rank them by
    log p(code) / α + g, which picks cells without replacement in proportion to p(code)^(1/α), on average over
    the code drawn Σ_k p_k · p_k^(1/α) = Σ_k p_k^β with β = 1 + 1/α. So cells can be chosen by this moment
    before any code is drawn. β is ``moment_exponent``: 1 gives every cell the same score, 2 the probability
    that two draws agree, and a large one looks at the likeliest code only. The noise is annealed as that of
    :func:`confidence`.
    """
    beta = proposal.settings.moment_exponent
    moments = (beta * proposal.logits.log_softmax(-1)).logsumexp(-1)
    return moments + proposal.heat * proposal.gumbel


def raster(proposal: Proposal) -> Tensor:
    """Left to right, top to bottom: the autoregressive baseline."""
    height, width = proposal.grid
    return -torch.arange(height * width).to(proposal.logits)


BLIND: frozenset[OrderName] = frozenset({"random", "halton", "raster"})
"""The orders that do not depend on the model: which cells come next is known before its evaluation."""

BY_DRAWS: frozenset[OrderName] = frozenset({"confidence"})
"""The orders that depend on the codes drawn: one is drawn for every unknown cell before cells are chosen."""

ORDERS: dict[OrderName, Order] = {
    "random": random,
    "confidence": confidence,
    "halton": halton,
    "entropy": entropy,
    "moment": moment,
    "raster": raster,
}


@lru_cache
def halton_ranks(height: int, width: int) -> Tensor:
    """(h * w,) when the Halton sequence first falls in each cell: rows in base 2, columns in base 3."""
    # A cell is sure to hold an interval [i, i + 1) / 2^a of rows and [j, j + 1) / 3^b of columns if 2^a is
    # twice the height and 3^b twice the width; of 2^a 3^b consecutive points, one falls in each such pair.
    rows, cols = 2 ** _ceil_log(2 * height, 2), 3 ** _ceil_log(2 * width, 3)
    points = np.arange(1, rows * cols + 1)
    cells = _radical_inverse(points, 2, height) * width + _radical_inverse(points, 3, width)
    _, first = np.unique(cells, return_index=True)
    return torch.from_numpy(first.argsort().argsort())


def _radical_inverse(points: np.ndarray, base: int, scale: int) -> np.ndarray:
    """⌊scale · Φ(i)⌋ of every i, exact: Φ mirrors the digits of i at the radix point."""
    mirrored, unit = np.zeros_like(points), 1
    while points.any():
        points, digit = np.divmod(points, base)
        mirrored, unit = mirrored * base + digit, unit * base
    return mirrored * scale // unit


def _ceil_log(number: int, base: int) -> int:
    """The smallest e with base^e ≥ number."""
    exponent = 0
    while base**exponent < number:
        exponent += 1
    return exponent


Schedule: TypeAlias = Callable[[Tensor], Tensor]
"""The share of the cells that is known when a share r = k / n of the steps is done: 0 ↦ 0, 1 ↦ 1.

It is 1 - γ(r) of MaskGIT (Chang et al. 2022, section 3.3), whose γ is the share still masked.
"""


def linear(r: Tensor) -> Tensor:
    """γ(r) = 1 - r: as many at every step, as in the paper."""
    return r


def cosine(r: Tensor) -> Tensor:
    """γ(r) = cos(πr / 2): few at first, when little is known to draw them from."""
    return 1 - torch.cos(r * pi / 2)


def arccos(r: Tensor) -> Tensor:
    """γ(r) = 2 arccos(r) / π: nearly linear, then very many in the last steps."""
    return 1 - torch.arccos(r) * 2 / pi


SCHEDULES: dict[ScheduleName, Schedule] = {"linear": linear, "cosine": cosine, "arccos": arccos}
