"""Masks of pixels, and pictures laid over one another under them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from unleash.images.compositing import blend, feathered, fitted, of_cells, touched_cells
from unleash.images.fitting import to_cells
from unleash.images.masks import read_mask

NOISE = np.random.default_rng(0).integers(0, 256, (2, 24, 32, 3), dtype=np.uint8)
ORIGINAL, MADE = (Image.fromarray(pixels) for pixels in NOISE)


def spot(rows, cols, shape=(24, 32), value=1.0):
    mask = np.zeros(shape, np.float32)
    mask[rows, cols] = value
    return mask


def test_a_single_pixel_touches_its_cell_and_a_faint_one_does_not():
    assert np.argwhere(touched_cells(spot(8, 31), (3, 4))).tolist() == [[1, 3]]
    assert not touched_cells(spot(8, 31, value=0.5), (3, 4)).any()


def test_masks_are_cut_as_pictures_are():
    wide = spot(slice(None), slice(16, 24), (32, 64))
    assert touched_cells(wide, (4, 4))[:, 0].all()
    assert fitted(wide, (8, 8))[:, :2].min() == 1
    assert not fitted(wide, (8, 8))[:, 2:].any()


def test_cells_as_a_mask_touch_themselves():
    cells = np.random.default_rng(1).random((3, 4)) < 0.5
    assert of_cells(cells, 8).shape == (24, 32)
    assert np.array_equal(touched_cells(of_cells(cells, 8), (3, 4)), cells)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 31)), min_size=1, max_size=4), st.integers(0, 9))
def test_outside_the_feather_every_pixel_is_the_originals(pixels, feather):
    mask = np.zeros((24, 32), np.float32)
    near = np.zeros((24, 32), bool)
    for row, col in pixels:
        mask[row, col] = 1
        rows, cols = np.indices(mask.shape)
        near |= np.maximum(abs(rows - row), abs(cols - col)) <= feather
    blended = np.array(blend(ORIGINAL, MADE, mask, feather))
    assert np.array_equal(blended[~near], NOISE[0][~near])
    assert np.array_equal(blended[mask == 1], NOISE[1][mask == 1])


def test_a_feather_falls_from_one_to_nothing():
    row = feathered(spot(slice(None), slice(0, 10)), 8)[12]
    assert (row[:10] == 1).all()
    assert (np.diff(row) <= 0).all()
    assert ((row > 0) & (row < 1)).sum() >= 7
    assert not row[18:].any()
    assert np.array_equal(feathered(spot(3, 3), 0), spot(3, 3))


def test_a_soft_mask_mixes():
    half = np.full((24, 32), 0.5)
    assert np.abs(np.array(blend(ORIGINAL, MADE, half)) - NOISE.mean(axis=0)).max() <= 0.5


def test_the_greys_of_a_mask_are_shares(tmp_path):
    greys = np.random.default_rng(2).integers(0, 256, (24, 32), np.uint8)
    Image.fromarray(greys).save(tmp_path / "mask.png")
    assert np.allclose(read_mask(tmp_path / "mask.png", (32, 24)), greys / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((256, 256), (256, 256)),
        ((300, 300), (256, 256)),
        ((512, 256), (512, 256)),
        ((320, 200), (400, 256)),
        ((100, 3000), (256, 1024)),  # cut to the longest there is
    ],
)
def test_a_picture_is_scaled_and_cut_to_whole_cells(size, expected):
    assert to_cells(Image.new("RGB", size), 256, 16, 64).size == expected


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: blend(ORIGINAL, MADE, np.zeros((32, 24))), "32×24 pixels|32×24, 32×24"),
        (lambda: blend(ORIGINAL, MADE, np.full((24, 32), 2.0)), "from 0 to 1"),
        (lambda: blend(ORIGINAL, MADE, np.zeros((24, 32)), -1), "at least 0 pixels, not -1"),
        (lambda: touched_cells([1.0], (1, 1)), r"a mask must be \(H, W\)"),
        (lambda: touched_cells([[np.nan]], (1, 1)), "from 0 to 1"),
    ],
)
def test_bad_masks_are_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
