"""Repainted parts of a photograph, at its own resolution."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from unleash import Settings
from unleash.images.fitting import Fit, shown_box, to_grid
from unleash.images.photographs import Collage, Photograph, Placed
from unleash.images.reading import read_original, read_picture
from unleash.images.recipes import write_png
from unleash.operations import edits
from unleash.operations.making import make
from unleash.operations.opening import open_picture
from unleash.sampling.work import finished

FIXTURES = Path(__file__).parent / "fixtures" / "pictures"
SETTINGS = Settings(steps=2, seed=1)
CELL = 300 / 4  # of 4×4 cells on the square in the middle of a picture of 400×300 pixels


def noise(width: int = 400, height: int = 300) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def edited(pipe, path, **how):
    opened = open_picture(pipe, "tiny", path)
    return finished(make(pipe, "tiny", edits.edit(opened, **how), SETTINGS))


def changed(before: Image.Image, after: Image.Image) -> np.ndarray:
    return (np.array(before, dtype=int) != np.array(after, dtype=int)).any(axis=-1)


def test_only_the_repainted_cell_of_a_photograph_changes(pipe, tmp_path):
    noise().save(tmp_path / "photo.png")
    image = edited(pipe, tmp_path / "photo.png", cells=[(1, 2)]).image
    assert image.size == (400, 300)
    touched = changed(noise(), image)
    # The square begins at x = 50. Half a cell around it old and new fade into each other.
    left, top = 50 + 2 * CELL, CELL
    inside = np.s_[round(top) : round(top + CELL), round(left) : round(left + CELL)]
    assert touched[inside].mean() > 0.98
    touched[
        round(top - 0.6 * CELL) : round(top + 1.6 * CELL), round(left - 0.6 * CELL) : round(left + 1.6 * CELL)
    ] = 0
    assert not touched.any()


def test_a_photograph_on_its_side_is_saved_upright(pipe, tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    noise().save(tmp_path / "turned.png", exif=exif)
    image = edited(pipe, tmp_path / "turned.png", cells=[(0, 0)]).image
    assert image.size == (300, 400)
    upright = noise().transpose(Image.Transpose.ROTATE_270)
    assert not changed(upright, image)[200:].any()
    assert changed(upright, image)[50:100].any()


@pytest.mark.parametrize("name", ["p3.png", "adobe.png"])
def test_the_colours_of_a_profile_stay(pipe, tmp_path, name):
    with Image.open(FIXTURES / name) as file:
        profile = file.info["icc_profile"]
    noise().save(tmp_path / "photo.png", icc_profile=profile)
    result = edited(pipe, tmp_path / "photo.png", cells=[(1, 1)])
    write_png(result.image, result.recipe, tmp_path / "saved.png", result.box)
    with Image.open(tmp_path / "saved.png") as saved:
        assert saved.info["icc_profile"] == profile
        assert not changed(noise(), saved)[:, 300:].any()
    # What was made looks as it does without profile.
    noise().save(tmp_path / "plain.png")
    place = np.s_[100:130, 150:180]
    seen = np.array(read_picture(tmp_path / "saved.png"), dtype=int)[place]
    drawn = np.array(
        Photograph(tmp_path / "plain.png", (50, 0, 350, 300)).repainted(
            pipe.render(result.recipe.result), np.ones((32, 32), np.float32)
        ),
        dtype=int,
    )[place]
    assert np.abs(seen - drawn).mean() < 2


def test_a_grey_picture_becomes_one_of_colours(pipe, tmp_path):
    noise().convert("L").save(tmp_path / "grey.png")
    image = edited(pipe, tmp_path / "grey.png", pins={(0, 0): 3}).image
    assert (image.mode, image.size) == ("RGB", (400, 300))
    assert not changed(noise().convert("L").convert("RGB"), image)[200:].any()


def test_a_picture_without_more_pixels_than_the_canvas_has_its_size(pipe, tmp_path):
    noise(40, 30).save(tmp_path / "small.png")
    assert edited(pipe, tmp_path / "small.png", cells=[(0, 0)]).image.size == (32, 32)
    noise().save(tmp_path / "photo.png")
    assert edited(pipe, tmp_path / "photo.png", cells=[(0, 0)], keep_pixels=False).image.size == (32, 32)


def test_a_photograph_that_was_saved_opens_with_its_recipe_and_is_saved_again(pipe, tmp_path):
    noise().save(tmp_path / "photo.png")
    first = edited(pipe, tmp_path / "photo.png", cells=[(1, 2)])
    write_png(first.image, first.recipe, tmp_path / "first.png", first.box)
    opened = open_picture(pipe, "tiny", tmp_path / "first.png")
    assert opened.canvas == first.recipe.result
    assert not opened.changed
    assert (
        np.abs(np.array(opened.image, int) - np.array(to_grid(first.image, "crop", 4, 8, 64), int)).max() <= 1
    )
    second = edited(pipe, tmp_path / "first.png", cells=[(3, 0)])
    assert second.image.size == (400, 300)
    assert not changed(first.image, second.image)[:170].any()


def test_an_extended_photograph_keeps_its_resolution(pipe, tmp_path):
    noise(400, 300).save(path := tmp_path / "photo.png")
    opened = open_picture(pipe, "tiny", path, "cells")  # 5×4 cells of its 375×300 pixels in the middle
    result = finished(make(pipe, "tiny", edits.extend(opened, left=2, bottom=1), SETTINGS))
    assert result.image.size == (round(7 * CELL), round(5 * CELL))
    assert result.box == (0, 0, 525, 375)
    left = round(2 * CELL)
    fades = 50  # half a cell, and a pixel of the canvas
    inside = np.array(result.image)[: 300 - fades, left + fades :]
    assert (inside == np.array(noise())[: 300 - fades, 12 + fades : 387]).all()
    write_png(result.image, result.recipe, tmp_path / "wide.png", result.box)
    again = open_picture(pipe, "tiny", tmp_path / "wide.png")
    assert (again.canvas, again.changed) == (result.recipe.result, False)
    assert again.photograph.box == result.box


def test_two_stitched_photographs_have_the_resolution_of_the_finer(pipe, tmp_path):
    noise(300, 300).save(tmp_path / "fine.png")
    Image.new("RGB", (64, 64), (200, 30, 40)).save(tmp_path / "coarse.png")
    a, b = (open_picture(pipe, "tiny", tmp_path / f"{name}.png", "cells") for name in ("fine", "coarse"))
    result = finished(make(pipe, "tiny", edits.stitch(a, b, seam=2), SETTINGS)).image
    assert result.size == (600, 300)
    assert (np.array(result)[:, :150] == np.array(noise(300, 300))[:, :150]).all()
    assert (np.array(result)[:, 450:] == (200, 30, 40)).all()
    plain = finished(make(pipe, "tiny", edits.stitch(b, b, seam=2), SETTINGS)).image
    assert plain.size == (128, 64)


@pytest.mark.parametrize("name", ["p3.png", "adobe.png"])
def test_the_profile_of_an_extended_photograph_stays(pipe, tmp_path, name):
    with Image.open(FIXTURES / name) as file:
        profile = file.info["icc_profile"]
    noise(300, 300).save(path := tmp_path / "photo.png", icc_profile=profile)
    opened = open_picture(pipe, "tiny", path, "cells")
    image = finished(make(pipe, "tiny", edits.extend(opened, right=1), SETTINGS)).image
    assert image.info["icc_profile"] == profile
    assert (np.array(image)[:, :250] == np.array(noise(300, 300))[:, :250]).all()


def test_a_collage_has_no_more_pixels_than_may_be_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("unleash.images.photographs.MAX_ORIGINAL", 10_000)
    noise(300, 300).save(path := tmp_path / "photo.png")
    collage = Collage(
        Image.new("RGB", (64, 32)), [Placed(Photograph(path, (0, 0, 300, 300)), (0, 0, 32, 32))]
    )
    image = collage.repainted(Image.new("RGB", (64, 32)), np.zeros((32, 64), np.float32))
    assert image.size == collage.box[2:] == (141, 71)


@pytest.mark.parametrize(("crop", "grid"), [((30, 60, 240, 240), (4, 4)), ((10, 20, 320, 160), (4, 8))])
def test_a_crop_is_opened_in_its_own_shape_and_goes_back_to_its_place(pipe, tmp_path, crop, grid):
    noise().save(path := tmp_path / "photo.png")
    x, y, width, height = crop
    box = (x, y, x + width, y + height)
    opened = open_picture(pipe, "tiny", path, "cells", crop)
    assert (opened.canvas.height, opened.canvas.width) == grid
    assert (opened.shown, opened.cut) == (box, False)
    assert not changed(opened.image, to_grid(noise().crop(box), "cells", 4, 8, 64)).any()
    mask = np.zeros((300, 400), np.float32)
    mask[y + 5, x + 5] = 1  # in the first cell of the crop
    draft = edits.edit(opened, mask)
    assert np.argwhere(draft.canvas.unknown).tolist() == [[0, 0]]
    touched = changed(noise(), finished(make(pipe, "tiny", draft, SETTINGS)).image)
    assert touched[y + 5, x + 5]
    touched[y : y + height, x : x + width] = False
    assert not touched.any()
    with pytest.raises(ValueError, match="the mask is empty within the crop"):
        edits.edit(opened, np.pad(np.ones((5, 5), np.float32), ((0, 295), (395, 0))))


def test_a_picture_that_is_cut_says_so(pipe, tmp_path):
    noise().save(path := tmp_path / "photo.png")
    assert open_picture(pipe, "tiny", path).cut
    assert not open_picture(pipe, "tiny", path, "whole").cut
    assert not open_picture(pipe, "tiny", path, "shape").cut
    assert open_picture(pipe, "tiny", path, "crop", (0, 0, 200, 300)).cut


def test_a_crop_of_a_picture_that_is_reduced_when_read_is_in_its_own_pixels(pipe, tmp_path, monkeypatch):
    noise().save(path := tmp_path / "photo.png")
    monkeypatch.setattr("unleash.images.reading.MAX_RESULT", 40_000)
    opened = open_picture(pipe, "tiny", path, "crop", (101, 50, 200, 200))
    assert opened.shown == pytest.approx((101, 50, 301, 250), abs=2)


@pytest.mark.parametrize("crop", [(0, 0, 401, 10), (-1, 0, 10, 10), (0, 0, 0, 10), (390, 290, 11, 10)])
def test_a_crop_beyond_the_picture_is_refused(pipe, tmp_path, crop):
    noise().save(path := tmp_path / "photo.png")
    with pytest.raises(ValueError, match="is not a part of a picture of 400×300 pixels"):
        open_picture(pipe, "tiny", path, "crop", crop)


@pytest.mark.parametrize("fit", ["crop", "whole", "shape", "cells"])
@pytest.mark.parametrize("size", [(400, 300), (300, 401), (1000, 90), (64, 64), (32, 500)])
def test_the_part_that_a_canvas_shows_is_known(fit: Fit, size, tmp_path):
    noise(*size).save(tmp_path / "photo.png")
    given = to_grid(noise(*size), fit, 4, 8, 64)
    box = shown_box(size, fit, 4, 8, 64)
    assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(given.width / given.height, rel=0.05)
    # Put back, what the canvas shows lies where it was: edges of a gradient stay in their places.
    if fit == "whole" and max(size) > 8 * min(size):
        return  # a few pixels between wide margins, which blur into them
    ramp = Image.linear_gradient("L").resize(size).convert("RGB")
    ramp.save(tmp_path / "ramp.png")
    shown = to_grid(ramp, fit, 4, 8, 64)
    back = Photograph(tmp_path / "ramp.png", box).repainted(shown, np.ones(shown.size[::-1], np.float32))
    assert np.abs(np.array(back, int) - np.array(ramp, int)).mean() < 4


def test_a_picture_too_large_for_its_own_pixels_is_reduced(tmp_path, monkeypatch):
    monkeypatch.setattr("unleash.images.reading.MAX_ORIGINAL", 40_000)
    noise().save(tmp_path / "photo.png")
    assert read_original(tmp_path / "photo.png").size == (200, 150)


def test_a_profile_that_cannot_be_written_to_is_converted(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    noise().save(tmp_path / "photo.png", icc_profile=lab)
    image = read_original(tmp_path / "photo.png")
    assert "icc_profile" not in image.info
    assert not changed(noise(), image).any()
