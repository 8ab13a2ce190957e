import math
from typing import get_args

import numpy as np
import pytest
import torch

from unleash.canvas.settings import OrderName, ScheduleName, Settings
from unleash.sampling.orders import ORDERS, SCHEDULES, Proposal, halton_ranks


def proposal(logits, codes=None, gumbel=None, heat=1.0, grid=None, **settings):
    batch, cells, _ = logits.shape
    return Proposal(
        logits=logits,
        codes=torch.zeros(batch, cells, dtype=torch.long) if codes is None else codes,
        gumbel=torch.zeros(batch, cells) if gumbel is None else gumbel,
        heat=torch.full((batch, 1), heat),
        grid=grid or (1, cells),
        settings=Settings(**settings),
    )


def first_to_last(order, *args, **kwargs):
    scores = ORDERS[order](proposal(*args, **kwargs))
    return scores.expand(args[0].shape[:2])[0].argsort(descending=True).tolist()


def test_the_registries_hold_exactly_the_named():
    assert tuple(ORDERS) == get_args(OrderName)
    assert (*SCHEDULES, "information") == get_args(ScheduleName)


def test_raster_goes_row_by_row():
    assert first_to_last("raster", torch.zeros(1, 6, 3), grid=(2, 3)) == [0, 1, 2, 3, 4, 5]


def test_random_follows_nothing_but_the_noise():
    logits = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    gumbel = torch.tensor([[0.1, 3.0, -1.0, 2.0]])
    assert first_to_last("random", logits, gumbel=gumbel, heat=0.0) == [1, 3, 0, 2]


def test_confidence_is_the_probability_of_the_drawn_code():
    probs = torch.tensor([[[0.7, 0.3], [0.2, 0.8], [0.5, 0.5]]])
    drawn = torch.tensor([[1, 1, 0]])  # of probability 0.3, 0.8, 0.5
    assert first_to_last("confidence", probs.log(), codes=drawn) == [1, 2, 0]
    scores = ORDERS["confidence"](proposal(probs.log() + 5, codes=drawn))
    torch.testing.assert_close(scores, torch.tensor([[0.3, 0.8, 0.5]]).log())


def test_confidence_heeds_the_noise_only_while_hot():
    probs = torch.tensor([[[0.7, 0.3], [0.2, 0.8], [0.5, 0.5]]])
    noise = torch.tensor([[9.0, 0.0, -9.0]])  # The drawn codes 0 have probability 0.7, 0.2, 0.5.
    assert first_to_last("confidence", probs.log(), gumbel=noise, heat=1.0) == [0, 1, 2]
    assert first_to_last("confidence", probs.log(), gumbel=noise, heat=0.0) == [0, 2, 1]
    assert first_to_last("confidence", probs.log(), gumbel=noise, heat=1.0, choice_temperature=0.0) == [
        0,
        2,
        1,
    ]


def test_entropy_prefers_the_certain_whatever_was_drawn():
    probs = torch.tensor([[[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.4, 0.3, 0.3], [0.9, 0.1, 0.0]]])
    drawn = torch.tensor([[0, 2, 1, 1]])
    assert first_to_last("entropy", probs.log(), codes=drawn) == [1, 3, 0, 2]
    assert ORDERS["entropy"](proposal(probs.log())).isfinite().all()


def halton(i, base):
    value, unit = 0.0, 1.0
    while i:
        unit /= base
        value += unit * (i % base)
        i //= base
    return value


@pytest.mark.parametrize("shape", [(16, 16), (8, 12), (1, 7), (5, 3), (64, 64)])
def test_halton_ranks_are_the_sequence_with_duplicates_dropped(shape):
    height, width = shape
    ranks = halton_ranks(height, width).numpy().reshape(shape)
    assert np.array_equal(np.sort(ranks, axis=None), np.arange(height * width))

    expected = []
    for i in range(1, 200):
        cell = (math.floor(halton(i, 2) * height), math.floor(halton(i, 3) * width + 1e-12))
        if cell not in expected:
            expected.append(cell)
    assert [ranks[cell] for cell in expected] == list(range(len(expected)))


def test_halton_spreads_what_it_reveals():
    ranks = halton_ranks(16, 16).view(16, 16)
    quadrants = (ranks < 32).view(2, 8, 2, 8).sum((1, 3))
    assert (quadrants - 8).abs().max() <= 1


@pytest.mark.parametrize(
    ("name", "half"), [("linear", 1 / 2), ("cosine", 1 - math.sqrt(1 / 2)), ("arccos", 1 / 3)]
)
def test_schedules_rise_from_nothing_to_everything(name, half):
    known = SCHEDULES[name](torch.linspace(0, 1, 65, dtype=torch.double))
    assert known[0] == 0
    assert known[-1] == pytest.approx(1, abs=1e-15)
    assert (known.diff() > 0).all()
    assert known[32] == pytest.approx(half)


# -- moment ----------------------------------------------------------------------------------------


def test_the_moment_is_the_sum_of_powers_of_the_probabilities():
    logits = torch.randn(1, 5, 7, generator=torch.Generator().manual_seed(1)) * 2
    for beta in (1.0, 1.3, 2.0, 5.0):
        scores = ORDERS["moment"](proposal(logits, heat=0.0, moment_exponent=beta))
        expected = (logits.double().softmax(-1) ** beta).sum(-1).log()
        assert torch.allclose(scores.double(), expected, atol=1e-5)


def test_the_exponent_decides_between_cells():
    """Two cells: one with a likely code and a long tail, one with two codes alike."""
    logits = torch.tensor([[0.6] + [0.01] * 40, [0.48, 0.48] + [0.04 / 39] * 39]).log()[None]
    assert first_to_last("moment", logits, heat=0.0, moment_exponent=8.0) == [0, 1]
    assert first_to_last("moment", logits, heat=0.0, moment_exponent=1.3) == [1, 0]


def test_with_full_heat_cells_are_drawn_in_proportion_to_their_moments():
    logits = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]]).log()
    moments = logits.exp().square().sum(-1)
    draws = 20_000
    uniform = torch.rand(draws, 3, generator=torch.Generator().manual_seed(0))
    scores = ORDERS["moment"](proposal(logits.expand(draws, 3, 2), gumbel=-(-uniform.log()).log()))
    share = scores.argmax(-1).bincount() / draws
    assert torch.allclose(share, moments / moments.sum(), atol=0.015)


def test_codes_need_not_be_drawn_before_cells_are_chosen_by_moment():
    logits = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(2))
    one, other = (ORDERS["moment"](proposal(logits, torch.full((1, 4), code))) for code in (0, 2))
    assert torch.equal(one, other)
