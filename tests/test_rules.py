"""Which codes a cell may be given: what a person asks holds in any run."""

import json
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unleash.canvas.document import TokenCanvas, rectangle
from unleash.canvas.recipe import Recipe
from unleash.canvas.rules import Rule, RulesTooStrictError, log_bias
from unleash.sampling.orders import ORDERS, SCHEDULES
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

K = 5
BLANK = TokenCanvas.blank(3, 4, K)


def bias(canvas):
    return log_bias(canvas.rules, canvas.base.shape, K).reshape(*canvas.base.shape, K)


def run(canvas, order="halton", schedule="cosine", steps=4, seed=0, **options):
    """The canvas filled by a model that thinks anything."""
    generator = torch.Generator().manual_seed(seed)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=K)
    tokens = torch.from_numpy(canvas.codes)[None]
    scheduler.set_timesteps(steps, tokens, [generator], reveal_order=order, schedule=schedule)
    added = torch.from_numpy(log_bias(canvas.rules, canvas.base.shape, K))
    for t in scheduler.timesteps:
        logits = torch.randn(1, canvas.size, K, generator=generator) * 3 + added
        tokens = scheduler.step(logits, t, tokens, [generator], **options).prev_sample
    return canvas.filled(tokens[0].numpy())


# -- what is asked ---------------------------------------------------------------------------------


def test_a_must_rules_out_and_a_nudge_makes_less_likely():
    canvas = BLANK.allow((0, 0), [1, 2]).forbid((1, 1), 4, strength=0.75)
    assert bias(canvas)[0, 0].tolist() == [-np.inf, 0, 0, -np.inf, -np.inf]
    assert np.allclose(np.exp(bias(canvas)[1, 1]), [1, 1, 1, 1, 0.25])
    assert not bias(canvas)[2].any()


def test_rules_of_a_cell_multiply():
    canvas = BLANK.forbid((0, 0), [0, 1], 0.5).allow((0, 0), [1, 2], 0.9)
    assert np.allclose(np.exp(bias(canvas)[0, 0]), [0.05, 0.5, 1, 0.1, 0.1])


def test_the_same_codes_again_only_change_the_strength():
    twice = BLANK.forbid((0, 0), [2, 1], 0.5).forbid([(0, 0), (0, 1)], [1, 2, 2], 0.2)
    assert twice == BLANK.forbid([(0, 0), (0, 1)], [1, 2], 0.2)
    assert twice.rules[0, 0] == (Rule((1, 2), allowed=False, strength=0.2),)


def test_rules_are_a_value_whatever_the_order_they_came_in():
    one = BLANK.allow((0, 1), [1, 2]).forbid((0, 0), 3)
    other = BLANK.forbid((0, 0), 3).allow((0, 1), [2, 1])
    assert one == other
    assert hash(one) == hash(other)
    assert one != BLANK
    with pytest.raises(TypeError):
        one.rules[2, 2] = ()


def test_unrestrict_and_clear_take_rules_off():
    canvas = BLANK.allow(rectangle(0, 0, 2, 2), 3)
    assert list(canvas.unrestrict([(0, 0), (2, 3)]).rules) == [(0, 1), (1, 0), (1, 1)]
    assert canvas.unrestrict(rectangle(0, 0, 3, 4)) == canvas.clear() == BLANK


def test_kept_and_pinned_codes_stay_whatever_the_rules():
    canvas = (
        TokenCanvas.from_codes(np.zeros((3, 4), int), K).pin((0, 1), 2).forbid(rectangle(0, 0, 1, 2), [0, 2])
    )
    assert canvas.codes[0, :2].tolist() == [0, 2]
    assert run(canvas) == canvas


def test_one_allowed_code_is_what_a_pin_gives():
    cells = rectangle(0, 0, 3, 2)
    assert np.array_equal(run(BLANK.allow(cells, 3)).codes[:, :2], np.full((3, 2), 3))


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda c: c.allow((0, 0), 5), "code 5 is not in the codebook: codes are 0 to 4"),
        (lambda c: c.forbid((0, 0), [-1]), "whole numbers, 0 or more"),
        (lambda c: c.forbid((0, 0), [1.5]), "whole numbers, 0 or more"),
        (lambda c: c.allow((0, 0), []), "at least one code"),
        (lambda c: c.allow((3, 0), 1), r"cell \(3, 0\) is off the grid"),
        (lambda c: c.allow((0, 0), 1, 0), "above 0 and at most 1"),
        (lambda c: c.allow((0, 0), 1, 1.1), "above 0 and at most 1"),
        (lambda c: c.allow((0, 0), 1, float("nan")), "above 0 and at most 1"),
        (lambda c: c.allow((0, 0), 1, "much"), "a number, not 'much'"),
        (lambda c: c.forbid((0, 0), range(5)), r"rules of cell \(0, 0\) leave no code"),
        (lambda c: c.allow((0, 0), 1).allow((0, 0), 2), r"rules of cell \(0, 0\) leave no code"),
        (lambda c: c.allow((0, 0), [1]).forbid((0, 0), 1), r"rules of cell \(0, 0\) leave no code"),
    ],
)
def test_bad_rules_are_refused(ask, complaint):
    with pytest.raises(ValueError, match=complaint) as error:
        ask(BLANK)
    assert "\n" not in str(error.value)


# -- JSON ------------------------------------------------------------------------------------------


def test_json_names_each_rule_once():
    canvas = BLANK.forbid(rectangle(0, 0, 1, 3), [4, 0], 0.5)
    assert canvas.to_dict()["rules"] == [
        {"cells": [[0, 0], [0, 1], [0, 2]], "codes": [0, 4], "allowed": False, "strength": 0.5}
    ]
    assert "rules" not in BLANK.to_dict()


@pytest.mark.parametrize(
    "rules",
    [
        None,
        "all",
        [1],
        [{"cells": [[0, 0]], "codes": [1], "allowed": True}],
        [{"cells": [[0, 0]], "codes": [1], "allowed": 1, "strength": 1}],
        [{"cells": [[0, 0]], "codes": 1, "allowed": True, "strength": 1}],
        [{"cells": [[0, 0]], "codes": [True], "allowed": True, "strength": 1}],
        [{"cells": [[0, 0]], "codes": [10**30], "allowed": True, "strength": 1}],
        [{"cells": [0, 0], "codes": [1], "allowed": True, "strength": 1}],
        [{"cells": [[0, 9]], "codes": [1], "allowed": True, "strength": 1}],
        [{"cells": [["0", 0]], "codes": [1], "allowed": True, "strength": 1}],
        [{"cells": [[0, 0]], "codes": [1], "allowed": True, "strength": None}],
    ],
)
def test_bad_json_is_refused(rules):
    with pytest.raises(ValueError, match=r"rule|cell") as error:
        TokenCanvas.from_dict(BLANK.to_dict() | {"rules": rules})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("version", [1, 2])
def test_a_recipe_keeps_the_rules_and_those_of_older_versions_are_read(version):
    canvas = BLANK.allow((0, 0), [1, 2], 0.5)
    recipe = Recipe(model="m", canvas=canvas)
    assert Recipe.from_json(recipe.to_json()).canvas == canvas
    old = {"version": version, "model": "m", "canvas": BLANK.to_dict()}
    assert Recipe.from_json(json.dumps(old)) == Recipe.from_dict(old)
    # They do not say whether pixels of an opened picture were kept.
    assert Recipe.from_dict(old) == Recipe(model="m", canvas=BLANK, kept_pixels=None)


# -- any rules, then any run -----------------------------------------------------------------------


@st.composite
def ruled(draw):
    """A canvas with any layers and any rules that can be obeyed."""
    cell = st.tuples(st.integers(0, 2), st.integers(0, 3))
    cells, codes = st.lists(cell, max_size=6), st.sets(st.integers(0, K - 1), min_size=1)
    grid = st.lists(st.lists(st.integers(0, K), min_size=4, max_size=4), min_size=3, max_size=3)
    operations = st.one_of(
        st.tuples(st.sampled_from(["mask", "keep", "unrestrict"]), cells),
        st.tuples(st.just("pin"), cells, st.integers(0, K - 1)),
        st.tuples(st.sampled_from(["allow", "forbid"]), cells, codes, st.sampled_from([0.1, 0.99, 1.0, 1.0])),
    )
    canvas = TokenCanvas.from_codes(draw(grid), K)
    for name, *arguments in draw(st.lists(operations, max_size=8)):
        with suppress(RulesTooStrictError):
            canvas = getattr(canvas, name)(*arguments)
    return canvas


@settings(deadline=None)
@given(
    ruled(),
    st.sampled_from(list(ORDERS)),
    st.sampled_from(list(SCHEDULES)),
    st.integers(1, 12),
    st.sampled_from([0.0, 1.0, 20.0]),
    st.none() | st.integers(1, K),
    st.sampled_from([None, 0.01, 0.9]),
    st.integers(0, 2**20),
)
def test_a_run_obeys_musts_and_leaves_pins_kept_cells_and_rules(
    canvas, order, schedule, steps, temperature, top_k, top_p, seed
):
    after = run(canvas, order, schedule, steps, seed, temperature=temperature, top_k=top_k, top_p=top_p)
    codes, against = after.codes, np.isneginf(bias(canvas))
    for row, col in np.argwhere(canvas.unknown):
        assert not against[row, col, codes[row, col]]
    assert np.array_equal(codes[~canvas.unknown], canvas.codes[~canvas.unknown])
    assert (after.pins, after.rules) == (canvas.pins, canvas.rules)


@given(ruled())
def test_any_canvas_with_rules_survives_json(canvas):
    again = TokenCanvas.from_dict(json.loads(json.dumps(canvas.to_dict())))
    assert again == canvas
    assert hash(again) == hash(canvas)
