import copy
import json
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unleash.canvas.document import TokenCanvas, rectangle
from unleash.sampling.orders import ORDERS, SCHEDULES
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

K = 7
CODES = np.arange(12).reshape(3, 4) % K


@pytest.fixture
def canvas():
    """Codes 0 1 2 3 / 4 5 6 0 / 1 2 3 4, all kept."""
    return TokenCanvas.from_codes(CODES, K)


def cells_of(where):
    return [tuple(cell) for cell in np.argwhere(where).tolist()]


# -- what an operation does ------------------------------------------------------------------------


def test_of_a_blank_canvas_nothing_is_known():
    blank = TokenCanvas.blank(16, 24)
    assert (blank.height, blank.width, blank.size) == (16, 24, 384)
    assert blank.codebook_size == blank.mask_token == 1024
    assert (blank.codes == 1024).all()
    assert blank.unknown.all()
    assert blank.pins == {}


def test_mask_hides_and_keep_shows_again(canvas):
    masked = canvas.mask([(0, 0), (1, 2)])
    assert cells_of(masked.unknown) == [(0, 0), (1, 2)]
    assert masked.codes[0, 0] == K
    assert masked.kept.sum() == 10
    kept = masked.keep((1, 2))
    assert cells_of(kept.unknown) == [(0, 0)]
    assert kept.codes[1, 2] == 6
    assert masked.keep(np.ones((3, 4), bool)) == canvas


def test_keep_cannot_show_what_was_never_known():
    blank = TokenCanvas.blank(2, 2, K)
    assert blank.mask((0, 0)).keep((0, 0)) == blank
    assert blank.keep((0, 0)).unknown.all()


def test_a_pin_lies_over_code_and_mask(canvas):
    pinned = canvas.mask((0, 1)).pin([(0, 0), (0, 1)], 5)
    assert pinned.codes[0, :3].tolist() == [5, 5, 2]
    assert pinned.pins == {(0, 0): 5, (0, 1): 5}
    assert not pinned.unknown.any()
    assert not pinned.kept[0, 0]
    unpinned = pinned.unpin([(0, 0), (0, 1), (2, 2)])
    assert unpinned == canvas.mask((0, 1))


def test_a_pin_yields_only_to_unpin_pin_and_clear(canvas):
    pinned = canvas.pin((1, 1), 3)
    everywhere = np.ones((3, 4), bool)
    for edited in (
        pinned.mask(everywhere),
        pinned.mask(everywhere).keep(everywhere),
        pinned.invert(),
        pinned.fill(everywhere, 6),
        pinned.mask(everywhere).filled(np.where(pinned.pinned, 3, 0)),
    ):
        assert edited.pins == {(1, 1): 3}
        assert edited.codes[1, 1] == 3
    assert pinned.pin((1, 1), 4).pins == {(1, 1): 4}
    assert pinned.unpin((1, 1)) == canvas
    assert pinned.clear() == TokenCanvas.blank(3, 4, K)


def test_fill_writes_codes_as_if_the_model_had(canvas):
    filled = canvas.mask(rectangle(0, 0, 3, 4)).pin((0, 0), 6).fill([(0, 0), (0, 1)], 2)
    assert filled.codes[0].tolist() == [6, 2, K, K]
    assert filled.pins == {(0, 0): 6}
    assert filled.kept.sum() == 1
    assert filled.unpin((0, 0)).codes[0, 0] == 2


def test_fill_takes_a_grid_of_codes(canvas):
    codes = np.full((3, 4), K)
    codes[2] = [6, 5, 4, 3]
    assert canvas.fill(codes != K, codes).codes[2].tolist() == [6, 5, 4, 3]
    assert canvas.fill([(2, 1)], codes.tolist()).codes[2].tolist() == [1, 5, 3, 4]
    with pytest.raises(ValueError, match=r"cell \(0, 3\) cannot be filled with the mask token"):
        canvas.fill([(0, 3), (2, 0)], codes)


def test_invert_swaps_masked_and_kept(canvas):
    inverted = canvas.mask(rectangle(0, 0, 2, 2)).pin((0, 0), 1).invert()
    assert cells_of(inverted.kept) == [(0, 1), (1, 0), (1, 1)]
    assert inverted.pins == {(0, 0): 1}
    assert inverted.unknown.sum() == 8


def test_filled_is_the_canvas_after_a_run(canvas):
    start = canvas.mask(rectangle(0, 0, 1, 4)).pin((0, 3), 6)
    codes = start.codes
    codes[0, :3] = 5
    after = start.filled(codes)
    assert after.codes[0].tolist() == [5, 5, 5, 6]
    assert after.pins == {(0, 3): 6}
    assert not after.masked.any()
    assert after.unpin((0, 3)).codes[0, 3] == 3
    assert start.codes[0].tolist() == [K, K, K, 6]


def test_partly_filled_is_the_canvas_amid_a_run(canvas):
    start = canvas.mask(rectangle(0, 0, 1, 4))
    codes = start.codes
    codes[0, 1] = 5
    with pytest.raises(ValueError, match=r"cell \(0, 0\) was not filled"):
        start.filled(codes)
    amid = start.filled(codes, partial=True)
    assert np.array_equal(amid.codes, codes)
    # What is not yet filled is still masked over what was beneath.
    assert amid.keep((0, 0)).codes[0].tolist() == [0, 5, K, K]
    codes[0] = [4, 5, 4, 4]
    assert amid.filled(codes) == start.filled(codes)


def test_filled_refuses_to_change_what_is_kept_or_pinned(canvas):
    start = canvas.mask((0, 0)).pin((1, 1), 2)
    codes = start.codes
    codes[0, 0] = 1
    for cell, how in (((1, 1), "pinned at code 2"), ((2, 2), "kept at code 3")):
        wrong = codes.copy()
        wrong[cell] = 0
        with pytest.raises(ValueError, match=f"is {how} and cannot become 0"):
            start.filled(wrong)
        wrong[cell] = K
        with pytest.raises(ValueError, match=how):
            start.filled(wrong, partial=True)


def test_the_forms_of_cells_mean_the_same(canvas):
    where = np.zeros((3, 4), bool)
    where[1, 1:3] = True
    expected = canvas.mask(where)
    assert cells_of(expected.masked) == [(1, 1), (1, 2)]
    pairs = [(1, 1), (1, 2)]
    for cells in (
        pairs,
        pairs + pairs,
        set(pairs),
        iter(pairs),
        dict.fromkeys(pairs),
        np.array(pairs),
        where.tolist(),
        rectangle(1, 1, 2, 3),
    ):
        assert canvas.mask(cells) == expected
    assert canvas.mask((1, 1)).mask(np.array([1, 2])) == expected
    assert canvas.mask([]) == canvas.mask(np.zeros((3, 4), bool)) == canvas


# -- a value ---------------------------------------------------------------------------------------


def test_equality_and_hash_are_by_content(canvas):
    same = TokenCanvas.from_codes(CODES.astype(np.uint8).tolist(), K)
    assert same == canvas
    assert hash(same) == hash(canvas)
    others = (
        canvas.mask((0, 0)),
        canvas.pin((0, 0), 0),
        canvas.fill((0, 0), 1),
        TokenCanvas.from_codes(CODES, K + 1),
    )
    assert len({canvas, same, *others}) == 5
    assert canvas != TokenCanvas.from_codes(CODES.reshape(4, 3), K)
    assert canvas != "canvas"


@pytest.mark.parametrize(
    "copied", [lambda c: c, copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_nothing_can_be_written_into_a_canvas(canvas, copied):
    canvas = copied(canvas)
    assert canvas == TokenCanvas.from_codes(CODES, K)
    for layer in (canvas.base, canvas.masked, canvas.pinned_codes):
        with pytest.raises(ValueError, match="read-only"):
            layer[0, 0] = 1
    with pytest.raises(AttributeError):
        canvas.base = CODES


def test_a_canvas_keeps_nothing_of_what_it_was_made_from():
    codes = CODES.copy()
    canvas = TokenCanvas.from_codes(codes, K)
    codes[:] = 0
    canvas.codes[:] = 0
    canvas.pins[0, 0] = 1
    assert canvas == TokenCanvas.from_codes(CODES, K)
    assert canvas.codes.dtype == np.int64


def test_the_repr_counts(canvas):
    canvas = canvas.mask([(0, 0), (0, 1)]).pin((0, 0), 1)
    assert repr(canvas) == "TokenCanvas(3×4, codebook_size=7: 1 unknown, 10 kept, 1 pinned)"


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: c.pin((0, 0), 7), "code 7 is not in the codebook: codes are 0 to 6"),
        (lambda c: c.pin((0, 0), -1), "code -1 is not in the codebook"),
        (lambda c: c.pin((0, 0), 1.0), "a code must be a whole number, not 1.0"),
        (lambda c: c.pin((0, 0), True), "a code must be a whole number, not True"),
        (lambda c: c.pin((3, 0), 1), r"cell \(3, 0\) is off the grid of 3×4 cells, counted from 0"),
        (lambda c: c.mask([(0, 0), (0, 4)]), r"cell \(0, 4\) is off the grid"),
        (lambda c: c.keep((-1, 0)), r"cell \(-1, 0\) is off the grid"),
        (lambda c: c.mask(3), "cells must be .* not 3"),
        (lambda c: c.mask([(0, 0), (1,)]), "rows of equal length"),
        (lambda c: c.mask([(0, 0, 0)]), "cells must be "),
        (lambda c: c.mask([(0.5, 0)]), "cells must be "),
        (lambda c: c.mask("ab"), "cells must be "),
        (lambda c: c.mask((True, False)), "cells must be "),
        (lambda c: c.mask(np.ones((4, 3), bool)), "the boolean array is 4×3, the canvas 3×4"),
        (lambda c: c.fill((0, 0), 7), "code 7 is not in the codebook"),
        (lambda c: c.fill((0, 0), [1, 2]), "grid of whole numbers, not 2 of int64"),
        (lambda c: c.fill((0, 0), [[1, 2], [3]]), "the codes must have rows of equal length"),
        (lambda c: c.filled([[1, 2]]), "the codes are 1×2, the canvas 3×4"),
        (lambda c: c.filled(CODES + 1.0), "whole numbers, not 3×4 of float64"),
        (
            lambda c: c.filled(CODES + 5),
            r"the codes must be 0 to 6, or the mask token 7, not 8 at cell \(0, 3\)",
        ),
        (lambda _: TokenCanvas.blank(0, 4), "a canvas must have 1×1 to 64×64 cells, not 0×4"),
        (lambda _: TokenCanvas.blank(4, 4, 0), "a codebook must have 1 to .* codes, not 0"),
        (lambda _: TokenCanvas.blank(4, 4.5), "the width must be a whole number, not 4.5"),
        (lambda _: TokenCanvas.from_codes([1, 2], K), "not 2 of int64"),
        (lambda _: TokenCanvas.from_codes([[]], K), r"must be a \(height, width\) grid"),
        (lambda _: TokenCanvas.from_codes([[-1]], K), r"not -1 at cell \(0, 0\)"),
        (lambda _: TokenCanvas(CODES, CODES, CODES, K), "the mask must be a boolean grid"),
        (lambda c: TokenCanvas(CODES, c.masked.T, c.pinned_codes, K), "the mask is 4×3, the base layer 3×4"),
        (lambda _: rectangle(2, 2, 2, 4), "is empty; expected"),
    ],
)
def test_errors_say_what_was_wrong(canvas, make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make(canvas)
    assert "\n" not in str(caught.value)


# -- JSON ------------------------------------------------------------------------------------------

GOOD = {
    "codebook_size": 7,
    "base": [[1, 7], [2, 3]],
    "masked": [[True, True], [False, False]],
    "pins": [[1, 0, 6]],
}


def test_json_holds_all_three_layers():
    canvas = TokenCanvas.from_codes([[1, 7], [2, 3]], 7).mask((0, 0)).pin((1, 0), 6)
    assert canvas.to_dict() == GOOD
    assert TokenCanvas.from_dict(json.loads(json.dumps(GOOD))) == canvas


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base": [[1, 8], [2, 3]]}, r"base layer must be .* not 8 at cell \(0, 1\)"),
        ({"base": [[1, 2], [3]]}, "rows of equal length"),
        ({"base": [["1", "2"]]}, "whole numbers"),
        ({"base": None}, "whole numbers"),
        ({"base": [[10**30]]}, "whole numbers"),
        ({"base": {"0": [1]}}, "whole numbers"),
        ({"masked": [[True, False]]}, "the mask is 1×2, the base layer 2×2"),
        ({"masked": [[0, 1], [0, 1]]}, "the mask must be a boolean grid"),
        ({"pins": [[2, 0, 1]]}, r"cell \(2, 0\) is off the grid"),
        ({"pins": [[0, 0, 7]]}, "code 7 is not in the codebook"),
        ({"pins": [[0, 0]]}, r"a list of \[row, col, code\]"),
        ({"pins": [[0, 0, 1.5]]}, r"a list of \[row, col, code\]"),
        ({"pins": {"0": 1}}, r"a list of \[row, col, code\]"),
        ({"pins": None}, r"a list of \[row, col, code\]"),
        ({"codebook_size": "7"}, "the codebook size must be a whole number, not '7'"),
        ({"codebook_size": 10**30}, "a codebook must have 1 to 65,536 codes, not 10"),
        ({"codebook_size": 2**16 + 1}, "a codebook must have 1 to 65,536 codes, not 65537"),
        ({"codebook_size": True}, "the codebook size must be a whole number, not True"),
        ({"base": [[1, True], [2, 3]]}, "the base layer must be a grid of whole numbers, but contains True"),
        ({"base": [[1, 7]] * 65}, "a canvas must have 1×1 to 64×64 cells, not 65×2"),
        ({"pins": [[1, 0, 6], [1, 0, 5]]}, "a cell is pinned twice"),
        ({"pins": [[1, 0, 6]] * 5}, "there are 5 pins on 4 cells"),
        ({"pins": [[1, 0, 10**30]]}, r"a list of \[row, col, code\]"),
        ({"codebook_size": 10**12}, "a codebook must have 1 to"),
        ({"colour": "red"}, "the canvas has an unknown field 'colour'; expected"),
    ],
)
def test_a_bad_canvas_is_refused(change, message):
    with pytest.raises(ValueError, match=message) as caught:
        TokenCanvas.from_dict({**GOOD, **change})
    assert "\n" not in str(caught.value)


def test_what_is_no_canvas_is_refused():
    with pytest.raises(ValueError, match="a canvas must be an object with"):
        TokenCanvas.from_dict([1])
    with pytest.raises(ValueError, match="the canvas lacks masked, pins"):
        TokenCanvas.from_dict({"codebook_size": 7, "base": [[1]]})


# -- any sequence of operations, then any run ------------------------------------------------------


@st.composite
def edited(draw):
    """A canvas that a person edited, by any operations in any order."""
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cell = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))
    rows = st.lists(st.booleans(), min_size=width, max_size=width)
    cells = st.one_of(
        cell,
        st.lists(cell),
        st.lists(rows, min_size=height, max_size=height).map(np.array),
        st.tuples(cell, cell).map(
            lambda pair: rectangle(*np.min(pair, axis=0).tolist(), *(np.max(pair, axis=0) + 1).tolist())
        ),
    )
    code = st.integers(0, K - 1)
    grid = st.lists(st.lists(code, min_size=width, max_size=width), min_size=height, max_size=height)
    operations = st.one_of(
        st.tuples(st.sampled_from(["mask", "keep", "unpin"]), cells),
        st.tuples(st.sampled_from(["pin", "fill"]), cells, code),
        st.tuples(st.just("fill"), cells, grid),
        st.sampled_from([("invert",), ("clear",)]),
    )
    blank = st.just(TokenCanvas.blank(height, width, K))
    canvas = draw(blank | grid.map(lambda codes: TokenCanvas.from_codes(codes, K)))
    for name, *arguments in draw(st.lists(operations, max_size=12)):
        before = canvas
        canvas = getattr(canvas, name)(*arguments)
        if name not in ("pin", "unpin", "clear"):
            assert canvas.pins == before.pins
    return canvas


@given(edited())
def test_any_canvas_is_consistent_and_survives_json(canvas):
    assert np.array_equal(canvas.unknown | canvas.kept | canvas.pinned, np.ones(canvas.base.shape, bool))
    assert canvas.unknown.sum() + canvas.kept.sum() + canvas.pinned.sum() == canvas.size
    assert all(canvas.codes[cell] == code for cell, code in canvas.pins.items())
    assert canvas.invert().invert() == canvas
    again = TokenCanvas.from_dict(json.loads(json.dumps(canvas.to_dict())))
    assert again == canvas
    assert hash(again) == hash(canvas)


@settings(deadline=None)
@given(
    edited(),
    st.sampled_from(list(ORDERS)),
    st.sampled_from(list(SCHEDULES)),
    st.integers(1, 40),
    st.sampled_from([0.0, 1.0]),
    st.floats(0, 0.5),
    st.integers(0, 2**20),
)
def test_a_run_leaves_pins_and_kept_cells_as_they_were(
    canvas, order, schedule, steps, temperature, correction, seed
):
    generator = torch.Generator().manual_seed(seed)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    tokens = torch.from_numpy(canvas.codes)[None]
    scheduler.set_timesteps(
        steps, tokens, [generator], reveal_order=order, schedule=schedule, correction=correction
    )
    for t in scheduler.timesteps:
        logits = torch.randn(1, canvas.size, K, generator=generator) * 3
        tokens = scheduler.step(logits, t, tokens, [generator], temperature=temperature).prev_sample
        amid = canvas.filled(tokens[0].numpy(), partial=True)
        assert np.array_equal(amid.codes, tokens[0].numpy().reshape(amid.codes.shape))
    after = canvas.filled(tokens[0].numpy())
    assert not after.unknown.any()
    assert after.pins == canvas.pins
    assert np.array_equal(after.codes[~canvas.unknown], canvas.codes[~canvas.unknown])
    assert np.array_equal(after.base[~canvas.unknown], canvas.base[~canvas.unknown])
