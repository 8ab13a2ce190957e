"""The reveal as a loop over any function that gives logits."""

import pytest
import torch

from unleash import AbsorbingDiffusionScheduler, Settings
from unleash.sampling.orders import BLIND, ORDERS
from unleash.sampling.plan import plan
from unleash.sampling.reveal import reveal

K = 11
WEIGHTS = torch.randn(K + 1, K, generator=torch.Generator().manual_seed(0)) * 2


def rngs():
    return [torch.Generator().manual_seed(seed) for seed in (1, 2)]


def partly_known():
    codes = torch.full((2, 5, 6), K)
    codes[1, :3] = 0
    return codes


def think(codes):
    """Logits (B, N, K) that depend on what lies in a cell and to the left of it."""
    seen = WEIGHTS[codes.flatten(1)]
    return seen + seen.roll(1, dims=1)


@pytest.mark.parametrize("order", ORDERS)
def test_a_model_is_asked_about_masked_cells_and_where_known_beforehand_about_no_more_than_it_reveals(order):
    asked_for = []

    def predict(codes, asked):
        asked_for.append(asked)
        assert ((codes == K) | ~asked).all(), "only what is masked is asked about"
        return think(codes), asked

    steps = list(reveal(predict, partly_known(), K, Settings(steps=4, reveal_order=order), rngs()))
    assert len(asked_for) == len(steps) == steps[-1].total == 4
    for asked, step in zip(asked_for, steps, strict=True):
        assert not (step.revealed & ~asked).any()
        if order in BLIND:
            assert torch.equal(step.revealed, asked)
    assert not (steps[-1].codes == K).any()


@pytest.mark.parametrize("order", ORDERS)
def test_the_plan_says_beforehand_what_each_step_reveals(order):
    settings = Settings(steps=7, reveal_order=order, correction=0.3)
    planned = plan(partly_known(), K, settings, rngs())
    steps = list(reveal(lambda codes, asked: (think(codes), asked), partly_known(), K, settings, rngs()))
    assert len(steps) == planned.steps
    counts = torch.stack([step.revealed.flatten(1).sum(1) for step in steps], dim=1)
    assert torch.equal(counts, planned.counts)


@pytest.mark.parametrize("order", ORDERS)
def test_the_scheduler_does_the_same_in_calls_of_its_own(order):
    settings = Settings(steps=6, reveal_order=order, temperature=0.9, top_p=0.8, correction=0.25)
    (*_, last) = reveal(lambda codes, asked: (think(codes), asked), partly_known(), K, settings, rngs())
    scheduler, codes, generators = AbsorbingDiffusionScheduler(codebook_size=K), partly_known(), rngs()
    scheduler.set_timesteps(6, codes, generators, reveal_order=order, correction=0.25)
    for t in scheduler.timesteps:
        out = scheduler.step(think(codes), t, codes, generators, temperature=0.9, top_p=0.8)
        codes = out.prev_sample
    assert torch.equal(codes, last.codes)


def test_codes_that_are_changed_between_steps_are_gone_on_with():
    start = torch.full((1, 2, 3), K)
    run = reveal(lambda codes, asked: (think(codes), asked), start, K, Settings(steps=3), rngs()[:1])
    first = next(run)
    first.codes[first.codes != K] = 5
    (*_, last) = run
    assert (last.codes[first.revealed] == 5).all()
    assert (start == K).all(), "what a run began with stays as it was"


def test_what_nobody_asked_the_model_about_is_not_guessed():
    def predict(codes, asked):
        seen = torch.zeros_like(asked)
        seen[:, 0] = True
        return think(codes), seen | asked

    first = next(
        reveal(predict, torch.full((1, 4, 4), K), K, Settings(steps=8, reveal_order="raster"), rngs()[:1])
    )
    assert (first.guess[:, 0] < K).all()
    assert (first.guess[:, 1:] == K).all()
