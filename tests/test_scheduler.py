from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unleash.sampling.codes import restrict, sample_codes
from unleash.sampling.information import schedule_of
from unleash.sampling.orders import ORDERS, SCHEDULES
from unleash.sampling.plan import drawn_counts, even_counts
from unleash.sampling.reveal import CORRECTIONS, highest
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

K = 11
orders = st.sampled_from(list(ORDERS))
schedules = st.sampled_from([*SCHEDULES, "information"])
seeds = st.integers(0, 2**20)
corrections = st.just(0.0) | st.floats(0, 0.5)
correction_orders = st.sampled_from(list(CORRECTIONS))
heats = st.sampled_from([0.0, 0.7, 1.0])
CURVE = (1.0, 1.1, 1.5, 4.0)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def rngs(*seeds):
    return [rng(seed) for seed in seeds]


class Transformer:
    """Logits that depend on each image's tokens alone, and a count of what was evaluated."""

    def __init__(self, cells, seed=0):
        self.weights = torch.randn(K + 1, cells, K, generator=rng(seed)) * 2
        self.evaluations = 0

    def __call__(self, tokens):
        self.evaluations += 1
        cells = torch.arange(tokens.shape[1])
        seen = self.weights[tokens, cells]  # (B, N, K)
        return seen + seen.roll(1, dims=1)


def run(
    tokens,
    generators,
    transformer=None,
    steps=4,
    reveal_order=None,
    schedule=None,
    correction=0.0,
    correction_order="oldest",
    **sampling,
):
    """All that the scheduler did: the samples from first to last, and the outputs of its steps."""
    transformer = transformer or Transformer(tokens.shape[1])
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K, information=CURVE)
    plan = {"reveal_order": reveal_order, "schedule": schedule, "correction": correction}
    scheduler.set_timesteps(steps, tokens, generators, **plan, correction_order=correction_order)
    samples, outputs = [tokens], []
    for t in scheduler.timesteps:
        outputs.append(scheduler.step(transformer(samples[-1]), t, samples[-1], generators, **sampling))
        samples.append(outputs[-1].prev_sample)
    return samples, outputs


def masked_again(before, output, after):
    """The cells that were known, or became so, and are masked after the step."""
    return (after == K) & ((before != K) | output.revealed)


def partly_masked(batch, cells, seed, rate=0.6):
    generator = rng(seed)
    tokens = torch.randint(K, (batch, cells), generator=generator)
    rates = torch.rand(batch, 1, generator=generator) if rate is None else rate
    return tokens.masked_fill(torch.rand(batch, cells, generator=generator) < rates, K)


# -- forward ---------------------------------------------------------------------------------------


def test_add_noise_masks_each_cell_with_probability_t_of_T():  # noqa: N802
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K, num_train_timesteps=100)
    codes = torch.randint(K, (4, 20_000), generator=rng())
    noisy = scheduler.add_noise(codes, torch.tensor([0, 10, 75, 100]), rng(1))
    masked = noisy == K
    assert torch.equal(noisy[~masked], codes[~masked])
    rates = masked.float().mean(1)
    assert rates[0] == 0
    assert rates[3] == 1
    # Five standard deviations.
    assert abs(rates[1] - 0.10) < 5 * (0.1 * 0.9 / 20_000) ** 0.5
    assert abs(rates[2] - 0.75) < 5 * (0.75 * 0.25 / 20_000) ** 0.5
    # Independent of one another: neighbours are both masked as often as chance has it.
    both = (masked[2, 1:] & masked[2, :-1]).float().mean()
    assert abs(both - 0.75**2) < 0.02


def test_add_noise_takes_grids_and_repeats_itself():
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    codes = torch.randint(K, (2, 4, 4), generator=rng())
    t = torch.tensor([128, 200])
    assert torch.equal(scheduler.add_noise(codes, t, rng(3)), scheduler.add_noise(codes, t, rng(3)))


@pytest.mark.parametrize("timesteps", [[-1, 5], [5, 257], [5], 5])
def test_add_noise_refuses_a_wrong_time(timesteps):
    with pytest.raises(ValueError, match="from 0 to 256 for each image"):
        AbsorbingDiffusionScheduler().add_noise(torch.zeros(2, 9).long(), torch.tensor(timesteps))


# -- how many --------------------------------------------------------------------------------------


@given(st.integers(0, 300), st.integers(1, 400), schedules)
def test_even_counts_reveal_something_at_every_step_and_everything_in_all(unknown, steps, schedule):
    counts = even_counts(unknown, steps, schedule_of(schedule, CURVE))
    assert len(counts) == min(steps, unknown)
    assert counts.sum() == unknown
    assert (counts >= 1).all()


def test_even_counts_follow_the_schedule():
    assert even_counts(256, 4, SCHEDULES["linear"]).tolist() == [64, 64, 64, 64]
    assert even_counts(256, 4, SCHEDULES["cosine"]).tolist() == [
        19,
        56,
        83,
        98,
    ]  # 256 (1 - cos(πk/8)) = 19.5, 75.0, 158.0
    assert even_counts(90, 2, SCHEDULES["arccos"]).tolist() == [30, 60]


@given(st.integers(0, 60), st.integers(1, 80), schedules, seeds)
def test_drawn_counts_reveal_something_at_every_step_and_everything_in_all(unknown, steps, schedule, seed):
    cells = torch.randperm(60, generator=rng(seed)) < unknown
    counts = drawn_counts(cells, steps, schedule_of(schedule, CURVE), rng(seed))
    assert len(counts) <= min(steps, unknown)
    assert counts.sum() == unknown
    assert (counts >= 1).all()


def chi_square(observed, expected):
    return float(((observed - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("schedule", [*SCHEDULES, "information"])
def test_random_reveals_as_the_paper_does(schedule):
    """The step of a cell has the schedule's distribution (uniform if linear), for every cell alike.

    Runs of T steps in which no step was left out are those whose steps can be told, so there are few
    steps and many cells.
    """
    steps, cells, runs = 5, 100, 300
    tokens = torch.full((runs, cells), K)
    _, outputs = run(tokens, rngs(*range(runs)), steps=steps, reveal_order="random", schedule=schedule)
    assert len(outputs) == steps
    revealed = torch.stack([output.revealed for output in outputs]).double()  # (T, runs, cells)
    assert (revealed.sum(0) == 1).all()

    share = schedule_of(schedule, CURVE)(torch.linspace(0, 1, steps + 1, dtype=torch.double)).diff()
    complete = (revealed.sum(2) > 0).all(0)
    assert complete.sum() > 0.9 * runs
    revealed = revealed[:, complete]
    runs = int(complete.sum())
    # 18.5 and 23.5 are what chi-square with 4 degrees of freedom exceeds once in 1,000 and in 10,000.
    assert chi_square(revealed.sum((1, 2)), share * runs * cells) < 18.5
    for some_cells in revealed.view(steps, runs, 4, 25).unbind(2):
        assert chi_square(some_cells.sum((1, 2)), share * runs * 25) < 23.5
    # Counts vary as those of independent cells do: variance n p (1 - p) in each step.
    variance = revealed.sum(2).var(1) / (cells * share * (1 - share))
    assert ((variance > 0.7) & (variance < 1.4)).all()


def test_random_leaves_out_empty_steps():
    tokens = torch.full((1, 16), K)
    transformer = Transformer(16)
    run(tokens, rngs(0), transformer, steps=4096, reveal_order="random", schedule="linear")
    assert 10 <= transformer.evaluations <= 16
    # Spread over all that were asked for, however many more than cells.
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    scheduler.set_timesteps(4096, tokens, rngs(0), reveal_order="random", schedule="linear")
    counts = drawn_counts(tokens[0] == K, 4096, SCHEDULES["linear"], rng(0))
    assert torch.equal(scheduler.plan.counts[0], counts)


def test_each_step_of_equal_information_tells_equally_much():
    known = schedule_of("information", (1.0, 3.0))  # nats of a masked cell below and above half
    r = torch.tensor([0, 0.25, 0.5, 0.75, 1], dtype=torch.double)
    # 3/4 of all is told by the first half of the cells: x = 2r / 3 up to there, then four times as steep.
    assert known(r).tolist() == pytest.approx([0, 1 / 6, 1 / 3, 1 / 2, 1])
    assert even_counts(24, 4, known).tolist() == [4, 4, 4, 12]
    flat = schedule_of("information", (2.0,) * 16)
    assert even_counts(256, 8, flat).tolist() == [32] * 8


def test_a_curve_that_was_measured_to_fall_is_taken_to_stay():
    falling, flat = (schedule_of("information", curve) for curve in ((2.0, 1.0, 4.0), (2.0, 2.0, 4.0)))
    r = torch.linspace(0, 1, 9, dtype=torch.double)
    assert torch.equal(falling(r), flat(r))


@given(st.lists(st.floats(1e-3, 20), min_size=1, max_size=20), st.integers(0, 80), st.integers(1, 100), seeds)
def test_any_curve_is_a_schedule(curve, unknown, steps, seed):
    schedule = schedule_of("information", curve)
    counts = even_counts(unknown, steps, schedule)
    assert (len(counts), int(counts.sum())) == (min(steps, unknown), unknown)
    assert (counts >= 1).all()
    cells = torch.randperm(80, generator=rng(seed)) < unknown
    assert drawn_counts(cells, steps, schedule, rng(seed)).sum() == unknown


@pytest.mark.parametrize(
    "curve", [(), (1.0, 0.0), (1.0, -2.0), (float("nan"),), (float("inf"), 1.0), ("a",), (1,) * 5000]
)
def test_a_curve_that_is_none_is_refused(curve):
    with pytest.raises(ValueError, match="positive numbers, nats per masked cell"):
        AbsorbingDiffusionScheduler(codebook_size=K, information=curve)


def test_a_scheduler_without_a_curve_has_no_steps_of_equal_information():
    with pytest.raises(
        ValueError, match="which this model lacks: measure it with `unleash evaluate information`"
    ):
        AbsorbingDiffusionScheduler(codebook_size=K, schedule="information")
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    with pytest.raises(ValueError, match="which this model lacks"):
        scheduler.set_timesteps(4, torch.full((1, 9), K), rngs(0), schedule="information")


# -- the reverse process as a whole ----------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(orders, schedules, st.integers(1, 40), seeds, heats, corrections, correction_orders)
def test_a_run_fills_what_is_unknown_and_touches_nothing_else(
    order, schedule, steps, seed, temperature, correction, redrawn
):
    tokens = partly_masked(3, 36, seed, rate=None)
    transformer = Transformer(36, seed)
    chosen = (steps, order, schedule, correction, redrawn)
    samples, outputs = run(tokens, rngs(seed, 1, 2), transformer, *chosen, temperature=temperature)
    unknown = tokens == K
    assert transformer.evaluations <= min(steps, int(unknown.sum(1).max()))
    assert not (samples[-1] == K).any()
    for before, after, output in zip(samples[:-1], samples[1:], outputs, strict=True):
        assert torch.equal(after[~unknown], tokens[~unknown])
        again = masked_again(before, output, after)
        assert correction or not again.any()
        assert torch.equal(after[(before != K) & ~again], before[(before != K) & ~again])
        assert torch.equal(output.revealed & ~again, (before == K) & (after != K))
        assert torch.equal(output.pred_original_sample[after != K], after[after != K])
        assert ((output.pred_original_sample >= 0) & (output.pred_original_sample < K)).all()
        # Every image that is not finished gets something.
        assert torch.equal(output.revealed.any(1), (before == K).any(1))


@settings(max_examples=40, deadline=None)
@given(orders, schedules, st.integers(1, 12), seeds, corrections, correction_orders)
def test_image_i_of_a_batch_is_the_single_run_with_its_generator(
    order, schedule, steps, seed, correction, redrawn
):
    tokens = partly_masked(4, 25, seed, rate=None)
    sampling = {
        "steps": steps,
        "reveal_order": order,
        "schedule": schedule,
        "top_p": 0.9,
        "correction": correction,
        "correction_order": redrawn,
    }
    batch, _ = run(tokens, rngs(*range(4)), **sampling)
    for i in range(4):
        single, _ = run(tokens[i : i + 1], rngs(i), **sampling)
        assert torch.equal(single[-1][0], batch[-1][i])


@pytest.mark.parametrize("order", list(ORDERS))
def test_corrector_steps_draw_the_half_that_was_filled_first_again(order):
    samples, outputs = run(torch.full((1, 64), K), rngs(0), steps=16, reveal_order=order, correction=0.25)
    reveals = torch.cat([output.revealed for output in outputs])
    filling, corrector = reveals[:-4], reveals[-4:]
    assert (filling.sum(0) == 1).all()
    assert (corrector.sum(1) == 8).all()
    # Each of the last four asks of its 8 cells only, with all others known.
    assert torch.equal(torch.cat(samples[-5:-1]) == K, corrector)
    filled_at = filling.int().argmax(0)
    redrawn = torch.cat([filled_at[revealed].sort().values for revealed in corrector])
    assert torch.equal(redrawn, filled_at.sort().values[:32])


@pytest.mark.parametrize("order", list(ORDERS))
def test_a_correction_by_confidence_draws_the_least_sure_half_again_and_no_cell_twice(order):
    tokens, transformer = torch.full((1, 64), K), Transformer(64)
    samples, outputs = run(
        tokens, rngs(0), transformer, 16, order, correction=0.25, correction_order="confidence", top_p=0.7
    )
    reveals = torch.cat([output.revealed for output in outputs])
    filling, corrector = reveals[:-4], reveals[-4:]
    assert (filling.sum(0) == 1).all()
    assert (corrector.sum(1) == 8).all()
    assert (corrector.sum(0) <= 1).all()
    assert torch.equal(torch.cat(samples[-5:-1]) == K, corrector)
    # What the model said of each code when it was drawn, top-p aside: the 32 least likely come again.
    drawn, cells = torch.zeros(64), torch.arange(64)
    for before, output in zip(samples, outputs[:-4], strict=False):
        chances = transformer(before).softmax(-1)[0, cells, output.pred_original_sample[0]]
        drawn = torch.where(output.revealed[0], chances, drawn)
    # The first corrector step draws the 8 least sure, the next one the 8 after them, and so on.
    again = torch.cat([drawn[revealed].sort().values for revealed in corrector])
    assert torch.equal(again, drawn.sort().values[:32])


def test_the_correction_is_a_share_of_the_steps_rounded_down():
    for steps, correction, corrector in ((16, 0.25, 4), (3, 0.25, 0), (7, 0.5, 3), (1, 0.5, 0)):
        samples, outputs = run(torch.full((1, 36), K), rngs(0), steps=steps, correction=correction)
        redoing = sum(
            bool(masked_again(before, output, after).any())
            for (before, after), output in zip(pairwise(samples), outputs, strict=True)
        )
        assert (len(outputs), redoing) == (steps, corrector)
    with pytest.raises(ValueError, match=r"correction: .* less than or equal to 0.5, not 0.6"):
        run(torch.full((1, 36), K), rngs(0), correction=0.6)


def test_the_same_seed_repeats_and_another_does_not():
    tokens = torch.full((1, 64), K)
    first, again, other = (run(tokens, rngs(seed), reveal_order="random")[0][-1] for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("order", list(ORDERS))
def test_without_heat_only_the_random_order_is_random(order):
    tokens = torch.full((1, 64), K)
    first, other = (run(tokens, rngs(seed), reveal_order=order, temperature=0.0)[0] for seed in (5, 6))
    same = all(torch.equal(a, b) for a, b in zip(first, other, strict=False))
    assert same == (order != "random")


def test_a_raster_run_goes_row_by_row():
    _, outputs = run(torch.full((1, 9), K), rngs(0), steps=9, reveal_order="raster")
    assert [output.revealed[0].nonzero().item() for output in outputs] == list(range(9))


def test_a_canvas_that_is_not_square():
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    tokens = torch.full((1, 2, 5), K)
    scheduler.set_timesteps(10, tokens, rngs(0), reveal_order="halton")
    rows = []
    for t in scheduler.timesteps:
        output = scheduler.step(torch.zeros(1, 10, K), t, tokens, rngs(0))
        assert (
            output.prev_sample.shape
            == output.pred_original_sample.shape
            == output.revealed.shape
            == (1, 2, 5)
        )
        rows.append(output.revealed[0].nonzero()[0, 0].item())
        tokens = output.prev_sample
    assert rows[:4] == [1, 0, 1, 0]


def test_nothing_unknown_takes_no_step():
    for order in ORDERS:
        assert run(torch.zeros(1, 9, dtype=torch.long), rngs(0), reveal_order=order)[1] == []


def test_a_finished_image_may_have_any_logits():
    tokens = torch.full((2, 9), K)
    tokens[1, 1:] = 3
    for order in ORDERS:
        scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
        scheduler.set_timesteps(9, tokens, rngs(0, 1), reveal_order=order, schedule="linear")
        sample = tokens
        for t in scheduler.timesteps:
            logits = torch.zeros(2, 9, K)
            logits[~(sample == K).any(1)] = torch.nan
            sample = scheduler.step(logits, t, sample, rngs(0, 1)).prev_sample
        assert not (sample == K).any()
        assert (sample[1, 1:] == 3).all()


# -- drawing codes ---------------------------------------------------------------------------------


def drawn(logits, draws=40_000, **sampling):
    logits = torch.tensor(logits).expand(draws, -1)
    codes = sample_codes(logits, torch.rand(draws, generator=rng()), **sampling)
    return codes.bincount(minlength=logits.shape[1]) / draws


PROBS = torch.tensor([0.05, 0.5, 0.15, 0.3])
LOGITS = (PROBS.log() + 3).tolist()


def test_codes_are_drawn_with_their_probability():
    assert (drawn(LOGITS) - PROBS).abs().max() < 0.01


def test_temperature_divides_the_logits():
    assert (drawn(LOGITS, temperature=0.5) - PROBS**2 / (PROBS**2).sum()).abs().max() < 0.01
    assert (drawn(LOGITS, temperature=1e6) - 0.25).abs().max() < 0.01


def test_temperature_0_and_nearly_0_take_the_likeliest():
    assert drawn(LOGITS, temperature=0.0).tolist() == [0, 1, 0, 0]
    assert drawn(LOGITS, temperature=1e-40).tolist() == [0, 1, 0, 0]


def test_top_k_draws_from_the_k_likeliest():
    assert (drawn(LOGITS, top_k=2) - torch.tensor([0, 5 / 8, 0, 3 / 8])).abs().max() < 0.01
    assert drawn(LOGITS, top_k=1).tolist() == [0, 1, 0, 0]
    assert torch.equal(drawn(LOGITS, top_k=99), drawn(LOGITS))


@pytest.mark.parametrize(
    ("top_p", "kept"), [(1e-9, 1), (0.49, 1), (0.51, 2), (0.79, 2), (0.81, 3), (0.96, 4)]
)
def test_top_p_draws_from_the_nucleus(top_p, kept):
    nucleus = PROBS.argsort(descending=True)[:kept]
    inside = restrict(torch.tensor(LOGITS).softmax(-1), None, top_p) > 0
    assert inside.nonzero()[:, 0].tolist() == sorted(nucleus.tolist())


def test_top_p_1_is_none_and_a_nucleus_is_of_the_top_k():
    assert torch.equal(drawn(LOGITS, top_p=1.0), drawn(LOGITS))
    # Of the two likeliest, the first alone has 5/8.
    assert drawn(LOGITS, top_k=2, top_p=0.6).tolist() == [0, 1, 0, 0]


def test_an_impossible_code_is_never_drawn():
    impossible = [-torch.inf, 0.0, -torch.inf, -torch.inf, 0.0, -torch.inf]
    logits = torch.tensor([impossible, impossible])
    edges = torch.tensor([0.0, 1 - 2**-24])  # the least and the greatest that torch.rand gives
    assert sample_codes(logits, edges).tolist() == [1, 4]


def test_highest_takes_the_best_of_those_allowed():
    scores = torch.tensor([[5.0, 4.0, 3.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    among = torch.tensor([[False, True, True, True], [True, False, True, True]])
    revealed = highest(scores, among, torch.tensor([2, 2]))
    assert revealed.tolist() == [[False, True, True, False], [True, False, True, False]]
    assert torch.equal(highest(scores, among, torch.tensor([4, 4])), among)


# -- a diffusers scheduler -------------------------------------------------------------------------


def test_the_config_survives_saving(tmp_path):
    expected = {
        "codebook_size": 512,
        "num_train_timesteps": 100,
        "reveal_order": "entropy",
        "schedule": "arccos",
    }
    scheduler = AbsorbingDiffusionScheduler(**expected)
    scheduler.save_pretrained(tmp_path)
    again = AbsorbingDiffusionScheduler.from_pretrained(tmp_path)
    assert isinstance(again, AbsorbingDiffusionScheduler)
    assert {name: again.config[name] for name in expected} == expected
    assert AbsorbingDiffusionScheduler.from_config(scheduler.config).config == scheduler.config


def test_the_config_decides_where_the_run_does_not_say():
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K, reveal_order="raster", schedule="linear")
    scheduler.set_timesteps(3, torch.full((1, 9), K))
    assert scheduler.plan.settings.reveal_order == "raster"
    assert scheduler.plan.counts.tolist() == [[3, 3, 3]]
    assert scheduler.timesteps.tolist() == [3, 2, 1]


def test_a_tuple_on_request():
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    tokens = torch.full((1, 9), K)
    scheduler.set_timesteps(1, tokens)
    prev_sample, _, revealed = scheduler.step(torch.zeros(1, 9, K), 1, tokens, return_dict=False)
    assert revealed.all()
    assert not (prev_sample == K).any()


def test_errors_say_what_would_be_right():
    with pytest.raises(
        ValueError, match=r"reveal_order: input should be 'random', 'confidence'.* not 'spiral'"
    ):
        AbsorbingDiffusionScheduler(reveal_order="spiral")
    with pytest.raises(ValueError, match="must be at least 1"):
        AbsorbingDiffusionScheduler(codebook_size=0)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    tokens, logits = torch.full((2, 9), K), torch.zeros(2, 9, K)
    with pytest.raises(ValueError, match="call set_timesteps"):
        scheduler.step(logits, 1, tokens)
    with pytest.raises(ValueError, match=r"schedule: .* not 'sine'"):
        scheduler.set_timesteps(4, tokens, schedule="sine")
    with pytest.raises(ValueError, match=r"steps: .* not 0"):
        scheduler.set_timesteps(0, tokens)
    with pytest.raises(ValueError, match="each of the 2 images, not 1"):
        scheduler.set_timesteps(4, tokens, rngs(0))
    with pytest.raises(ValueError, match="of a square grid"):
        scheduler.set_timesteps(4, tokens[:, :8])
    scheduler.set_timesteps(4, tokens)
    with pytest.raises(ValueError, match="step 5 is not planned"):
        scheduler.step(logits, 5, tokens)
    with pytest.raises(ValueError, match=r"must be \(2, 9, 11\) .* not \(2, 9, 12\)"):
        scheduler.step(torch.zeros(2, 9, K + 1), 4, tokens)
    with pytest.raises(ValueError, match="the plan is for 2 images, the sample has 1"):
        scheduler.step(logits[:1], 4, tokens[:1])
