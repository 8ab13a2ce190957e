"""Variations, choices, borders, larger canvases and stitching: canvas operations without a model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleash import TokenCanvas, blend_canvases, borders, dithered, patches, stitched, vary

K = 9
A = TokenCanvas.from_codes(np.arange(20).reshape(4, 5) % 8, K).pin((1, 1), 8).allow((0, 4), [1, 2])
B = TokenCanvas.from_codes(np.full((4, 5), 8), K).mask([(3, 3), (0, 0)]).pin((2, 2), 0)

choices = st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=4, max_size=4).map(np.array)


# -- vary ------------------------------------------------------------------------------------------


@given(st.floats(0, 1), st.integers(0, 2**32))
def test_a_variation_masks_its_share_of_the_kept_cells_and_no_pin(strength, seed):
    varied = vary(A, strength, seed)
    assert varied.unknown.sum() == round(strength * 19)
    assert varied.pins == A.pins
    assert varied == vary(A, strength, seed)
    assert varied.keep(np.ones((4, 5), bool)) == A


def test_a_stronger_variation_masks_the_cells_of_a_weaker_one_too():
    weak, strong = vary(A, 0.3, 5).unknown, vary(A, 0.6, 5).unknown
    assert (weak <= strong).all()
    assert not np.array_equal(weak, vary(A, 0.3, 6).unknown)
    assert (vary(A, 1).unknown == A.kept).all()
    assert vary(A, 0) == A


# -- choice ----------------------------------------------------------------------------------------


@given(choices)
def test_a_blend_takes_every_layer_of_each_cell_from_the_one_chosen_but_changes_no_pin(choice):
    blended = blend_canvases(A, B, choice)
    for row, col in np.ndindex(4, 5):
        source = B if choice[row, col] and (row, col) not in A.pins else A
        for layer in ("codes", "base", "unknown", "pinned_codes"):
            assert getattr(blended, layer)[row, col] == getattr(source, layer)[row, col]
        assert blended.rules.get((row, col)) == source.rules.get((row, col))
    assert blended.pins.items() >= A.pins.items()


@given(choices, st.integers(1, 3))
def test_borders_are_the_cells_near_one_chosen_otherwise(choice, width):
    expected = np.zeros_like(choice)
    for row, col in np.ndindex(4, 5):
        near = choice[max(row - width, 0) : row + width + 1, max(col - width, 0) : col + width + 1]
        expected[row, col] = near.any() and not near.all()
    assert np.array_equal(borders(choice, width), expected)


def test_a_soft_map_is_dithered_by_a_seed():
    soft = np.tile(np.linspace(0, 1, 50), (50, 1))
    choice = dithered(soft, seed=1)
    assert not choice[:, 0].any()
    assert choice[:, -1].all()
    assert abs(choice.mean() - 0.5) < 0.05
    assert np.array_equal(choice, dithered(soft, seed=1))
    assert not np.array_equal(choice, dithered(soft, seed=2))


@given(st.tuples(st.integers(1, 20), st.integers(1, 20)), st.floats(0, 1), st.integers(0, 2**32))
def test_patches_are_as_many_cells_as_their_share_and_grow_with_it(shape, share, seed):
    choice = patches(shape, share, seed)
    assert choice.shape == shape
    assert choice.sum() == round(share * choice.size)
    assert (choice <= patches(shape, (1 + share) / 2, seed)).all()
    assert np.array_equal(choice, patches(shape, share, seed))


def test_patches_are_large_and_lie_elsewhere_for_another_seed():
    choice = patches((16, 16), 0.5, 1)
    assert borders(choice).sum() < 0.6 * borders(dithered(np.full((16, 16), 0.5), 1)).sum()
    assert not np.array_equal(choice, patches((16, 16), 0.5, 2))


# -- extended and stitched -------------------------------------------------------------------------


def test_an_extended_canvas_is_the_same_amid_the_unknown():
    grown = A.mask((3, 0)).extended(left=2, right=1, top=3)
    assert grown.base.shape == (7, 8)
    assert np.array_equal(grown.codes[3:, 2:7], A.mask((3, 0)).codes)
    assert grown.unknown.sum() == 7 * 8 - 19
    assert grown.pins == {(4, 3): 8}
    assert list(grown.rules) == [(3, 6)]
    assert A.extended() == A
    assert grown.masked.sum() == 7 * 8 - 19


def test_stitched_side_by_side():
    whole = stitched(A, B, "horizontal", seam=3)
    assert whole.base.shape == (4, 10)
    assert np.argwhere(whole.masked.all(axis=0)).ravel().tolist() == [4, 5, 6]
    assert np.array_equal(whole.base, np.hstack([A.base, B.base]))
    assert whole.pins == {(1, 1): 8, (2, 7): 0}
    assert list(stitched(B, A).rules) == [(0, 9)]


def test_stitched_one_above_the_other_leaves_pins_in_the_seam():
    whole = stitched(A, B, "vertical", seam=6)
    assert whole.base.shape == (8, 5)
    assert whole.masked[1:7].all()
    assert whole.pins == {(1, 1): 8, (6, 2): 0}
    assert whole.kept[0].all()
    assert list(stitched(B, A, "vertical").rules) == [(4, 4)]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: vary(A, 1.5), "from 0 to 1, not 1.5"),
        (lambda: vary(A, float("nan")), "from 0 to 1, not nan"),
        (lambda: vary(A, 0.5, -1), "the seed must be 0 or more, not -1"),
        (
            lambda: blend_canvases(A, TokenCanvas.blank(4, 5, 3), np.ones((4, 5), bool)),
            "one size and codebook",
        ),
        (lambda: blend_canvases(A, B, np.ones((4, 4), bool)), r"\(4, 4\), the canvases are \(4, 5\)"),
        (lambda: blend_canvases(A, B, np.ones((4, 5))), "boolean"),
        (lambda: dithered([[2.0]]), "from 0 to 1"),
        (lambda: patches((4, 5), 2.0), "from 0 to 1"),
        (lambda: borders(np.ones((4, 5), bool), 0), "at least 1 cell wide"),
        (lambda: A.extended(left=-1), "left must be 0 or more cells, not -1"),
        (lambda: A.extended(top=1.5), "top must be a whole number"),
        (lambda: stitched(A, TokenCanvas.blank(3, 5, K)), "not 4 and 3 cells"),
        (lambda: stitched(A, TokenCanvas.blank(4, 4, K), "vertical"), "not 5 and 4 cells"),
        (lambda: stitched(A, TokenCanvas.blank(4, 5, 3)), "the codebooks must be the same"),
        (lambda: stitched(A, B, "diagonal"), "horizontal or vertical"),
        (lambda: stitched(A, B, seam=12), "does not fit"),
        (lambda: stitched(A, B, seam=-2), "does not fit"),
    ],
)
def test_bad_values_are_named(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
