"""Labels and prompts of parts of a picture."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from unleash import Recipe, Settings
from unleash.canvas.settings import RecipeError, Region
from unleash.cli import app
from unleash.images.recipes import read_recipe
from unleash.sampling.work import finished
from unleash.studio.server.components.predictions import Question
from unleash.studio.server.files import open_recipe
from unleash.studio.server.predicting import answer

TOP = [(row, col) for row in range(2) for col in range(4)]
ALL = [(row, col) for row in range(4) for col in range(4)]


def region(shows, cells=TOP):
    return Region(shows=shows, cells=tuple(cells))


def filled(pipe, **settings):
    return pipe(num_inference_steps=4, seed=3, **settings).canvases[0].codes.tolist()


def test_a_region_of_all_cells_is_a_label(pipe):
    assert filled(pipe, label="day", regions=(region("night", ALL),)) == filled(pipe, label="night")
    assert filled(pipe, regions=(region("day"),), label="day") == filled(pipe, label="day")


def test_a_later_region_goes_over_an_earlier_one(pipe):
    both = (region("day", ALL), region("night", ALL))
    assert filled(pipe, regions=both) == filled(pipe, label="night")


@torch.no_grad()
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_each_cell_is_predicted_under_its_own_condition(pipe, scale):
    """With temperature 0 and one step, every code is the likeliest under the label of its cell."""
    settings = Settings(steps=1, temperature=0, label="day", guidance_scale=scale, regions=(region("night"),))
    codes = pipe(settings=settings).canvases[0].codes
    tokens = torch.from_numpy(pipe.blank().codes)[None]
    plain = pipe.logits(tokens)
    day, night = (torch.lerp(plain, pipe.logits(tokens, label), scale) for label in ("day", "night"))
    expected = torch.cat([night[0, :8], day[0, 8:]]).argmax(-1)
    assert codes.flatten().tolist() == expected.tolist()


def test_every_region_costs_its_evaluations(pipe):
    plain = Settings(steps=4, reveal_order="confidence", label="day")
    asked = plain.changed(regions=(region("night"), region("day", [(3, 3)])))
    assert pipe.evaluations(settings=asked) == 3 * pipe.evaluations(settings=plain)
    guided = asked.changed(guidance_scale=2.0)
    assert pipe.evaluations(settings=guided) == 6 * pipe.evaluations(settings=plain)
    # A region in which nothing is left to fill costs nothing.
    known = pipe(seed=1).canvases[0].mask([(3, 0)])
    assert pipe.evaluations(known, settings=plain.changed(regions=(region("night"),), steps=1)) == 1


def test_larger_canvases_have_regions_too(pipe):
    canvas = pipe.blank().extended(right=3)
    out = pipe(canvas, 3, label="day", regions=(region("night", [(0, 6)]),))
    assert out.canvases[0].codes.shape == (4, 7)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        (region("noon"), "a region shows 'noon', which the model cannot; its labels are day, night"),
        (region("day", [(0, 4)]), "has a cell that is off the grid of 4×4 cells"),
    ],
)
def test_a_region_that_cannot_be(pipe, wrong, match):
    with pytest.raises(ValueError, match=match):
        pipe(regions=(wrong,))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shows": "", "cells": [[0, 0]]},
        {"shows": "day", "cells": []},
        {"shows": "day", "cells": [[0, 64]]},
        {"shows": "day", "cells": [[0, -1]]},
        {"shows": "day", "cells": [[0]]},
        {"shows": "day"},
        "day",
    ],
)
def test_a_region_that_is_none(wrong):
    with pytest.raises(RecipeError) as error:
        Settings(regions=[wrong])
    assert "\n" not in str(error.value)


def test_too_many_regions():
    with pytest.raises(RecipeError, match="16"):
        Settings(regions=(region("day"),) * 17)


def test_recipes_keep_regions(pipe):
    settings = Settings(label="day", regions=(region("night"),))
    recipe = Recipe(model="some/model", canvas=pipe.blank(), settings=settings)
    again = Recipe.from_json(recipe.to_json())
    assert again.settings == settings
    assert json.loads(recipe.to_json())["settings"]["regions"][0]["shows"] == "night"
    assert settings.over(Settings(steps=3)).regions == settings.regions


def test_from_the_shell(pipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pipe.save_pretrained("model")
    marked = np.zeros((32, 32), dtype=np.uint8)
    marked[:9] = 255
    Image.fromarray(marked).save("sky.png")
    options = ["--model", "model", "--steps", "2", "--label", "day"]

    def run(*arguments):
        return CliRunner().invoke(app, [*map(str, arguments), *options])

    assert run("generate", "--region", "sky.png=night", "--out", "a.png").exit_code == 0
    found = read_recipe("a.png").settings
    assert found.regions == (region("night"),)
    assert (
        run("edit", "a.png", "--mask", "sky.png", "--region", "sky.png=night", "--out", "b.png").exit_code
        == 0
    )
    assert read_recipe("b.png").settings.regions == (region("night"),)
    for wrong in ("sky.png", "=night", "sky.png="):
        result = run("generate", "--region", wrong, "--out", "c.png")
        assert result.exit_code == 2
        assert "expected mask.png=what" in result.stderr


def test_a_recipe_opens_with_the_regions_that_the_model_can_show(pipe):
    settings = Settings(steps=2, label="day", regions=(region("night"), region("noon")))
    recipe = Recipe(model="tiny", canvas=pipe.blank(), settings=settings)
    message = open_recipe(pipe, recipe)
    assert [shown["shows"] for shown in message["regions"]] == ["night"]
    assert message["regions"][0]["cells"] == [list(cell) for cell in TOP]


def test_a_cell_is_inspected_under_what_its_region_shows(pipe):
    canvas = pipe.blank()

    def seen(shows):
        question = Question.from_dict({"id": 1, "canvas": canvas.to_dict(), "cell": [0, 0], "shows": shows})
        return finished(answer(pipe, question, "day"))["probabilities"]

    assert seen("night") == list(pipe.inspect_cell(canvas, (0, 0), label="night").probabilities)
    assert seen(None) == list(pipe.inspect_cell(canvas, (0, 0), label="day").probabilities)
    with pytest.raises(ValueError, match="a region shows a label"):
        seen(7)
