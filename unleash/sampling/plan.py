"""How many cells each step of a run reveals, and how many corrector steps it ends with."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.utils.rnn import pad_sequence

from unleash.canvas.settings import Settings
from unleash.sampling.information import schedule_of
from unleash.sampling.noise import each, uniform
from unleash.sampling.orders import Schedule, linear


@dataclass(frozen=True)
class Plan:
    """How a batch is going to be filled.

    Attributes:
        settings: of the sampling.
        mask_token: K, the code of an unknown cell.
        counts: (B, S) long, how many cells of each image each step reveals; zeros where an image is finished
            before others, never between.
        again: (B, S) long, how many of the revealed cells each step masks again when it is done.
    """

    settings: Settings
    mask_token: int
    counts: Tensor
    again: Tensor

    @property
    def steps(self) -> int:
        """S: evaluations of the model."""
        return self.counts.shape[1]


def plan(
    codes: Tensor,
    mask_token: int,
    settings: Settings,
    generators: Sequence[Generator] | None = None,
    curve: Sequence[float] | None = None,
) -> Plan:
    """Plan a run of at most ``settings.steps`` steps, and of no more than the image with the most cells has.

    With a ``correction``, the last steps are corrector steps (Campbell et al., NeurIPS 2022): cells are
    masked again, as in ReMDM (Wang et al. 2025), and drawn given all others. Here these
    are half of the cells, each once, chosen by ``correction_order``.

    Args:
        codes: (B, ...) long, K where unknown.
        mask_token: K.
        settings: of the sampling; steps, reveal order, schedule and correction count here.
        generators: one for each image, from which the random order draws; None: torch's global one.
        curve: the model's information curve, for the schedule ``information``; None if it has none.

    Raises:
        ValueError: if there is not one generator for each image, or the schedule needs a curve.
    """
    schedule = schedule_of(settings.schedule, curve)
    planned = [
        _counts(cells, settings, schedule, generator)
        for cells, generator in zip(
            (codes == mask_token).flatten(1), each(generators, len(codes)), strict=True
        )
    ]
    counts, again = (pad_sequence([two[i] for two in planned], batch_first=True) for i in range(2))
    return Plan(settings, mask_token, counts, again)


def _counts(
    unknown: Tensor, settings: Settings, schedule: Schedule, generator: Generator | None
) -> tuple[Tensor, Tensor]:
    """How many of ``unknown`` (N,) bool each step reveals, and how many it masks again: (S,) long each."""
    steps, cells = settings.steps, int(unknown.sum())
    corrector = int(min(steps, cells) * settings.correction)
    if corrector:  # A random order alone may spread its cells over more steps than there are cells.
        steps = min(steps, cells)
    if settings.reveal_order == "random":
        counts = drawn_counts(unknown, steps - corrector, schedule, generator)
    else:
        counts = even_counts(cells, steps - corrector, schedule)
    again = even_counts(cells // 2, corrector, linear)
    # What a corrector step reveals is masked by the step before it.
    return torch.cat([counts, again]), torch.cat([counts[1:] * 0, again, counts[:1] * 0])


def even_counts(unknown: int, steps: int, schedule: Schedule) -> Tensor:
    """How many of ``unknown`` cells each step reveals: the schedule's share, rounded, at least one.

    Returns:
        (S,) long, S = min(steps, unknown), with sum ``unknown``.
    """
    steps = min(steps, unknown)
    if steps == 0:
        return torch.zeros(0, dtype=torch.long)
    step = torch.arange(steps + 1)
    known = (schedule(step.double() / steps) * unknown).round().long()
    # Where the schedule reveals nothing, one is brought forward. No schedule is ahead of the linear one,
    # so there are always enough left for the steps to come.
    return ((known - step).cummax(0).values + step).diff()


def drawn_counts(
    unknown: Tensor, steps: int, schedule: Schedule, generator: Generator | None = None
) -> Tensor:
    """How many cells each step reveals if every unknown cell draws its step by itself.

    In the paper's sampler each cell still masked at t = T, ..., 1 is revealed with probability 1 / t, so
    a cell's step is uniform over the T. Here it has the schedule's increments for probabilities, the
    same if linear. Empty steps are left out. Given the counts, which cells a step reveals is uniform
    among those left, as :func:`~unleash.sampling.orders.random` has it.

    Args:
        unknown: (N,) bool.
        steps: T.
        schedule: its increments are the probabilities of the steps.
        generator: draws once for each cell, known or not.

    Returns:
        (S,) long, S ≤ min(steps, unknown cells), each at least 1.
    """
    known = schedule(torch.arange(1, steps + 1).double() / steps)
    drawn = uniform(unknown.shape, generator)[unknown.cpu()].double()
    counts = torch.searchsorted(known, drawn, right=True).bincount()
    return counts[counts > 0]
