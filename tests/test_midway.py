"""A run that changes its label half way."""

import numpy as np
import pytest

from unleash import Recipe, Settings, TokenCanvas, UnleashPipeline
from unleash.studio.server import registry
from unleash.studio.server.runs import Message, run

SETTINGS = Settings(steps=8, label="day", guidance_scale=1, seed=3)


@pytest.fixture
def canvas() -> TokenCanvas:
    return TokenCanvas.blank(4, 4, 16).pin((0, 0), 5)


def steered(pipe: UnleashPipeline, canvas: TokenCanvas, at: int, pictures: int = 1) -> list[Message]:
    """The frames of a run that is told in its frame ``at`` to go on by night."""
    frames = []
    for frame in run(pipe, "tiny", canvas, SETTINGS, pictures):
        frames.append(frame)
        if len(frames) == at:
            assert registry.steer(frame["run"], Settings(label="night", guidance_scale=2, steps=1, seed=9))
    return frames


def test_what_was_revealed_stays_and_the_rest_follows_the_other_label(pipe, canvas):
    plain = list(run(pipe, "tiny", canvas, SETTINGS, 1))
    frames = steered(pipe, canvas, 3)
    assert [frame["codes"] for frame in frames[:3]] == [frame["codes"] for frame in plain[:3]]
    assert [(frame["index"], frame["total"]) for frame in frames] == [(i, 8) for i in range(1, 9)]
    known = np.array(frames[2]["codes"]) < 16
    first, last = np.array(plain[-1]["codes"]), np.array(frames[-1]["codes"])
    assert (last < 16).all()
    assert (last == first)[known].all()
    assert (last != first).any()
    assert last[0, 0] == 5


def test_its_recipe_makes_it_again(pipe, canvas):
    recipe = Recipe.model_validate(steered(pipe, canvas, 3)[-1]["recipe"])
    assert (recipe.settings.label, recipe.settings.guidance_scale) == ("night", 2)
    assert (recipe.settings.seed, recipe.settings.steps) == (3, 5)
    again = pipe(recipe.canvas, settings=recipe.settings).canvases[0]
    assert again.codes.tolist() == [list(row) for row in recipe.codes]
    assert recipe.canvas.pins == {(0, 0): 5}


def test_pictures_that_follow_are_under_the_other_label_from_the_start(pipe, canvas):
    frames = steered(pipe, canvas, 3, pictures=2)
    recipe = Recipe.model_validate(frames[-1]["recipe"])
    assert recipe.settings == SETTINGS.model_copy(update={"label": "night", "guidance_scale": 2.0, "seed": 4})
    assert recipe.canvas == canvas


def test_a_run_that_waits_begins_under_the_other_label(pipe, canvas):
    registry.steer("waits", Settings(label="night", guidance_scale=2))
    frames = list(run(pipe, "tiny", canvas, SETTINGS, 1, name="waits"))
    wanted = SETTINGS.model_copy(update={"label": "night", "guidance_scale": 2.0})
    assert Recipe.model_validate(frames[-1]["recipe"]).settings == wanted


def test_what_comes_too_late_is_said_to_be(pipe, canvas):
    frames = run(pipe, "tiny", canvas, SETTINGS, 1, name="all but finished")
    for frame in frames:
        if frame["index"] == frame["total"] - 1:
            assert registry.steer("all but finished", SETTINGS), "there is a step left to be steered"
            next(frames)
            assert not registry.steer("all but finished", SETTINGS)
    assert not registry.steer("all but finished", SETTINGS)
