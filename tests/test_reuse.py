"""The setting ``reuse``: between full evaluations only the cells that change are computed."""

import json
from pathlib import Path

import pytest
import torch

from unleash import Settings, TokenCanvas, UnleashPipeline
from unleash.canvas.progress import Progress
from unleash.canvas.settings import Region
from unleash.models.conversion import convert
from unleash.models.engines import Engine, cache
from unleash.models.engines.remote import RayEngine
from unleash.models.outline import outline
from unleash.sampling.orders import ORDERS
from unleash.sampling.reuse import Reuse
from unleash.studio.server import controls

TOP = tuple((row, col) for row in range(2) for col in range(4))
"""The upper half of a canvas."""


@pytest.fixture
def canvas() -> TokenCanvas:
    return TokenCanvas.blank(4, 4, 16).pin((0, 0), 5)


@pytest.fixture
def computed(pipe, monkeypatch) -> list[int]:
    """The number of cells that each evaluation computes."""
    network, counts = type(pipe.transformer), []
    remember, recall = network.remember, network.recall
    monkeypatch.setattr(
        network, "remember", lambda self, tokens, *rest: counts.append(16) or remember(self, tokens, *rest)
    )
    monkeypatch.setattr(
        network,
        "recall",
        lambda self, tokens, condition, cells, memory: (
            counts.append(len(cells)) or recall(self, tokens, condition, cells, memory)
        ),
    )
    return counts


def tokens(seed, batch=1):
    return torch.randint(0, 17, (batch, 4, 4), generator=torch.Generator().manual_seed(seed))


# -- evaluations -----------------------------------------------------------------------------------


@torch.no_grad()
def test_what_is_remembered_changes_no_logit(pipe):
    condition = (torch.tensor([0, 1]),)
    logits, _ = pipe.transformer.remember(tokens(0, 2), condition)
    assert torch.equal(logits, pipe.transformer.logits(tokens(0, 2), condition))


@torch.no_grad()
def test_all_cells_recalled_are_a_full_evaluation_whatever_is_remembered(pipe):
    condition = (torch.tensor([0, 1]),)
    _, memory = pipe.transformer.remember(tokens(1, 2), condition)
    again = pipe.transformer.recall(tokens(0, 2), condition, torch.arange(16), memory)
    wanted = pipe.transformer.logits(tokens(0, 2), condition)
    torch.testing.assert_close(again, wanted, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_if_nothing_changed_cells_recalled_are_those_of_the_full_evaluation(pipe):
    condition, cells = (torch.tensor([1]),), torch.tensor([3, 7, 8])
    logits, memory = pipe.transformer.remember(tokens(0), condition)
    again = pipe.transformer.recall(tokens(0), condition, cells, memory)
    torch.testing.assert_close(again, logits[:, cells], atol=1e-5, rtol=1e-5)


def test_cells_that_are_computed_see_what_changed(pipe):
    before = torch.full((1, 4, 4), 16)
    reuse, condition = Reuse(Engine(pipe.vqgan, pipe.transformer), 2), (torch.tensor([0]),)
    asked = torch.zeros(1, 4, 4, dtype=torch.bool)
    asked[0, 3, 3] = True
    reuse.begin(before)
    reuse.logits("day", before, asked, condition)
    seen = []
    for code in (2, 9):
        after = before.clone()
        after[0, 0, 0] = code
        logits, where = reuse.logits("day", after, asked, condition)
        assert where.flatten().nonzero()[:, 0].tolist() == [0, 15]
        seen.append(logits[0, 15])
    assert not torch.allclose(*seen)


# -- runs ------------------------------------------------------------------------------------------


def test_every_so_many_steps_all_cells_are_computed_and_else_those_that_change(pipe, canvas, computed):
    pipe(canvas, settings=Settings(steps=5, schedule="linear", reuse=3, label="day"))
    assert computed == [16, 6, 9, 16, 6]  # 15 unknown cells, 3 a step


def test_it_is_off_by_default_and_computes_nothing_else(pipe, canvas, computed):
    assert pipe.defaults.reuse == 1
    pipe(canvas, settings=Settings(steps=5))
    assert computed == []


@pytest.mark.parametrize("order", ORDERS)
def test_full_evaluations_at_every_step_are_no_reuse(pipe, canvas, order, monkeypatch):
    settings = Settings(steps=6, reveal_order=order, correction=0.4, label="day", guidance_scale=2, seed=4)
    plain = pipe(canvas, settings=settings).canvases
    begin = Reuse.begin
    monkeypatch.setattr(Reuse, "begin", lambda self, codes: setattr(self, "_step", 0) or begin(self, codes))
    assert pipe(canvas, settings=settings.changed(reuse=3)).canvases == plain


@pytest.mark.parametrize("correction", [None, "oldest", "confidence"])
@pytest.mark.parametrize("order", ORDERS)
def test_stopped_at_any_step_and_resumed_it_is_the_run_that_was_not_stopped(pipe, canvas, order, correction):
    settings = Settings(
        steps=7,
        reveal_order=order,
        correction=0.4 if correction else 0,
        correction_order=correction or "oldest",
        label="day",
        regions=(Region(shows="night", cells=TOP),),
        guidance_scale=2,
        guidance_end=0.3,
        reuse=3,
        seed=11,
    )
    whole = list(pipe.stream(canvas, settings=settings))
    for stopped in whole[:-1]:
        kept = Progress.from_dict(json.loads(json.dumps(stopped.progress.to_dict())))
        rest = list(pipe.stream(canvas, settings=settings, start=kept))
        assert [step.canvas for step in rest] == [step.canvas for step in whole[stopped.index :]]


def test_progress_without_what_it_needs_is_refused(pipe, canvas):
    step = next(pipe.stream(canvas, settings=Settings(steps=5)))
    with pytest.raises(ValueError, match="lacks the codes of the last full evaluation"):
        next(pipe.stream(canvas, settings=Settings(steps=5, reuse=2), start=step.progress))
    step = next(pipe.stream(canvas, settings=Settings(steps=5, reuse=2)))
    step.progress.evaluated[1, 1] = 17
    with pytest.raises(ValueError, match="tokens must be codes from 0 to 15"):
        next(pipe.stream(canvas, settings=Settings(steps=5, reuse=2), start=step.progress))


def test_image_i_of_a_batch_is_that_of_its_seed(pipe, canvas):
    settings = Settings(steps=6, reveal_order="random", reuse=2, label="night", seed=3)
    batch = pipe(canvas, settings=settings, num_images=3).canvases
    assert batch == [pipe(canvas, settings=settings.numbered(i)).canvases[0] for i in range(3)]


def test_on_a_larger_canvas_all_evaluations_are_full(pipe, computed):
    large = TokenCanvas.blank(6, 5, 16)
    plain = pipe(large, settings=Settings(steps=5)).canvases
    assert pipe(large, settings=Settings(steps=5, reuse=3)).canvases == plain
    assert computed == []


# -- models and engines ----------------------------------------------------------------------------


def test_a_model_that_cannot_says_so(tmp_path):
    files = Path(__file__).parent / "fixtures" / "parity-halton"
    convert(files / "vq_ds16_c2i.pt", files / "ImageNet_256_tiny.pth", tmp_path / "model", heads=6)
    pipe = UnleashPipeline.from_pretrained(tmp_path / "model")
    with pytest.raises(ValueError, match="this model evaluates all cells at every step: set reuse to 1"):
        pipe(settings=Settings(steps=2, reuse=2))
    control = controls.for_model(outline(tmp_path / "model"), Settings(reuse=2))["reuse"]
    assert (control.value, control.visible) == (1, False)


def test_the_control_is_shown_for_a_model_that_can(pipe, tmp_path):
    pipe.save_pretrained(tmp_path / "model")
    control = controls.for_model(outline(tmp_path / "model"), Settings(reuse=2))["reuse"]
    assert (control.value, control.visible) == (2, True)


def test_other_machines_cannot_and_say_so(pipe, canvas, tmp_path, monkeypatch):
    engine = RayEngine(pipe.vqgan, pipe.transformer, tmp_path, "ray://127.0.0.1:9")
    monkeypatch.setattr(pipe, "engine", engine)
    with pytest.raises(ValueError, match='the engine "ray" evaluates all cells at every step: set reuse'):
        pipe(canvas, settings=Settings(steps=2, reuse=2))


def test_openvino_reuses_what_torch_does(pipe, tmp_path, monkeypatch):
    pytest.importorskip("openvino")
    from unleash.models.engines.openvino import OpenVINOEngine  # noqa: PLC0415

    monkeypatch.setattr(cache, "HOME", tmp_path / "cache")
    engine = OpenVINOEngine(pipe.vqgan, pipe.transformer)
    condition, cells = (torch.tensor([0, 1]),), torch.tensor([2, 3, 11])
    wanted, kept = Engine.remember(engine, tokens(0, 2), condition)
    logits, memory = engine.remember(tokens(0, 2), condition)
    torch.testing.assert_close(logits, wanted, atol=1e-3, rtol=0)
    wanted = Engine.recall(engine, tokens(1, 2), condition, cells, kept)
    logits = engine.recall(tokens(1, 2), condition, cells, memory)
    torch.testing.assert_close(logits, wanted, atol=1e-3, rtol=0)
    alone = (tokens(1), (torch.tensor([1]),), cells[:1])
    wanted, one = Engine.recall(engine, *alone, kept[:, :, :1]), engine.recall(*alone, memory[:, :, :1])
    torch.testing.assert_close(one, wanted, atol=1e-3, rtol=0)
