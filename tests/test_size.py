"""What the studio does for canvases of any size and for pixels that are kept."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from unleash import VQGAN, AbsorbingDiffusionScheduler, BidirectionalTransformer, TokenCanvas, UnleashPipeline
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.images.fitting import to_shape
from unleash.images.recipes import carried_recipe, write_png
from unleash.studio.server import files, timing
from unleash.studio.server.component import uploaded
from unleash.studio.server.data_urls import from_png_url, png_url
from unleash.studio.server.kept_pixels import Pixels

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8))
SETTINGS = Settings(steps=3)


@pytest.fixture(scope="module")
def other() -> UnleashPipeline:
    """A pipeline of 2×2 cells of 4×4 pixels and 8 codes."""
    torch.manual_seed(1)
    vqgan = VQGAN(
        image_size=8, channels=32, channel_mult=(1,), num_res_blocks=1, attn_resolutions=(), emb_dim=8,
        codebook_size=8, patch_size=4,
    )  # fmt: skip
    transformer = BidirectionalTransformer(8, 2, 32, 1, 2)
    pipe = UnleashPipeline(vqgan.eval(), transformer.eval(), AbsorbingDiffusionScheduler(codebook_size=8))
    pipe.set_progress_bar_config(disable=True)
    return pipe


def known(pipe: UnleashPipeline, height: int, width: int) -> TokenCanvas:
    size = pipe.vqgan.config["codebook_size"]
    codes = np.random.default_rng(0).integers(0, size, (height, width))
    return TokenCanvas.from_codes(codes, size)


@pytest.mark.parametrize(
    ("given", "cells"),
    [((70, 40), (8, 5)), ((8, 16), (4, 8)), ((800, 400), (64, 32)), ((4000, 40), (64, 4))],
)
def test_a_picture_keeps_its_shape_within_the_largest_grid(given, cells):
    assert to_shape(Image.new("RGB", given), 8, 4, 64).size == (cells[0] * 8, cells[1] * 8)


def test_a_picture_that_fits_keeps_its_pixels():
    assert to_shape(NOISE, 8, 4, 64) == NOISE
    assert to_shape(NOISE.crop((0, 0, 93, 64)), 8, 4, 64) == NOISE.crop((2, 0, 90, 64))


def test_a_larger_canvas_is_carried_over_to_another_model(pipe, other):
    canvas = known(pipe, 3, 6).mask([(0, 1)]).pin([(2, 5)], 3)
    carried = files.carry_over(pipe, other, canvas)
    assert (carried.height, carried.width, carried.codebook_size) == (3, 6, 8)
    assert np.array_equal(carried.masked, canvas.masked)
    assert list(carried.pins) == [(2, 5)]
    assert (carried.base < 8).all()


def test_only_a_blank_canvas_of_the_old_grid_becomes_the_new_grid(pipe, other):
    assert files.carry_over(pipe, other, pipe.blank()).base.shape == (2, 2)
    assert files.carry_over(pipe, other, TokenCanvas.blank(5, 7, 16)).base.shape == (5, 7)


def pixels(value: int) -> Pixels:
    mask = Image.new("L", NOISE.size)
    mask.paste(value, (0, 0, 10, 10))
    return Pixels.from_dict({"original": png_url(NOISE), "mask": png_url(mask)})


def test_pixels_stay_where_the_mask_is_black():
    made = Image.new("RGB", NOISE.size, (1, 2, 3))
    result = np.array(pixels(255).under(made))
    assert (result[:10, :10] == (1, 2, 3)).all()
    assert (result[10:] == np.array(NOISE)[10:]).all()
    assert (np.array(pixels(0).under(made)) == np.array(NOISE)).all()


def test_holes_stay_holes():
    made = Image.new("RGBA", NOISE.size, (1, 2, 3, 0))
    assert pixels(255).under(made).getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize(
    "data", ["x", {}, {"original": "data:image/png;base64,AAAA", "mask": 3}, {"mask": ""}]
)
def test_what_is_no_pair_of_pngs_is_refused(data):
    with pytest.raises(ValueError, match=r"not a PNG|an object"):
        Pixels.from_dict(data)


def test_pixels_of_another_canvas_are_refused():
    with pytest.raises(ValueError, match="do not belong to this canvas"):
        pixels(255).under(Image.new("RGB", (8, 8)))


def test_a_png_in_a_url_comes_back():
    assert np.array_equal(np.array(from_png_url(png_url(NOISE))), np.array(NOISE))
    jpeg = BytesIO()
    NOISE.save(jpeg, "JPEG")
    with pytest.raises(ValueError, match="not a PNG"):
        from_png_url("data:image/jpeg;base64,AAAA")


def test_a_saved_picture_has_pixels_of_its_own_only_if_some_were_kept(pipe, tmp_path):
    canvas = known(pipe, 4, 4)
    recipe = Recipe(model="m", canvas=canvas, settings=SETTINGS, codes=canvas.codes.tolist())
    drawn = pipe.render(canvas)
    kept, path = NOISE.crop((0, 0, 32, 32)), tmp_path / "saved.png"
    for said, image, own in (
        (False, drawn, False),
        (True, kept, True),
        (None, drawn, False),
        (None, kept, True),
    ):
        told = recipe.model_copy(update={"kept_pixels": said})
        write_png(image, told, path)
        found = files.shown_in(pipe, path, told).own
        assert (found is not None) == own
        assert found is None or np.array_equal(np.array(found), np.array(kept))


def test_pixels_that_were_kept_are_recorded_however_little_they_differ(pipe, tmp_path):
    canvas = known(pipe, 4, 4)
    recipe = Recipe(
        model="m", canvas=canvas, settings=SETTINGS, codes=canvas.codes.tolist(), kept_pixels=True
    )
    drawn = pipe.render(canvas)
    touched = drawn.copy()
    touched.putpixel((3, 3), (255, 0, 255))
    write_png(touched, recipe, tmp_path / "kept.png")
    read = carried_recipe(tmp_path / "kept.png")
    own = files.shown_in(pipe, tmp_path / "kept.png", read).own
    assert np.array_equal(np.array(own), np.array(touched))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_recipes_do_not_say_whether_pixels_were_kept(pipe, version):
    data = Recipe(model="m", canvas=known(pipe, 4, 4)).model_dump(mode="json")
    assert Recipe.from_dict(data).kept_pixels is False
    del data["kept_pixels"]
    read = Recipe.from_dict(data | {"version": version})
    assert (read.version, read.kept_pixels) == (4, None)


def test_time_grows_with_windows_pictures_and_guidance(pipe):
    pace = timing.Pace(window=1.0, cell={"full": 0.0})
    blank = TokenCanvas.blank(8, 12, 16)
    windows = pipe.evaluations(blank, 3)
    assert timing.seconds(pipe, pace, blank, SETTINGS, 1) == windows
    assert timing.seconds(pipe, pace, blank, SETTINGS, 2) == 2 * windows
    guided = SETTINGS.model_copy(update={"label": "day", "guidance_scale": 2.0})
    assert timing.seconds(pipe, pace, blank, guided, 1) == 2 * windows
    decoding = timing.Pace(0.0, {"full": 1.0})
    assert timing.seconds(pipe, decoding, blank, SETTINGS, 1) == 3 * 96
    assert timing.seconds(pipe, decoding, blank, SETTINGS, 2, previews=False) == 2 * 96


def test_the_pace_is_measured_again_when_the_machine_may_have_become_another(pipe, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(timing, "monotonic", lambda: now)
    first = timing.pace(pipe)
    assert timing.pace(pipe) is first
    now += 300
    assert timing.pace(pipe) is not first


@pytest.mark.parametrize(
    ("axis", "canvas", "grid", "box"),
    [
        ("horizontal", (4, 4), (4, 5), (12.5, 0, 387.5, 300)),
        ("vertical", (4, 4), (3, 4), (0, 0, 400, 300)),
        ("horizontal", (8, 60), (8, 4), (125, 0, 275, 300)),
    ],
)
def test_the_second_picture_of_a_stitch_has_its_own_shape_as_far_as_there_is_room(
    pipe, tmp_path, axis, canvas, grid, box
):
    Image.new("RGB", (400, 300)).save(tmp_path / "photo.png")
    blank = TokenCanvas.blank(*canvas, 16)
    message = files.second_picture(pipe, str(tmp_path / "photo.png"), blank, axis)
    assert np.shape(message["codes"]) == grid
    assert from_png_url(message["original"]).size == (grid[1] * 8, grid[0] * 8)
    assert (message["kind"], message["box"]) == ("canvas", list(box))


def test_no_picture_is_joined_where_there_is_no_room(pipe, tmp_path):
    NOISE.save(tmp_path / "photo.png")
    with pytest.raises(ValueError, match="already has 64 cells"):
        files.second_picture(pipe, str(tmp_path / "photo.png"), TokenCanvas.blank(4, 64, 16), "horizontal")


def test_the_second_picture_of_another_codebook_is_refused(pipe, other, tmp_path):
    canvas = known(other, 4, 4)
    recipe = Recipe(model="m", canvas=canvas, settings=SETTINGS, codes=canvas.codes.tolist())
    write_png(other.render(canvas), recipe, tmp_path / "other.png")
    with pytest.raises(ValueError, match="8 codes, this model 16"):
        files.second_picture(pipe, str(tmp_path / "other.png"), pipe.blank(), "horizontal")


def test_only_a_file_that_a_page_has_uploaded_is_opened(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    given, secret = tmp_path / "uploads" / "hash" / "a.png", tmp_path / "secret.png"
    given.parent.mkdir(parents=True)
    for path in (given, secret):
        path.write_bytes(b"")
    assert uploaded(str(given)) == str(given)
    link = given.with_name("link.png")
    link.symlink_to(secret)
    for path in (None, 3, "", str(secret), f"{given.parent}/../../secret.png", str(link)):
        with pytest.raises(ValueError, match="was not uploaded: choose it again"):
            uploaded(path)
    for path in (given.with_name("gone.png"), given.parent):
        with pytest.raises(ValueError, match="has expired: choose it again"):
            uploaded(str(path))
