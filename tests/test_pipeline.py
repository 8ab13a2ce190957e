"""What a caller of the pipeline relies on."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from unleash import AbsorbingDiffusionScheduler, Settings, TokenCanvas, UnleashPipeline
from unleash.sampling.orders import ORDERS, SCHEDULES


def steered(pipe: UnleashPipeline) -> TokenCanvas:
    """A canvas with masked, kept and pinned cells."""
    return pipe(seed=9).canvases[0].mask([(0, 0), (1, 1), (2, 2), (3, 3), (0, 3)]).pin((1, 1), 7)


def count_evaluations(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    batches: list[int] = []
    forward = pipe.transformer.forward

    def counted(tokens: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        batches.append(len(tokens))
        return forward(tokens, labels)

    monkeypatch.setattr(pipe.transformer, "forward", counted)
    return batches


def test_a_run_fills_every_cell_and_renders_it(pipe):
    out = pipe(seed=1)
    assert out.images[0].size == (32, 32)
    assert not out.canvases[0].unknown.any()
    assert pipe.render(out.canvases[0]).tobytes() == out.images[0].tobytes()


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(pipe):
    first, again, other = (pipe(seed=seed).canvases[0] for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("order", ORDERS)
def test_image_i_of_a_batch_is_the_single_run_with_its_seed(pipe, order):
    canvas = steered(pipe)
    batch = pipe(canvas, reveal_order=order, label="day", guidance_scale=2.0, seed=5, num_images=3)
    for i, filled in enumerate(batch.canvases):
        alone = pipe(canvas, reveal_order=order, label="day", guidance_scale=2.0, seed=5 + i)
        assert alone.canvases[0] == filled
        assert alone.images[0].tobytes() == batch.images[i].tobytes()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_kept_and_pinned_cells_stay(pipe, order, schedule):
    canvas = steered(pipe)
    for filled in pipe(
        canvas, 3, reveal_order=order, schedule=schedule, temperature=5.0, num_images=2
    ).canvases:
        assert filled.pins == {(1, 1): 7}
        assert (filled.codes == canvas.codes)[~canvas.unknown].all()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("steps", [1, 3, 4, 50])
def test_no_more_evaluations_than_steps_or_unknown_cells(pipe, monkeypatch, order, steps):
    canvas = steered(pipe)
    evaluations = count_evaluations(pipe, monkeypatch)
    shown = list(pipe.stream(canvas, steps, reveal_order=order))
    assert 1 <= len(evaluations) == len(shown) <= min(steps, int(canvas.unknown.sum()))
    assert all(step.revealed.any() for step in shown)


def test_a_full_canvas_costs_no_evaluation(pipe, monkeypatch):
    canvas = pipe(seed=1).canvases[0]
    evaluations = count_evaluations(pipe, monkeypatch)
    assert pipe(canvas).canvases == [canvas]
    (only,) = pipe.stream(canvas)
    assert (only.index, only.total, only.canvas) == (0, 0, canvas)
    assert not evaluations


def test_the_stream_shows_each_step_and_ends_where_a_call_does(pipe):
    canvas = steered(pipe)
    before = canvas
    for number, step in enumerate(pipe.stream(canvas, 3, seed=4), start=1):
        assert (step.index, step.total) == (number, 3)
        assert (step.revealed == (before.unknown & ~step.canvas.unknown)).all()
        assert step.image.size == (32, 32)
        before = step.canvas
    assert step.canvas == pipe(canvas, 3, seed=4).canvases[0]
    assert step.image.tobytes() == pipe.render(step.canvas).tobytes()


def test_a_stream_closed_half_way_leaves_nothing_behind(pipe):
    canvas = steered(pipe)
    whole = pipe(canvas, 4, seed=4)
    stream = pipe.stream(canvas, 4, seed=4)
    next(stream)
    stream.close()
    assert pipe(canvas, 4, seed=4).canvases == whole.canvases


def test_the_label_may_change_half_way(pipe):
    for step in pipe.stream(num_inference_steps=6, label="day", seed=2):
        if step.index == 3:
            break
    out = pipe(step.canvas, num_inference_steps=3, label="night", seed=2)
    known = ~step.canvas.unknown
    assert 0 < known.sum() < 16
    assert (out.canvases[0].codes == step.canvas.codes)[known].all()
    assert out.canvases != pipe(step.canvas, num_inference_steps=3, label="day", seed=2).canvases


def test_rules_are_obeyed_and_cost_nothing(pipe, monkeypatch):
    canvas = pipe.blank().allow([(0, 0), (0, 1)], [3, 4]).forbid((3, 3), range(1, 16)).pin((1, 1), 7)
    evaluations = count_evaluations(pipe, monkeypatch)
    for step in pipe.stream(canvas, 5, temperature=9.0):
        assert step.canvas.rules == canvas.rules
    assert len(evaluations) == 5
    codes = step.canvas.codes
    assert {codes[0, 0], codes[0, 1]} <= {3, 4}
    assert (codes[3, 3], codes[1, 1]) == (0, 7)


def test_two_streams_at_once_do_not_mix(pipe):
    canvas, blank = steered(pipe), pipe.blank()
    ends = [list(pipe.stream(c, seed=3))[-1].canvas for c in (canvas, blank)]
    first, second = pipe.stream(canvas, seed=3), pipe.stream(blank, seed=3)
    next(first), next(second)
    assert [list(first)[-1].canvas, list(second)[-1].canvas] == ends


def test_guidance_of_one_is_the_plain_label_and_more_is_not(pipe):
    blank, cell = pipe.blank(), (1, 2)
    tokens = torch.from_numpy(blank.codes)[None]
    day, none = (pipe.logits(tokens, label)[0, 6] for label in ("day", None))
    for scale, logits in ((1.0, day), (2.0, 2 * day - none)):
        seen = pipe.inspect_cell(blank, cell, top=16, label="day", guidance_scale=scale)
        expected = logits.softmax(-1)[list(seen.codes)]
        np.testing.assert_allclose(seen.probabilities, expected.numpy(), atol=1e-5)
    assert not torch.allclose(day, none, atol=1e-2)


def test_logits_are_the_models_own_and_of_grids_of_any_size(pipe):
    tokens = torch.randint(0, 17, (2, 4, 4), generator=torch.Generator().manual_seed(0))
    night = pipe.transformer(tokens, torch.tensor([1, 1]))
    torch.testing.assert_close(pipe.logits(tokens, "night"), night)
    torch.testing.assert_close(pipe.logits(tokens), pipe.transformer(tokens))
    assert pipe.logits(torch.full((1, 3, 9), 16)).shape == (1, 27, 16)
    with pytest.raises(ValueError, match="no label 'noon'"):
        pipe.logits(tokens, "noon")


def guided_evaluations(pipe, monkeypatch, **sampling):
    """How many grids each evaluation of a run looked at: two where it is guided."""
    seen = count_evaluations(pipe, monkeypatch)
    told = pipe.evaluations(label="day", guidance_scale=5.0, **sampling)
    out = pipe(label="day", guidance_scale=5.0, **sampling)
    assert sum(seen) == told
    return list(seen), out


def test_guidance_on_part_of_the_steps_costs_only_these(pipe, monkeypatch):
    four = {"num_inference_steps": 4, "schedule": "linear"}  # 16, 12, 8 and 4 cells of 16 are masked
    whole, plain = guided_evaluations(pipe, monkeypatch, **four)
    assert whole == [2, 2, 2, 2]
    late, _ = guided_evaluations(pipe, monkeypatch, **four, guidance_start=0.75)
    assert late == [1, 2, 2, 2]
    middle, _ = guided_evaluations(pipe, monkeypatch, **four, guidance_start=0.75, guidance_end=0.5)
    assert middle == [1, 2, 2, 1]
    none, out = guided_evaluations(pipe, monkeypatch, **four, guidance_start=0.0)
    assert none == [1, 1, 1, 1]
    assert out.canvases == pipe(label="day", **four).canvases != plain.canvases


def test_images_of_a_batch_are_guided_each_for_itself(pipe):
    """In the random order they are not filled equally far, so one may be guided and its neighbour not."""
    settings = Settings(
        steps=4, reveal_order="random", label="day", guidance_scale=4.0, guidance_start=0.7, guidance_end=0.3
    )
    blank = pipe.blank()
    together = list(pipe._run(blank, settings, range(6)))[-1].codes
    for seed in range(6):
        alone = pipe(blank, settings=settings, seed=seed).canvases[0]
        assert (alone.codes == together[seed].numpy()).all()


def test_the_logits_of_a_grid_are_the_transformers_own(pipe):
    tokens = torch.from_numpy(np.stack([pipe.blank().codes, pipe(seed=1).canvases[0].codes]))
    assert torch.equal(pipe.logits(tokens), pipe.transformer(tokens))
    assert pipe.logits(tokens, label="night").shape == (2, 16, 16)
    expected = pipe.transformer(tokens, torch.tensor([1, 1]))
    assert torch.equal(pipe.logits(tokens, label="night"), expected)
    assert not pipe.logits(tokens).requires_grad


def test_the_logits_of_a_larger_grid_are_log_probabilities(pipe):
    logits = pipe.logits(torch.full((1, 6, 9), 16), label="day")
    assert logits.shape == (1, 54, 16)
    assert torch.allclose(logits.exp().sum(-1), torch.ones(1, 54), atol=1e-4)


@pytest.mark.parametrize(
    ("tokens", "label", "complaint"),
    [
        (torch.full((1, 4, 4), 17), None, "codes from 0 to 15, or 16 where a cell is masked"),
        (torch.full((1, 4, 4), -1), None, "codes from 0 to 15"),
        (torch.full((1, 16), 16), None, r"\(B, h, w\) long, up to 64×64, not \(1, 16\) int64"),
        (torch.full((1, 4, 65), 16), None, r"up to 64×64, not \(1, 4, 65\)"),
        (torch.zeros(1, 4, 4), None, "not .* float32"),
        (torch.zeros(0, 4, 4, dtype=torch.long), None, "tokens must be codes"),
        (torch.full((1, 4, 4), 16), "noon", "no label 'noon'; its labels are day, night"),
    ],
)
def test_tokens_that_are_none_are_refused(pipe, tokens, label, complaint):
    with pytest.raises(ValueError, match=complaint) as error:
        pipe.logits(tokens, label)
    assert "\n" not in str(error.value)


def test_the_callback_sees_every_step_and_may_change_the_codes(pipe):
    seen = []

    def first_cell_is_three(_pipe, index, timestep, tensors):
        seen.append((index, timestep))
        tensors["codes"][:, 0, 0] = 3
        return tensors

    out = pipe(num_inference_steps=4, callback_on_step_end=first_cell_is_three)
    assert seen == [(0, 4), (1, 3), (2, 2), (3, 1)]
    assert out.canvases[0].codes[0, 0] == 3


def test_it_saves_and_loads_as_a_folder(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    again = UnleashPipeline.from_pretrained(tmp_path)
    again.set_progress_bar_config(disable=True)
    assert again.labels == ("day", "night")
    assert again(seed=1).canvases == pipe(seed=1).canvases
    assert not list(tmp_path.rglob("*.bin"))


def test_a_picture_becomes_a_canvas_and_back(pipe):
    image = pipe(seed=1).images[0]
    canvas = pipe.encode(image)
    assert canvas.kept.all()
    assert pipe.render(canvas).size == image.size


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"label": "noon"}, "no label 'noon'; its labels are day, night"),
        ({"canvas": TokenCanvas.blank(4, 4, 17)}, "17 codes"),
        ({"num_inference_steps": 0}, "steps"),
        ({"temperature": -1.0}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"correction": 0.75}, "correction"),
        ({"reveal_order": "spiral"}, "order"),
        (
            {"schedule": "information"},
            "which this model lacks: measure it with `unleash evaluate information`",
        ),
        ({"detail": "large"}, "the model has no detail 'large'; its details are full, preview"),
        ({"colour": "red"}, "colour"),
        ({"num_images": 0}, "num_images"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_values_are_named(pipe, arguments, complaint):
    with pytest.raises(ValueError, match=complaint) as error:
        pipe(**arguments)
    assert "\n" not in str(error.value)


def test_parts_that_do_not_fit_are_refused(pipe):
    with pytest.raises(ValueError, match="codebook size, not 16, 16 and 8"):
        UnleashPipeline(pipe.vqgan, pipe.transformer, AbsorbingDiffusionScheduler(codebook_size=8))


def test_a_canvas_with_unknown_cells_is_not_rendered(pipe):
    with pytest.raises(ValueError, match="16 cells of the canvas are unknown"):
        pipe.render(pipe.blank())


def test_top_k_of_one_is_the_likeliest_code_at_any_temperature(pipe):
    greedy = pipe(temperature=0.0, reveal_order="raster").canvases
    assert pipe(temperature=3.0, top_k=1, reveal_order="raster", seed=8).canvases == greedy
    assert pipe(temperature=3.0, reveal_order="raster", seed=8).canvases != greedy


def test_a_folder_that_lacks_weights_is_refused(pipe, tmp_path):
    pipe.save_pretrained(tmp_path)
    (tmp_path / "transformer" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"transformer lacks diffusion_pytorch_model\.safetensors"):
        UnleashPipeline.from_pretrained(tmp_path)
    with pytest.raises(
        ValueError, match=r"no folder './nowhere'; give a model folder, a name that .*, or a Hub id"
    ):
        UnleashPipeline.from_pretrained("./nowhere")


# -- settings --------------------------------------------------------------------------------------


def test_settings_go_whole_or_one_by_one(pipe):
    settings = Settings(steps=3, reveal_order="raster", temperature=0.5, label="day", seed=4)
    whole = pipe(settings=settings).canvases
    assert whole == pipe(**settings.model_dump()).canvases
    assert whole == pipe(num_inference_steps=3, **settings.model_dump(exclude={"steps"})).canvases
    assert (
        pipe(settings=settings, seed=5).canvases == pipe(settings=settings.changed(seed=5)).canvases != whole
    )
    assert [step.canvas for step in pipe.stream(settings=settings)][-1:] == whole


def test_what_suits_a_model_lies_with_it_and_is_used_where_nothing_is_said(pipe, tmp_path):
    defaults = {"steps": 2, "temperature": 0.8, "top_p": 0.9, "reveal_order": "raster"}
    UnleashPipeline(pipe.vqgan, pipe.transformer, pipe.scheduler, defaults).save_pretrained(tmp_path)
    again = UnleashPipeline.from_pretrained(tmp_path)
    assert again.defaults == Settings(**defaults)
    assert again(seed=3).canvases == pipe(settings=Settings(**defaults, seed=3)).canvases
    assert (
        again(seed=3, top_p=None).canvases
        == pipe(settings=Settings(**defaults | {"top_p": None}, seed=3)).canvases
    )
    assert again(settings=Settings(seed=3)).canvases == pipe(settings=Settings(seed=3)).canvases
    assert again.evaluations() == 2


@pytest.mark.parametrize(
    "defaults",
    [
        {"steps": 0},
        {"colour": "red"},
        {"seed": 3},
        {"label": "day"},
        {"schedule": "information"},
        {"detail": "large"},
    ],
)
def test_a_default_that_is_no_setting_of_a_model_is_refused(pipe, defaults):
    with pytest.raises(ValueError, match=next(iter(defaults))):
        UnleashPipeline(pipe.vqgan, pipe.transformer, pipe.scheduler, defaults)


def test_the_bundled_model_has_its_own_defaults():
    index = json.loads((Path(__file__).parents[1] / "weights/scenes/model_index.json").read_text("utf-8"))
    expected = Settings(steps=16, temperature=0.8, top_p=0.9, correction=0.25)
    assert Settings(**index["sampling_defaults"]) == expected


def test_the_bundled_model_has_an_information_curve():
    folder = Path(__file__).parents[1] / "weights/scenes"
    curve = AbsorbingDiffusionScheduler.from_pretrained(folder / "scheduler").config["information"]
    assert len(curve) == 16
    assert curve[-1] > 1.5 * curve[0], "a cell is harder to predict where all others are masked"


def test_the_old_name_of_the_order_is_read_with_a_warning_that_names_the_new_one(pipe, tmp_path):
    expected = pipe(reveal_order="random", seed=2).canvases
    warned = {
        "expected_warning": DeprecationWarning,
        "match": "'order' is deprecated: its name is 'reveal_order'",
    }
    with pytest.warns(**warned):
        assert pipe(order="random", seed=2).canvases == expected
    with pytest.warns(**warned):
        assert Settings(order="random") == Settings(reveal_order="random")
    with pytest.warns(**warned):
        scheduler = AbsorbingDiffusionScheduler(order="entropy")
    assert scheduler.config["reveal_order"] == "entropy"
    assert "order" not in scheduler.config
    (tmp_path / "scheduler_config.json").write_text('{"order": "raster", "schedule": "linear"}')
    with pytest.warns(**warned):
        scheduler = AbsorbingDiffusionScheduler.from_pretrained(tmp_path)
    assert scheduler.config["reveal_order"] == "raster"
