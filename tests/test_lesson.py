"""What the page "How it works" shows is what happens."""

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from unleash import UnleashPipeline
from unleash.studio.server import registry
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.lesson import LANES, STEPS, Lesson, masked_at, psnr
from unleash.studio.server.runs import end


@pytest.fixture
def lesson(pipe: UnleashPipeline) -> Lesson:
    """A lesson about the small model."""

    class Given(Handlers):
        def pipeline(self, name: str) -> UnleashPipeline:
            assert name == "small"
            return pipe

    return Lesson(Given({"small": "nowhere"}))


def test_every_cell_is_masked_once_and_for_good_as_add_noise_has_it(pipe: UnleashPipeline) -> None:
    codes = np.arange(16).reshape(4, 4)
    when = masked_at(pipe, codes)
    assert when.min() >= 1
    assert when.max() <= 256
    for t in (0, 1, 100, 256):
        noised = pipe.scheduler.add_noise(
            torch.from_numpy(codes)[None], torch.tensor([t]), torch.Generator().manual_seed(0)
        )
        assert ((noised[0] == 16).numpy() == (when <= t)).all()


def test_each_order_takes_the_evaluations_it_says_and_fills_all_cells(lesson: Lesson) -> None:
    begin, *steps = [message for message, _ in lesson.race("a race", "night", 3)]
    assert begin["kind"] == "begin"
    assert begin["evaluations"]["raster"] == 16, "one for each cell of this grid"
    assert [step["order"] for step in steps[:4]] == list(LANES), "side by side, not one after the other"
    for order in LANES:
        lane = [step for step in steps if step["order"] == order]
        assert len(lane) == lane[0]["total"] <= begin["evaluations"][order] <= max(STEPS, 16)
        assert np.all(lane[-1]["known"])
        assert {step["run"] for step in lane} == {begin["run"]} == {"a race"}
    assert [step["last"] for step in steps] == [False] * (len(steps) - 1) + [True]
    raster = [step for step in steps if step["order"] == "raster"]
    for done, step in enumerate(raster, start=1):
        assert np.flatnonzero(step["known"]).tolist() == list(range(done)), "left to right, top to bottom"


def test_the_boards_are_filled_before_it_is_asked_for_once_a_race_has_ended(lesson: Lesson) -> None:
    assert lesson.filled("night", 3) == {"kind": "filled", "lanes": []}
    steps = [message for message, _ in lesson.race("boards", "night", 3)][1:]
    assert lesson.filled("night", 3)["lanes"] == [step for step in steps if step["index"] == step["total"]]
    assert lesson.filled("night", 4)["lanes"] == []
    next(race := lesson.race("boards, stopped", "night", 4))
    race.close()
    assert lesson.filled("night", 4)["lanes"] == [], "what was stopped is not shown as finished"


def test_a_race_that_is_stopped_ends_at_the_next_step(lesson: Lesson) -> None:
    race = lesson.race("short race", "night", 3)
    next(race)
    next(race)
    registry.stop("short race")
    assert [message for message, _ in race] == [end("short race")]


def test_an_empty_seed_is_a_new_one_and_told(lesson: Lesson) -> None:
    seeds = {next(lesson.race(f"seedless {i}", "night", None))[1] for i in range(3)}
    assert len(seeds) > 1
    with pytest.raises(gr.Error, match="A seed must be a whole number from 0 to"):
        next(lesson.race("below 0", "night", -1))


def test_psnr_is_that_of_the_mean_squared_error() -> None:
    black, grey = Image.new("RGB", (8, 8)), Image.new("RGB", (8, 8), (51, 51, 51))
    assert psnr(black, grey) == pytest.approx(13.979, abs=1e-3)
    assert psnr(grey, grey) == pytest.approx(100)
