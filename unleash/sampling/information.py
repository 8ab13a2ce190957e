"""The schedule of equal information per step, from a model's own curve."""

from collections.abc import Callable, Iterable, Sequence
from math import isfinite

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from unleash.canvas.settings import ScheduleName
from unleash.sampling.orders import SCHEDULES, Schedule

BINS = 16
"""Bins of the masked share in a measured curve."""

MAX_BINS = 4096


def schedule_of(name: ScheduleName, curve: Sequence[float] | None = None) -> Schedule:
    """The schedule of this name; ``curve`` is the model's, None if it has none.

    Raises:
        ValueError: if the schedule needs a curve and there is none, or the curve is not valid.
    """
    if curve is not None and not (1 <= len(curve) <= MAX_BINS and all(map(_positive, curve))):
        raise ValueError(f"information must be 1 to {MAX_BINS} positive numbers, nats per masked cell")
    if name != "information":
        return SCHEDULES[name]
    if curve is None:
        raise ValueError(
            'the schedule "information" needs an information curve, which this model lacks: '
            "measure it with `unleash evaluate information`, or choose another schedule"
        )
    return equal_information(curve)


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and isfinite(value) and value > 0


def equal_information(curve: Sequence[float]) -> Schedule:
    """Equal information at every step (arXiv 2602.06849).

    Let h(m) be the negative log-likelihood of a masked cell when a share m of the cells is masked. Revealing
    cells up to a known share x gives ∫ h(m) dm from 1 - x to 1 nats per cell of the grid. When a share r of
    the steps is done, this is r times the integral from 0 to 1. So the first steps, where each cell carries
    the most information, reveal the fewest cells.

    Args:
        curve: h in bins of equal width over m from 0 to 1. h cannot fall, since conditioning on more cells
            does not increase entropy; where the measured curve falls, its running maximum is used.
    """
    rising = np.maximum.accumulate(np.asarray(curve, dtype=float))
    information = np.concatenate([[0.0], rising[::-1].cumsum()])
    known = np.linspace(0, 1, len(information))
    return lambda r: torch.from_numpy(np.interp(r.numpy(), information / information[-1], known))


@torch.no_grad()
def measured(
    ask: Callable[[Tensor, str | None], Tensor],
    pictures: Iterable[tuple[Tensor, str | None]],
    mask_token: int,
    generator: Generator,
    bins: int = BINS,
) -> list[float]:
    """The information curve of a model: nats of a masked cell by the share of masked cells.

    Args:
        ask: logits (1, h * w, K) of tokens (1, h, w) long, K where masked, under a label.
        pictures: codes (1, h, w) long and the label of each.
        mask_token: K.
        generator: draws the masks, uniformly at random.
        bins: of the masked share; each picture is masked once per bin, at the bin's centre.

    Returns:
        ``bins`` mean negative log-likelihoods, that of the smallest share first.

    Raises:
        ValueError: if there are no pictures.
    """
    curves = []
    for codes, label in pictures:
        rank = torch.rand(codes.numel(), generator=generator).argsort().argsort().view_as(codes)
        nats = []
        for part in range(bins):
            masked = rank < max(1, round((part + 0.5) / bins * codes.numel()))
            logits = ask(codes.masked_fill(masked, mask_token), label)[0]
            nats.append(float(F.cross_entropy(logits[masked.flatten()], codes[masked])))
        curves.append(nats)
    if not curves:
        raise ValueError("at least one picture is needed to measure a curve")
    return np.mean(curves, axis=0).round(4).tolist()
