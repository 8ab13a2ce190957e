"""Steps that reveal equally much, by a model's own curve of nats a masked cell."""

from collections.abc import Callable, Iterable, Sequence
from math import isfinite

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from unleash.canvas.settings import ScheduleName
from unleash.sampling.orders import SCHEDULES, Schedule

PARTS = 16
"""Of the range of masked shares, in a curve that is measured here."""


def schedule_of(name: ScheduleName, curve: Sequence[float] | None = None) -> Schedule:
    """The schedule of a name; that of equal information for a model with such a ``curve``.

    Raises:
        ValueError: if the schedule needs a curve and there is none, or it is none.
    """
    if curve is not None and not (len(curve) and all(isfinite(nats) and nats > 0 for nats in curve)):
        raise ValueError("a curve of information is a list of positive numbers, nats of a masked cell")
    if name != "information":
        return SCHEDULES[name]
    if curve is None:
        raise ValueError(
            'the schedule "information" needs the model\'s curve, and this model has none: '
            "`unleash evaluate information` measures it, or choose another schedule"
        )
    return equal_information(curve)


def equal_information(curve: Sequence[float]) -> Schedule:
    """As many nats at every step (arXiv 2602.06849).

    If h(m) are the nats of a masked cell where a share m of the cells is masked, the cells up to a known
    share x told ∫ h(m) dm over m from 1 - x to 1. When a share r of the steps is done, that is a share r of
    the integral from 0 to 1. So few cells come at first, when each tells much and little is known to draw
    those of one step in agreement.

    Args:
        curve: h of one or more equal parts of the range of m, from 0 to 1. To know more cells tells no less
            of the others, so h rises; where it was measured to fall, it is taken to stay.
    """
    rising = np.maximum.accumulate(np.asarray(curve, dtype=float))
    told = np.concatenate([[0.0], rising[::-1].cumsum()])
    known = np.linspace(0, 1, len(told))
    return lambda r: torch.from_numpy(np.interp(r.numpy(), told / told[-1], known))


@torch.no_grad()
def measured(
    ask: Callable[[Tensor, str | None], Tensor],
    pictures: Iterable[tuple[Tensor, str | None]],
    mask_token: int,
    generator: Generator,
    parts: int = PARTS,
) -> list[float]:
    """The curve of a model: nats of a masked cell, cells masked at random, by the share that is masked.

    Args:
        ask: from tokens (1, h, w) long, K where masked, and a label to logits (1, h * w, K).
        pictures: codes (1, h, w) long and the label of each.
        mask_token: K.
        generator: of the masks.
        parts: of the range of shares; each picture is masked once in the middle of each.

    Returns:
        ``parts`` numbers, where few cells are masked first.

    Raises:
        ValueError: if there are no pictures.
    """
    curves = []
    for codes, label in pictures:
        late = torch.rand(codes.numel(), generator=generator).argsort().argsort().view_as(codes)
        nats = []
        for part in range(parts):
            masked = late < max(1, round((part + 0.5) / parts * codes.numel()))
            logits = ask(codes.masked_fill(masked, mask_token), label)[0]
            nats.append(float(F.cross_entropy(logits[masked.flatten()], codes[masked])))
        curves.append(nats)
    if not curves:
        raise ValueError("a curve needs at least one picture")
    return np.mean(curves, axis=0).round(4).tolist()
