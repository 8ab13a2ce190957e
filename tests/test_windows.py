"""Grids of any size: what is evaluated, what is mixed, and decoding in tiles."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from unleash import TokenCanvas, UnleashPipeline, stitched
from unleash.sampling.orders import BLIND, ORDERS
from unleash.sampling.windows import decode, predict, windows_of

SIDE, K = 4, 16


def everywhere(height, width):
    return torch.ones(1, height, width, dtype=torch.bool)


def count_windows(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Every window that the transformer is shown from now on."""
    seen: list[torch.Tensor] = []
    forward = pipe.transformer.forward

    def counted(tokens: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        seen.extend(tokens)
        return forward(tokens, labels)

    monkeypatch.setattr(pipe.transformer, "forward", counted)
    return seen


# -- windows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(4, 4), (1, 1), (3, 9), (5, 4), (11, 7)])
def test_windows_cover_every_cell(size):
    placed = windows_of(everywhere(*size), SIDE)
    rows, cols = (max(length, SIDE) for length in size)
    covered = torch.zeros(rows, cols, dtype=torch.bool)
    for _, top, left in placed:
        assert 0 <= top <= rows - SIDE
        assert 0 <= left <= cols - SIDE
        covered[top : top + SIDE, left : left + SIDE] = True
    assert covered.all()


def test_only_windows_with_a_needed_cell_are_evaluated():
    needed = torch.zeros(2, 8, 8, dtype=torch.bool)
    needed[1, 0, 0] = needed[1, 7, 7] = True
    assert windows_of(needed, SIDE) == [(1, 0, 0), (1, 4, 4)]


def test_a_grid_of_the_models_size_gets_the_models_own_logits(pipe):
    codes = torch.full((1, SIDE, SIDE), K)
    with torch.no_grad():
        logits, seen = predict(pipe.transformer, codes, everywhere(SIDE, SIDE), SIDE, K)
        assert torch.equal(logits, pipe.transformer(codes))
    assert seen.all()


def test_where_windows_agree_so_does_their_mixture():
    probs = torch.linspace(1, 3, K).log_softmax(0)
    logits, seen = predict(
        lambda tokens: probs.expand(len(tokens), SIDE**2, K) + 5,
        torch.full((2, 7, 9), K),
        everywhere(7, 9).expand(2, -1, -1),
        SIDE,
        K,
    )
    assert logits.shape == (2, 63, K)
    assert torch.allclose(logits, probs.expand_as(logits), atol=1e-5)
    assert seen.all()


def test_a_mixture_is_a_distribution_and_changes_smoothly():
    """Two windows that disagree on a row of 6 cells: from one opinion to the other in small steps."""
    opinions = iter((0, 1))

    def evaluate(tokens):
        logits = torch.zeros(len(tokens), SIDE**2, 2)
        for window in logits:
            window[:, next(opinions)] = 50
        return logits

    logits, _ = predict(evaluate, torch.full((1, 4, 6), 2), everywhere(4, 6), SIDE, 2)
    probs = logits.exp().view(4, 6, 2)
    assert torch.allclose(probs.sum(-1), torch.ones(4, 6))
    second = probs[0, :, 1]
    assert second[0] < 1e-6
    assert second[-1] > 1 - 1e-6
    assert all(a <= b + 1e-6 for a, b in pairwise(second.tolist()))


def test_a_smaller_grid_lies_in_the_middle_of_a_window_of_mask_tokens():
    seen = []

    def evaluate(tokens):
        seen.append(tokens)
        return (torch.arange(SIDE**2.0) / 10).view(1, -1, 1).expand(1, -1, K) * torch.arange(K)

    logits, _ = predict(evaluate, torch.zeros(1, 2, 3, dtype=torch.long), everywhere(2, 3), SIDE, K)
    (window,) = seen
    assert window[0].tolist() == [[K] * 4, [0, 0, 0, K], [0, 0, 0, K], [K] * 4]
    expected = torch.tensor([0.4, 0.5, 0.6, 0.8, 0.9, 1.0])[:, None] * torch.arange(K)
    assert torch.allclose(logits[0], expected.log_softmax(-1), atol=1e-4)


# -- in the pipeline -------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [(4, 9), (7, 6), (2, 3), (8, 4)])
def test_any_canvas_is_filled_and_what_is_known_stays(pipe, order, size):
    canvas = TokenCanvas.blank(*size, K).pin((1, 2), 7).fill((0, 0), 3).allow((0, 1), [4, 5])
    out = pipe(canvas, 5, reveal_order=order, label="day", guidance_scale=1.5)
    codes = out.canvases[0].codes
    assert (codes[1, 2], codes[0, 0]) == (7, 3)
    assert codes[0, 1] in (4, 5)
    assert out.images[0].size == (size[1] * 8, size[0] * 8)
    last = list(pipe.stream(canvas, 5, reveal_order=order, label="day", guidance_scale=1.5))[-1]
    assert last.canvas == out.canvases[0]


BY_CONFIDENCE = {"correction": 0.5, "correction_order": "confidence", "num_inference_steps": 8}


@pytest.mark.parametrize("order", ORDERS)
def test_the_cost_can_be_asked_beforehand(pipe, monkeypatch, order):
    canvas = TokenCanvas.blank(9, 10, K).fill([(r, c) for r in range(5) for c in range(8)], 2)
    for settings in (
        {},
        {"schedule": "linear", "seed": 5, "num_inference_steps": 40},
        {"correction": 0.5},
        BY_CONFIDENCE,
    ):
        told = pipe.evaluations(canvas, reveal_order=order, **settings)
        seen = count_windows(pipe, monkeypatch)
        pipe(canvas, reveal_order=order, **settings)
        monkeypatch.undo()
        exact = order in BLIND and settings is not BY_CONFIDENCE
        assert len(seen) == told if exact else len(seen) <= told


def test_a_canvas_of_the_models_size_costs_a_window_a_step(pipe):
    assert pipe.evaluations(num_inference_steps=5) == 5
    assert pipe.evaluations(pipe(seed=1).canvases[0]) == 0


def test_windows_far_from_the_revealed_cells_are_spared(pipe, monkeypatch):
    a, b = (pipe(seed=seed).canvases[0] for seed in (1, 2))
    canvas = stitched(stitched(a, b, seam=2), a, seam=0)
    seen = count_windows(pipe, monkeypatch)
    pipe(canvas, 4)
    assert 0 < len(seen) <= 4 * 3  # of five in a row, those at 0, 2 and 4 see the seam
    assert all((window == K).any() for window in seen)


def test_the_image_amid_a_run_shows_every_cell(pipe):
    steps = list(pipe.stream(TokenCanvas.blank(8, 8, K), 6, reveal_order="raster"))
    assert {step.image.size for step in steps} == {(64, 64)}
    assert steps[0].canvas.unknown.sum() > 50


# -- decoding in tiles -----------------------------------------------------------------------------


@torch.no_grad()
def test_a_small_grid_is_decoded_at_once(pipe):
    codes = torch.arange(32 * 32).view(1, 32, 32) % K
    assert torch.equal(decode(pipe.vqgan.decode, codes), pipe.vqgan.decode(codes))


@torch.no_grad()
def test_tiles_leave_no_seam(pipe):
    """Where tiles begin and end, neighbouring pixels differ no more than where all is decoded at once."""
    codes = torch.from_numpy(np.random.default_rng(0).integers(0, K, (1, 44, 36)))
    whole, tiled = pipe.vqgan.decode(codes), decode(pipe.vqgan.decode, codes)
    assert tiled.shape == whole.shape == (1, 3, 44 * 8, 36 * 8)
    assert (tiled - whole).abs().mean() < 0.05 * whole.std()
    for axis, seams in ((2, [12, 32]), (3, [4, 32])):
        tiled_change, change = (
            images.diff(dim=axis).abs().mean(dim=(0, 1, 5 - axis)) for images in (tiled, whole)
        )
        ratio = (tiled_change / change)[pipe.vqgan.cell_size - 1 :: pipe.vqgan.cell_size]
        elsewhere = [line - 1 for line in range(1, len(ratio) + 1) if line not in seams]
        assert ratio[[line - 1 for line in seams]].max() <= 1.05 * ratio[elsewhere].mean()
