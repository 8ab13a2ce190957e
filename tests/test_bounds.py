"""What a small file or a single number may cost."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from unleash.canvas.bounds import MAX_RULES, MAX_SEED, MAX_TEXT
from unleash.canvas.document import TokenCanvas, rectangle
from unleash.canvas.messages import quoted, shortened
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Settings
from unleash.sampling.work import finished
from unleash.studio.server import controls
from unleash.studio.server.components.canvas import Canvas
from unleash.studio.server.endpoints.looking import Looking
from unleash.studio.server.handlers import Handlers

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_no_canvas_or_recipe_takes_much_memory_or_time_to_read():
    command = [sys.executable, ROOT / "tests" / "hostile" / "recipes.py"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    costs = json.loads(done.stdout)
    assert len(costs) > 280
    for name, cost in costs.items():
        assert "died" not in cost, name
        assert cost["size"] <= MAX_TEXT, name
        assert cost["megabytes"] < 50, (name, cost)
        assert cost["seconds"] < 5, (name, cost)
        if name.startswith("sound"):
            assert cost["said"] is None, (name, cost)
        elif not name.startswith("broken"):
            assert cost["said"], name
        if cost["said"] is not None:
            assert 0 < len(cost["said"]) < 300, (name, cost)
            assert cost["said"].isprintable(), (name, cost)


def test_a_canvas_grows_to_its_bound_and_no_further():
    canvas = TokenCanvas.blank(4, 4, 16)
    assert canvas.extended(left=60, bottom=60).codes.shape == (64, 64)
    for more in (61, 2**31, 2**62, 10**30):
        with pytest.raises(ValueError, match=r"a canvas must have 1×1 to 64×64 cells, not 4×\d+"):
            canvas.extended(left=more)
    with pytest.raises(ValueError, match=r"a canvas must have .* not 100000×100000"):
        TokenCanvas.blank(10**5, 10**5)


def test_a_canvas_has_a_bounded_number_of_different_rules():
    canvas = TokenCanvas.blank(64, 64, 4096)
    cells = rectangle(0, 0, 64, 64)
    asked = {cell: (rule,) for cell, rule in zip(cells, _rules(MAX_RULES + 1), strict=False)}
    with pytest.raises(ValueError, match="at most 1,024 different rules, not 1,025; remove some"):
        TokenCanvas(canvas.base, canvas.masked, canvas.pinned_codes, 4096, asked)
    asked.popitem()
    ruled = TokenCanvas(canvas.base, canvas.masked, canvas.pinned_codes, 4096, asked)
    assert ruled.forbid(cells, _codes(MAX_RULES - 1)).rules[63, 63] == asked[15, 63]


def _codes(i):
    return [i, 4095 - i]


def _rules(count):
    canvas = TokenCanvas.blank(1, 1, 4096)
    return [canvas.forbid((0, 0), _codes(i)).rules[0, 0][0] for i in range(count)]


def test_seeds_count_up_and_begin_again_after_the_last():
    last = Settings(seed=MAX_SEED)
    assert [last.numbered(i).seed for i in range(3)] == [MAX_SEED, 0, 1]
    canvas = TokenCanvas.blank(1, 1, 16)
    recipe = Recipe(model="m", canvas=canvas, settings=last.numbered(1))
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_every_picture_of_the_last_seeds_can_be_made_again(pipe):
    one, other = pipe(num_inference_steps=2, seed=MAX_SEED, num_images=2).canvases
    assert one == pipe(num_inference_steps=2, seed=MAX_SEED).canvases[0]
    assert other == pipe(num_inference_steps=2, seed=0).canvases[0]


def test_an_exact_inspection_is_asked_for_by_any_larger_spacing(pipe):
    canvas = pipe(num_inference_steps=2).canvases[0]
    exact = pipe.inspect(canvas, spacing=4)
    assert np.array_equal(pipe.inspect(canvas, spacing=10**9).log_probs, exact.log_probs)


@pytest.mark.parametrize("temperature", [1e-3, 100])
@pytest.mark.parametrize("guidance_scale", [0, 100])
def test_the_ends_of_every_range_give_a_picture(pipe, temperature, guidance_scale):
    asked = {"temperature": temperature, "guidance_scale": guidance_scale, "label": "day", "top_k": 2**16}
    codes = pipe(num_inference_steps=4, top_p=1e-300, **asked).canvases[0].codes
    assert (codes < 16).all()


@pytest.mark.parametrize("asked", [0, -1, 9, float("nan"), float("inf"), None, "2", [1]])
def test_the_page_asks_for_a_few_pictures(asked):
    with pytest.raises(ValueError, match="a run must make 1 to 8 pictures, not "):
        controls.pictures(asked)


def test_only_pictures_of_the_models_codes_are_drawn(pipe):
    with pytest.raises(ValueError, match=r"4×4 cells and 17 codes; this model .* with 16 codes"):
        pipe.render(TokenCanvas.from_codes(np.zeros((4, 4), int), 17))


def test_a_canvas_of_another_model_is_not_decoded(pipe, monkeypatch):
    handlers = Handlers({"tiny": "tiny"})
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    text = json.dumps(TokenCanvas.blank(4, 4, 65536).to_dict())
    for look in (
        Looking(handlers).decode,
        lambda canvas: finished(Looking(handlers).inspect(canvas)),
        lambda canvas: Looking(handlers).inspect_cell(canvas, 0, 0),
    ):
        with pytest.raises(ValueError, match=r"65536 codes; this model .* with 16 codes"):
            look(text)


def test_a_bad_recipe_from_the_page_is_refused_in_a_line():
    page = Canvas({})
    good = TokenCanvas.blank(2, 2, 16).to_dict()
    for made in ([1], 1, {"version": 3}, {"version": 3, "model": "m\nn" * 1000, "canvas": good}):
        with pytest.raises(ValueError, match=r"recipe|field|model") as caught:
            page.read({"canvas": good, "recipe": made})
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300


# -- messages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *("x" * 10**6, "a\nb\u2028c\u202ed", b"\0" * 10**6, 10**4000, 10**6000, float("nan"), None),
        *([[["x" * 1000] * 1000] * 1000], {"a" * 1000: {"b": "c" * 1000}}, np.zeros((1000, 1000)), object()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_is_quoted_takes_a_short_piece_of_a_line(value):
    assert 0 < len(quoted(value)) <= 60
    assert quoted(value).isprintable()


def test_what_is_short_is_quoted_as_it_is():
    assert [quoted(value) for value in ("it's", [1, 2], (3, 0), 1.5, -7)] == [
        *('"it\'s"', "[1, 2]", "(3, 0)", "1.5", "-7")
    ]


def test_a_message_is_a_line():
    assert shortened("a\nb\tc\u2028d\u202ee") == "a b c d e"
    assert len(shortened("word " * 1000)) <= 280
    assert shortened("word " * 1000).endswith("word…")
    assert shortened("Église – nuit ☾ 夜") == "Église – nuit ☾ 夜"


def test_whatever_canvas_there_may_be_its_recipe_can_be_read_again():
    """Rules are as long as they may be, all else as long as it can be."""
    size, side = 2**16, 64
    canvas = TokenCanvas.from_codes(np.full((side, side), size - 1), size).mask(np.ones((side, side), bool))
    canvas = canvas.pin(np.ones((side, side), bool), size - 1)
    canvases, everywhere = [canvas], np.ones((side, side), bool)

    def forbid_more() -> None:
        for code in range(size - 100, size):
            canvases.append(canvases[-1].forbid(everywhere, [code], 0.30000000000000004))

    with pytest.raises(ValueError, match=r"at most 900,000 characters as JSON, not 9.*; remove some"):
        forbid_more()
    canvas = canvases[-1]
    recipe = Recipe(
        model="m" * 500, canvas=canvas, codes=canvas.codes, settings=Settings(label="\u2028" * 200)
    )
    assert MAX_TEXT * 0.9 < len(recipe.to_json()) <= MAX_TEXT
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("name", [[], {}, [[]], None, 1, True, "x" * 10**6])
def test_whatever_is_no_name_of_a_model_is_refused_in_a_line(name):
    with pytest.raises(ValueError, match="there is no model") as caught:
        Handlers({"a": "a"}).about(name)
    assert len(str(caught.value)) < 300
