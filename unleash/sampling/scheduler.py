"""Absorbing diffusion over token grids in the manner of a diffusers scheduler."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import ConfigMixin, SchedulerMixin
from diffusers.configuration_utils import register_to_config
from diffusers.utils import BaseOutput
from torch import Generator, Tensor
from torch.nn.utils.rnn import pad_sequence

from unleash.canvas.settings import OrderName, ScheduleName
from unleash.sampling.orders import BLIND, ORDERS, SCHEDULES, Proposal, halton_ranks


@dataclass
class AbsorbingDiffusionSchedulerOutput(BaseOutput):
    """What a step made of its sample; every tensor has the sample's shape.

    Attributes:
        prev_sample: the next step's sample: as before, with the revealed cells filled, and those masked
            that a corrector step is going to draw again.
        pred_original_sample: the sample with the revealed cells filled, and the likeliest code wherever it
            is unknown.
        revealed: bool, the cells this step filled.
    """

    prev_sample: Tensor
    pred_original_sample: Tensor
    revealed: Tensor


@dataclass(frozen=True)
class Plan:
    """How a batch is going to be filled.

    Attributes:
        order: which cells come first.
        counts: (B, S) how many cells of each image each step reveals; zeros where an image is finished
            before others, never between.
        again: (B, S) how many of the cells revealed first each step masks again when it is done.
        grid: (h, w).
    """

    order: OrderName
    counts: Tensor
    again: Tensor
    grid: tuple[int, int]


class AbsorbingDiffusionScheduler(SchedulerMixin, ConfigMixin):
    """The forward and reverse process of "Unleashing Transformers" (Bond-Taylor et al., ECCV 2022).

    A cell that is known when a run is planned stays as it is. Samples are (B, h, w) or (B, h * w) long; a
    flat one is taken for a square grid. Image i of a batch depends on its own generator alone.

        scheduler.set_timesteps(16, tokens, generators)
        for t in scheduler.timesteps:
            tokens = scheduler.step(transformer(tokens), t, tokens, generators).prev_sample

    Args:
        codebook_size: K; the mask token is index K.
        num_train_timesteps: T of the forward process.
        order: which cells are revealed first, where a run does not say.
        schedule: how many cells a step reveals, where a run does not say.
    """

    @register_to_config
    def __init__(
        self,
        *,  # Of values given by position, from_config() would restore the defaults.
        codebook_size: int = 1024,
        num_train_timesteps: int = 256,
        order: OrderName = "halton",
        schedule: ScheduleName = "cosine",
    ) -> None:
        if codebook_size < 1 or num_train_timesteps < 1:
            raise ValueError(f"{codebook_size=} and {num_train_timesteps=} must be at least 1")
        _check_name("order", order, ORDERS)
        _check_name("schedule", schedule, SCHEDULES)
        self.plan: Plan | None = None
        self.timesteps = torch.arange(0)
        self._filled_at = torch.arange(0)

    def add_noise(
        self, original_samples: Tensor, timesteps: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Draw x_t from q(x_t | x_0): each cell is masked with probability t / T, whatever the others.

        That is what remains of t steps of which step s masks a known cell with β_s = 1 / (T - s + 1).

        Args:
            original_samples: (B, ...) long.
            timesteps: (B,) long in [0, T].
            generator: for the whole batch.
        """
        total = self.config["num_train_timesteps"]
        if timesteps.shape != original_samples.shape[:1] or timesteps.min() < 0 or timesteps.max() > total:
            raise ValueError(f"add_noise needs one time step from 0 to {total} for each image of the batch")
        rate = (timesteps / total).view(-1, *[1] * (original_samples.ndim - 1))
        uniform = _rand(original_samples.shape, generator).to(original_samples.device)
        return original_samples.masked_fill(uniform < rate.to(uniform), self.config["codebook_size"])

    def set_timesteps(
        self,
        num_inference_steps: int,
        sample: Tensor,
        generators: Sequence[Generator] | None = None,
        *,
        order: OrderName | None = None,
        schedule: ScheduleName | None = None,
        correction: float = 0.0,
    ) -> None:
        """Plan how ``sample`` is filled, and number the steps ``timesteps`` = S, ..., 1.

        S is at most ``num_inference_steps`` and at most the unknown cells of the image with the most.

        With a ``correction``, the last steps are corrector steps (Campbell et al., NeurIPS 2022): cells are
        masked again, as in ReMDM (Wang et al. 2025), and drawn from what has become of all others. Here it
        is the half of the cells that was filled first, when least was known, in the order of filling.

        Args:
            num_inference_steps: how many evaluations of the transformer may be spent.
            sample: (B, h, w) or (B, h * w) long, K where unknown.
            generators: one for each image; None draws from torch's global one.
            order: in place of the configured one.
            schedule: in place of the configured one.
            correction: share of the steps that are corrector steps, from 0 to 0.5, rounded down.
        """
        order = order or self.config["order"]
        schedule = schedule or self.config["schedule"]
        _check_name("order", order, ORDERS)
        _check_name("schedule", schedule, SCHEDULES)
        if num_inference_steps < 1:
            raise ValueError(f"at least one step is needed, not {num_inference_steps}")
        if not 0 <= correction <= 0.5:
            raise ValueError(f"the correction takes a share from 0 to 0.5 of the steps, not {correction}")
        grid = _grid(sample)
        unknown = sample.flatten(1) == self.config["codebook_size"]
        planned = [
            _counts(cells, num_inference_steps, order, schedule, correction, generator)
            for cells, generator in zip(unknown, _each(generators, len(sample)), strict=True)
        ]
        counts, again = (pad_sequence([two[i] for two in planned], batch_first=True) for i in range(2))
        self.plan = Plan(order, counts, again, grid)
        self.timesteps = torch.arange(self.plan.counts.shape[1], 0, -1)
        self._filled_at = torch.full(unknown.shape, -1, device=sample.device)

    def step(
        self,
        model_output: Tensor,
        timestep: int | Tensor,
        sample: Tensor,
        generators: Sequence[Generator] | None = None,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        return_dict: bool = True,
    ) -> AbsorbingDiffusionSchedulerOutput | tuple[Tensor, Tensor, Tensor]:
        """Reveal as many of the unknown cells as are planned, each with a code that is drawn for it.

        Args:
            model_output: (B, h * w, K) logits of the codes; an image that is finished may hold anything.
            timestep: one of ``timesteps``.
            sample: shaped as in :meth:`set_timesteps`.
            generators: one for each image; None draws from torch's global one.
            temperature: divides the logits; 0 takes the likeliest code.
            top_k: draw from the k likeliest codes only.
            top_p: draw from the fewest codes that together have this probability only.
            return_dict: False returns a plain tuple.
        """
        plan = self._planned(timestep, sample)
        tokens, device = sample.flatten(1), model_output.device
        expected = (*tokens.shape, self.config["codebook_size"])
        if model_output.shape != expected:
            raise ValueError(
                f"the logits must be {expected} for this sample, not {tuple(model_output.shape)}"
            )

        uniform, gumbel = _noise(tokens, _each(generators, len(tokens)), device)
        logits = model_output.detach().float()
        unknown = tokens == self.config["codebook_size"]
        done = len(self.timesteps) - int(timestep)
        counts = plan.counts[:, done].to(device)
        length = (plan.counts > 0).sum(1, keepdim=True).clamp(min=1)
        heat = temperature * (1 - (done + 1) / length).clamp(min=0).to(logits)

        def chosen(codes: Tensor) -> Tensor:
            scores = ORDERS[plan.order](Proposal(logits, codes, gumbel, heat, plan.grid))
            return highest(scores.expand_as(codes), unknown, counts)

        # A blind order chooses without looking at what was drawn, so no more need be drawn.
        blind = plan.order in BLIND
        wanted = chosen(tokens) if blind else unknown
        codes = tokens.clone()
        codes[wanted] = sample_codes(logits[wanted], uniform[wanted], temperature, top_k, top_p)
        revealed = wanted if blind else chosen(codes)
        known = torch.where(revealed, codes, tokens)
        guess = torch.where(unknown & ~revealed, logits.argmax(-1), known)

        self._filled_at = self._filled_at.masked_fill(revealed, done)
        again = self._first_filled(plan.again[:, done].to(device), plan.grid)
        known = known.masked_fill(again, self.config["codebook_size"])
        result = (known, guess, revealed)
        prev_sample, pred_original_sample, revealed = (tensor.view_as(sample) for tensor in result)
        if not return_dict:
            return prev_sample, pred_original_sample, revealed
        return AbsorbingDiffusionSchedulerOutput(prev_sample, pred_original_sample, revealed)

    def foreseen(
        self, timestep: int | Tensor, sample: Tensor, generators: Sequence[Generator] | None = None
    ) -> Tensor | None:
        """The cells that :meth:`step` will reveal, before the model is asked; nothing is drawn.

        Args:
            timestep: one of ``timesteps``.
            sample: shaped as in :meth:`set_timesteps`.
            generators: as :meth:`step` will be given them.

        Returns:
            bool, of the sample's shape; None if the order goes by what the model thinks.
        """
        plan = self._planned(timestep, sample)
        if plan.order not in BLIND:
            return None
        tokens = sample.flatten(1)
        drawn_from = [g or torch.default_generator for g in _each(generators, len(tokens))]
        # One copy for each generator, also where images share one.
        copies = {id(generator): generator.clone_state() for generator in drawn_from}
        _, gumbel = _noise(tokens, [copies[id(generator)] for generator in drawn_from], tokens.device)
        # A blind order looks at no logits, and at no heat.
        nothing = gumbel.new_zeros(*tokens.shape, 0)
        scores = ORDERS[plan.order](Proposal(nothing, tokens, gumbel, gumbel[:, :1], plan.grid))
        counts = plan.counts[:, len(self.timesteps) - int(timestep)].to(tokens.device)
        unknown = tokens == self.config["codebook_size"]
        return highest(scores.expand(tokens.shape), unknown, counts).view_as(sample)

    def _first_filled(self, counts: Tensor, grid: tuple[int, int]) -> Tensor:
        """(B, N) bool: the ``counts`` (B,) cells that this run filled first, spread evenly within a step."""
        place = self._filled_at * self._filled_at.shape[1] + halton_ranks(*grid).to(self._filled_at)
        return highest(-place.double(), self._filled_at >= 0, counts)

    def _planned(self, timestep: int | Tensor, sample: Tensor) -> Plan:
        if self.plan is None or not 1 <= timestep <= len(self.timesteps):
            raise ValueError(f"step {int(timestep)} is not planned: call set_timesteps() first")
        if len(sample) != len(self.plan.counts):
            raise ValueError(f"the plan is for {len(self.plan.counts)} images, the sample has {len(sample)}")
        return self.plan


def _counts(
    unknown: Tensor,
    steps: int,
    order: OrderName,
    schedule: ScheduleName,
    correction: float,
    generator: Generator | None,
) -> tuple[Tensor, Tensor]:
    """How many of ``unknown`` (N,) bool each step reveals, and how many it masks again: (S,) long each."""
    cells = int(unknown.sum())
    corrector = int(min(steps, cells) * correction)
    if corrector:  # A random order alone may spread its cells over more steps than there are cells.
        steps = min(steps, cells)
    if order == "random":
        counts = drawn_counts(unknown, steps - corrector, schedule, generator)
    else:
        counts = even_counts(cells, steps - corrector, schedule)
    again = even_counts(cells // 2, corrector, "linear")
    # What a corrector step reveals is masked by the step before it.
    return torch.cat([counts, again]), torch.cat([counts[1:] * 0, again, counts[:1] * 0])


def even_counts(unknown: int, steps: int, schedule: ScheduleName) -> Tensor:
    """How many of ``unknown`` cells each step reveals: the schedule's share, rounded, at least one.

    Returns:
        (S,) long, S = min(steps, unknown), with sum ``unknown``.
    """
    steps = min(steps, unknown)
    if steps == 0:
        return torch.zeros(0, dtype=torch.long)
    step = torch.arange(steps + 1)
    known = (SCHEDULES[schedule](step.double() / steps) * unknown).round().long()
    # Where the schedule reveals nothing, one is brought forward. No schedule is ahead of the linear one,
    # so there are always enough left for the steps to come.
    return ((known - step).cummax(0).values + step).diff()


def drawn_counts(
    unknown: Tensor, steps: int, schedule: ScheduleName, generator: Generator | None = None
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
    known = SCHEDULES[schedule](torch.arange(1, steps + 1).double() / steps)
    uniform = _rand(unknown.shape, generator)[unknown.cpu()].double()
    counts = torch.searchsorted(known, uniform, right=True).bincount()
    return counts[counts > 0]


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


def highest(scores: Tensor, among: Tensor, counts: Tensor) -> Tensor:
    """(B, N) bool: of the cells ``among`` (B, N) bool, the ``counts`` (B,) with the highest scores."""
    ranked = scores.masked_fill(~among, -torch.inf).argsort(dim=-1, descending=True, stable=True)
    return (ranked.argsort(-1) < counts[:, None]) & among


def _ascending(values: Tensor) -> Tensor:
    if values.device.type == "cpu":  # NumPy sorts rows six times as fast as torch does.
        return torch.from_numpy(np.sort(values.numpy(), axis=-1))
    return values.sort(-1).values


def _rand(shape: Sequence[int], generator: Generator | None) -> Tensor:
    return torch.rand(shape, generator=generator, device=generator.device if generator else None)


def _noise(
    tokens: Tensor, generators: Sequence[Generator | None], device: torch.device
) -> tuple[Tensor, Tensor]:
    """A step's randomness, (B, N) each: uniform for the codes, Gumbel for the order.

    Every image draws as much at every step, whatever is known of it.
    """
    noise = torch.stack([_rand((2, tokens.shape[1]), generator) for generator in generators])
    uniform, gumbel = noise.to(device).unbind(1)
    return uniform, -torch.log(-torch.log(gumbel.clamp(min=torch.finfo(gumbel.dtype).tiny)))


def _each(generators: Sequence[Generator] | None, batch: int) -> Sequence[Generator | None]:
    if generators is None:
        return [None] * batch
    if len(generators) != batch:
        raise ValueError(f"one generator for each of the {batch} images is needed, not {len(generators)}")
    return generators


def _grid(sample: Tensor) -> tuple[int, int]:
    if sample.ndim == 3:
        return sample.shape[1], sample.shape[2]
    side = round(sample.shape[-1] ** 0.5)
    if sample.ndim != 2 or side**2 != sample.shape[1]:
        raise ValueError(f"a sample is (B, h, w), or (B, h * w) of a square grid, not {tuple(sample.shape)}")
    return side, side


def _check_name(kind: str, name: str, registry: dict) -> None:
    if name not in registry:
        raise ValueError(f"there is no {kind} {name!r}: choose one of {', '.join(registry)}")
