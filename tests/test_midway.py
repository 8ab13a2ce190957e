"""A run that changes its label half way."""

import json

import numpy as np
import pytest

from unleash import Recipe, Settings, TokenCanvas, UnleashPipeline
from unleash.studio.server import registry
from unleash.studio.server.runs import Message, resume, run
from unleash.studio.server.unfinished import Unfinished

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


@pytest.mark.parametrize("at", [3, 7, 9, 15])
@pytest.mark.parametrize("label", [None, "night"])
def test_a_stopped_run_goes_on_to_the_pictures_that_it_would_have_made(pipe, canvas, at, label):
    """With its label changed after two steps of the first picture, or not."""

    def told(frames):
        for i, frame in enumerate(frames, 1):
            yield frame
            if i == 2 and label:
                registry.steer(frame["run"], Settings(label=label, guidance_scale=2))

    settings = SETTINGS.model_copy(update={"correction": 0.3, "correction_order": "confidence"})
    whole = list(told(run(pipe, "tiny", canvas, settings, 2)))
    frame = whole[at - 1]
    stopped = Unfinished.from_dict(json.loads(json.dumps(frame["unfinished"])))
    rest = list(resume(pipe, "tiny", stopped, f"resumed at {at} {label}"))
    for name in ("codes", "picture", "index", "total", "image", "recipe", "last"):
        assert [frame[name] for frame in rest] == [frame[name] for frame in whole[at:]]
    assert [frame["unfinished"] for frame in whole if frame["recipe"]] == [None, None]
    assert {frame["run"] for frame in rest} == {f"resumed at {at} {label}"}


def test_what_the_page_sends_as_a_stopped_run_is_checked(pipe, canvas):
    sound = next(run(pipe, "tiny", canvas, SETTINGS, 2))["unfinished"]
    assert Unfinished.from_dict(None) is None
    for change in (
        {"recipe": None},
        {"progress": 3},
        {"before": -1},
        {"before": 10**9},
        {"picture": 2},
        {"pictures": 10**6},
        {"picture": True},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            Unfinished.from_dict(sound | change)
    with pytest.raises(ValueError, match="must be an object"):
        Unfinished.from_dict([])
