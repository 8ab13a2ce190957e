"""Pictures drawn in several details: previews amid a run, finished pictures of twice the size."""

from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from unleash import VQGAN, Settings, TokenCanvas, UnleashPipeline
from unleash.cli import app
from unleash.images.recipes import read_recipe
from unleash.models.outline import outline
from unleash.operations.opening import open_picture
from unleash.sampling.windows import decode
from unleash.studio.server import controls, files, timing
from unleash.studio.server.runs import run

SMALL = {"image_size": 32, "channels": 32, "channel_mult": (1, 1), "num_res_blocks": 1}
SMALL |= {"attn_resolutions": (), "emb_dim": 8, "codebook_size": 16, "patch_size": 4, "unit_codes": True}


@pytest.fixture(scope="module")
def fine(pipe):
    """The shared pipeline with a decoder for previews, and one for large pictures, of random weights."""
    torch.manual_seed(1)
    vqgan = VQGAN(
        **SMALL,
        preview_shape={"channels": 32, "channel_mult": (1,), "patch_size": 8},
        large_shape={"channels": 32, "num_res_blocks": 1},
    ).eval()
    vqgan.load_state_dict(pipe.vqgan.state_dict(), strict=False)
    torch.nn.init.normal_(vqgan.enlarger.blocks[-1].weight, std=0.05)
    made = UnleashPipeline(vqgan, pipe.transformer, pipe.scheduler)
    made.set_progress_bar_config(disable=True)
    return made


@pytest.fixture(scope="module")
def model(fine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("detail") / "fine"
    fine.save_pretrained(folder)
    return str(folder)


def pixels(image):
    return np.array(image)


def test_a_network_says_what_it_can_draw(pipe, fine):
    assert pipe.vqgan.details == ("full",)
    assert fine.vqgan.details == ("preview", "full", "large")


def test_steps_are_previews_and_the_finished_picture_is_not(fine):
    *amid, last = fine.stream(num_inference_steps=3, seed=4)
    guess = amid[-1].canvas.codes.copy()
    for step in amid:
        assert step.image.size == (32, 32)
    assert np.array_equal(pixels(last.image), pixels(fine.render(last.canvas)))
    assert not np.array_equal(pixels(last.image), pixels(fine.render(last.canvas, "preview")))
    # Where a step guesses at nothing it is what the decoder for previews makes of its codes.
    known = TokenCanvas.from_codes(np.where(guess == 16, 0, guess), 16)
    drawn = fine.vqgan.decode(torch.from_numpy(known.codes)[None], "preview")
    assert np.array_equal(
        pixels(fine.render(known, "preview")),
        (drawn[0] * 255).round().byte().permute(1, 2, 0).numpy(),
    )


def test_a_step_decodes_by_the_preview_only(fine, monkeypatch):
    asked = []
    whole = fine.vqgan.decode
    monkeypatch.setattr(
        fine.vqgan, "decode", lambda codes, detail="full": asked.append(detail) or whole(codes, detail)
    )
    for step in fine.stream(num_inference_steps=3):
        _ = step.image
    assert asked == ["preview", "preview", "full"]


def test_a_model_without_such_decoders_draws_everything_alike(pipe):
    canvas = pipe(seed=2).canvases[0]
    assert np.array_equal(pixels(pipe.render(canvas, "preview")), pixels(pipe.render(canvas)))
    with pytest.raises(ValueError, match=r"no detail 'large'; its details are full, preview"):
        pipe.render(canvas, "large")
    with pytest.raises(ValueError, match="no detail 'tiny'"):
        pipe.render(canvas, "tiny")


def test_large_pictures_have_the_same_codes_and_twice_the_pixels(fine):
    full, large = (fine(seed=3, detail=detail) for detail in ("full", "large"))
    assert full.canvases == large.canvases
    assert (full.images[0].size, large.images[0].size) == ((32, 32), (64, 64))
    *amid, last = fine.stream(seed=3, num_inference_steps=3, detail="large")
    assert {step.image.size for step in amid} == {(32, 32)}
    assert last.image.size == (64, 64)
    (only,) = fine.stream(last.canvas, detail="large")
    assert np.array_equal(pixels(only.image), pixels(last.image))


@torch.no_grad()
def test_large_pictures_are_decoded_in_tiles_as_well(fine):
    codes = torch.from_numpy(np.random.default_rng(0).integers(0, 16, (1, 36, 34)))
    whole, tiled = (
        fine.vqgan.decode(codes, "large"),
        decode(partial(fine.vqgan.decode, detail="large"), codes),
    )
    assert tiled.shape == whole.shape == (1, 3, 36 * 16, 34 * 16)
    assert (tiled - whole).abs().mean() < 0.05 * whole.std()


# -- files and recipes -----------------------------------------------------------------------------


def generate(*arguments):
    result = CliRunner().invoke(app, ["generate", *map(str, arguments)])
    assert result.exit_code == 0, result.output


def test_a_recipe_makes_a_large_picture_again(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generate("--model", model, "--steps", 3, "--seed", 5, "--detail", "large", "--out", "a.png")
    generate("--recipe", "a.png", "--out", "again.png")
    generate("--recipe", "a.png", "--detail", "full", "--out", "small.png")
    first, again, small = (Image.open(file) for file in ("a.png", "again.png", "small.png"))
    assert (first.size, small.size) == ((64, 64), (32, 32))
    assert np.array_equal(pixels(first), pixels(again))
    assert read_recipe("a.png").settings.detail == "large"
    assert read_recipe("small.png").codes == read_recipe("a.png").codes


def test_a_large_picture_is_opened_with_its_codes(fine, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generate("--model", model, "--steps", 3, "--detail", "large", "--out", "a.png")
    opened = open_picture(fine, model, Path("a.png"))
    assert opened.canvas == read_recipe("a.png").result
    assert (opened.size, opened.image.size, opened.cell_size) == ((64, 64), (32, 32), 8)
    assert opened.drawn


def test_a_picture_that_keeps_pixels_is_as_large_as_these(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    Image.fromarray(noise).save("photo.png")
    arguments = ["edit", "photo.png", "--model", model, "--pin", "0,0=3", "--detail", "large", "--steps", "2"]
    result = CliRunner().invoke(app, [*arguments, "--out", "kept.png"])
    assert result.exit_code == 0, result.output
    assert Image.open("kept.png").size == (32, 32)
    assert np.array_equal(pixels(Image.open("kept.png"))[16:, 16:], noise[16:, 16:])


def test_a_film_of_a_large_picture_is_as_large_as_its_steps(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generate("--model", model, "--steps", 3, "--detail", "large", "--out", "a.png", "--film", "a.gif")
    assert Image.open("a.gif").size == (32, 32)


# -- in the studio ---------------------------------------------------------------------------------


def test_the_frames_of_a_run_and_the_file_it_saves(fine):
    settings = Settings(steps=3, detail="large", seed=1)
    *_, last = run(fine, "fine", fine.blank(), settings, 1)
    recipe = last["recipe"]
    assert recipe["settings"]["detail"] == "large"
    message = files.save(fine, files.Recipe.from_dict(recipe))
    with Image.open(message["file"]["path"]) as image:
        assert image.size == (64, 64)


def test_the_choice_is_shown_only_where_the_model_has_it(pipe, fine, tmp_path):
    large = Settings(detail="large")
    for able, choice, shown in ((fine, "large", True), (pipe, "full", False)):
        able.save_pretrained(tmp_path / choice)
        control = controls.for_model(outline(tmp_path / choice), large)["detail"]
        assert (control.value, control.visible) == (choice, shown)


def test_the_time_said_beforehand_is_that_of_previews_and_one_finished_picture(fine):
    pace = timing.Pace(0.0, {"preview": 1.0, "full": 10.0, "large": 100.0})
    blank = fine.blank()
    assert timing.seconds(fine, pace, blank, Settings(steps=3), 1) == 16 * (2 + 10)
    assert timing.seconds(fine, pace, blank, Settings(steps=3, detail="large"), 2) == 2 * 16 * (2 + 100)


def test_a_preview_is_saved_nowhere(fine):
    file = BytesIO()
    fine(num_inference_steps=2).images[0].save(file, "PNG")
    assert Image.open(file).size == (32, 32)


def test_a_file_is_larger_than_the_picture_by_the_scale(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generate("--model", model, "--steps", 3, "--seed", 5, "--scale", 4, "--out", "a.png")
    generate("--recipe", "a.png", "--scale", 2, "--out", "again.png")
    assert [Image.open(file).size for file in ("a.png", "again.png")] == [(128, 128), (64, 64)]
    assert read_recipe("a.png") == read_recipe("again.png")
    done = CliRunner().invoke(app, ["generate", "--model", str(model), "--scale", "3", "--out", "b.png"])
    assert done.exit_code == 2
    assert "the scale must be 1, 2 or 4" in done.stderr
