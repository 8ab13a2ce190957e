"""The reverse process: from masked cells to codes, a few cells per step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch
from torch import Generator, Tensor

from unleash.canvas.settings import CorrectionName, Settings
from unleash.sampling.codes import sample_codes
from unleash.sampling.noise import Noise, noise
from unleash.sampling.orders import BLIND, BY_DRAWS, ORDERS, Proposal, halton_ranks
from unleash.sampling.plan import Plan, plan

Predict: TypeAlias = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From codes (B, h, w) long, K where masked, and the cells asked about (B, h, w) bool, to logits
(B, h * w, K) and the cells (B, h, w) bool of which they hold: the ones asked about, and maybe more."""


@dataclass(frozen=True)
class State:
    """The state of a batch.

    Attributes:
        codes: (B, h, w) long, K where masked.
        filled_at: (B, h, w) long, the step that filled each cell; -1 where the run filled none.
        confidence: (B, h, w) float, the probability of each code when it was drawn, before temperature,
            top-k and top-p; 1 where the run filled none.
    """

    codes: Tensor
    filled_at: Tensor
    confidence: Tensor

    @classmethod
    def of(cls, codes: Tensor) -> "State":
        """The initial state of a run."""
        return cls(codes, torch.full_like(codes, -1), torch.ones_like(codes, dtype=torch.float))


@dataclass(frozen=True)
class Revealed:
    """The result of a step; every tensor is (B, h, w).

    Attributes:
        index: which step it was, from 1.
        total: how many steps the run takes.
        codes: long, K where masked; the next step begins with them, so they may be changed in place.
        guess: long, the codes, and the likeliest one where it is unknown; K where the model was not asked.
        revealed: bool, the cells that the step filled.
        state: after the step; its codes are ``codes``.
    """

    index: int
    total: int
    codes: Tensor
    guess: Tensor
    revealed: Tensor
    state: State


def reveal(
    predict: Predict,
    codes: Tensor,
    mask_token: int,
    settings: Settings,
    generators: Sequence[Generator],
    curve: Sequence[float] | None = None,
    start: tuple[int, State] | None = None,
) -> Iterator[Revealed]:
    """Fill what is masked: algorithm 2 of Bond-Taylor et al. (ECCV 2022), several cells at a step.

    Image i of a batch depends on its own generator alone. A cell that is known stays as it is.

    A run that was stopped goes on from ``start``, the number of its steps that are done and the state after
    them: it plans and draws what those steps drew, without asking the model, and ends as it would have ended.

    Args:
        predict: asked once a step, for the cells that may be revealed.
        codes: (B, h, w) long, K where masked; left as they are.
        mask_token: K.
        settings: of the sampling; label, guidance and seed are up to ``predict`` and ``generators``.
        generators: one for each image.
        curve: the model's information curve, for the schedule ``information``; None if it has none.
        start: where to go on; None: at the beginning, with ``codes``.

    Raises:
        ValueError: if no run of these settings is in the state ``start`` after so many steps.
    """
    planned = plan(codes, mask_token, settings, generators, curve)
    first, state = start or (0, State.of(codes.clone()))
    _check_start(planned, codes, first, state)
    for _ in range(first):
        noise(codes, generators)
    guess = state.codes
    for index in range(first, planned.steps):
        drawn = noise(state.codes, generators)
        asked = candidates(planned, index, state, drawn)
        logits, seen = predict(state.codes, asked)
        state, thought, revealed = step(planned, index, state, drawn, asked, logits)
        guess = torch.where(seen | (state.codes != mask_token), thought, guess)
        yield Revealed(index + 1, planned.steps, state.codes, guess, revealed, state)


def _check_start(planned: Plan, codes: Tensor, first: int, state: State) -> None:
    filled, again = (counts[:, :first].sum(1) for counts in (planned.counts, planned.again))
    unknown = [(grid == planned.mask_token).flatten(1).sum(1).cpu() for grid in (codes, state.codes)]
    if not 0 <= first < max(planned.steps, 1) or not torch.equal(unknown[0] - filled + again, unknown[1]):
        raise ValueError(
            f"this is not how a run of {planned.steps} steps with these settings stands after step {first}"
        )


def candidates(planned: Plan, index: int, state: State, drawn: Noise) -> Tensor:
    """(B, h, w) bool: the cells that step ``index`` may reveal; just those it will, if the order is blind."""
    unknown = state.codes == planned.mask_token
    if planned.settings.reveal_order not in BLIND:
        return unknown
    # A blind order looks at no logits, and at no heat.
    nothing = drawn.gumbel.new_zeros(*drawn.gumbel.shape, 0)
    return _chosen(planned, index, state, drawn, nothing, state.codes.flatten(1)).view_as(unknown)


def step(
    planned: Plan, index: int, state: State, drawn: Noise, asked: Tensor, logits: Tensor
) -> tuple[State, Tensor, Tensor]:
    """Reveal as many of the masked cells as are planned, each with a code that is drawn for it.

    Args:
        planned: the plan of the run.
        index: of the step, from 0.
        state: before the step.
        drawn: the randomness of the step.
        asked: its :func:`candidates`.
        logits: (B, h * w, K) of the codes; an image that is finished may hold anything.

    Returns:
        The state after the step, in which the cells that a corrector step draws next are masked; (B, h, w)
        long, the codes with the revealed ones, and the likeliest one where it is unknown; (B, h, w) bool,
        the cells that were revealed.
    """
    settings, tokens = planned.settings, state.codes.flatten(1)
    logits, unknown, wanted = logits.detach().float(), tokens == planned.mask_token, asked.flatten(1)
    # Only an order that goes by the codes drawn needs more of them than are revealed.
    if settings.reveal_order not in BLIND | BY_DRAWS:
        wanted = _chosen(planned, index, state, drawn, logits, tokens)
    codes = tokens.clone()
    codes[wanted] = sample_codes(
        logits[wanted], drawn.uniform[wanted], settings.temperature, settings.top_k, settings.top_p
    )
    if settings.reveal_order in BY_DRAWS:
        wanted = _chosen(planned, index, state, drawn, logits, codes)
    known = torch.where(wanted, codes, tokens)
    guess = torch.where(unknown & ~wanted, logits.argmax(-1), known)

    shape = state.codes.shape
    chances = logits[wanted].softmax(-1).gather(-1, codes[wanted][:, None])[:, 0]
    confidence = state.confidence.flatten(1).clone()
    confidence[wanted] = chances
    filled_at = state.filled_at.masked_fill(wanted.view(shape), index)
    filled = State(known.view(shape), filled_at, confidence.view(shape))
    again = _to_correct(planned, index, filled)
    after = replace(filled, codes=filled.codes.masked_fill(again, planned.mask_token))
    return after, guess.view(shape), wanted.view(shape)


def highest(scores: Tensor, among: Tensor, counts: Tensor) -> Tensor:
    """(B, N) bool: of the cells ``among`` (B, N) bool, the ``counts`` (B,) with the highest scores."""
    ranked = scores.masked_fill(~among, -torch.inf).argsort(dim=-1, descending=True, stable=True)
    return (ranked.argsort(-1) < counts[:, None]) & among


def _chosen(planned: Plan, index: int, state: State, drawn: Noise, logits: Tensor, codes: Tensor) -> Tensor:
    """(B, N) bool: the unknown cells that come first in the order, given codes (B, N) drawn for them."""
    height, width = state.codes.shape[1:]
    length = (planned.counts > 0).sum(1, keepdim=True).clamp(min=1)
    heat = planned.settings.temperature * (1 - (index + 1) / length).clamp(min=0).to(logits)
    proposal = Proposal(logits, codes, drawn.gumbel, heat, (height, width), planned.settings)
    scores = ORDERS[planned.settings.reveal_order](proposal).expand_as(codes)
    unknown = (state.codes == planned.mask_token).flatten(1)
    return highest(scores, unknown, planned.counts[:, index].to(unknown.device))


def oldest(state: State) -> Tensor:
    """First filled first: these cells were drawn when least was known. Within a step, in Halton order."""
    height, width = state.codes.shape[1:]
    place = state.filled_at * (height * width) + halton_ranks(height, width).to(state.codes).view(height, -1)
    return -place.double()


def least_confident(state: State) -> Tensor:
    """Lowest confidence first: the probability ψ of the code when it was drawn.

    ReMDM (Wang et al., NeurIPS 2025, arXiv 2503.00307), confidence-based schedule: cells are remasked with
    probability proportional to exp(-ψ). Here the cells with the smallest ψ are remasked, deterministically.
    """
    return -state.confidence


CORRECTIONS: dict[CorrectionName, Callable[[State], Tensor]] = {
    "oldest": oldest,
    "confidence": least_confident,
}
"""Scores (B, h, w): of the cells that a run filled, corrector steps redraw the highest."""


def _to_correct(planned: Plan, index: int, state: State) -> Tensor:
    """(B, h, w) bool: the cells that the next step redraws, each at most once in a run."""
    filled_at, counts = state.filled_at.flatten(1), planned.again[:, index].to(state.codes.device)
    # The first step that masks cells again is the last one that fills others.
    last = (planned.again > 0).int().argmax(1, keepdim=True).to(filled_at)
    scores = CORRECTIONS[planned.settings.correction_order](state).flatten(1)
    return highest(scores, (filled_at >= 0) & (filled_at <= last), counts).view_as(state.codes)
