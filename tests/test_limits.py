"""A studio that others use too bounds what one request may take, and says so in a line."""

import json
from collections.abc import Iterator
from math import inf
from typing import Any

import gradio as gr
import numpy as np
import pytest

from unleash import Settings, TokenCanvas, UnleashPipeline
from unleash.operations.relighting import relight
from unleash.studio.server import controls, timing
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.endpoints import functions
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.limits import admit_inspection, admit_run
from unleash.studio.server.live import Live
from unleash.studio.server.turns import Turns, expect
from unleash.studio.server.varying import Varying

LARGE = TokenCanvas.blank(64, 64, 16)
KNOWN = TokenCanvas.from_codes(np.ones((16, 16), int), 16)


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second for each window, none for decoding."""
    monkeypatch.setattr(timing, "pace", lambda _: timing.Pace(1.0, {"full": 0.0}))


@pytest.fixture
def handlers(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> Handlers:
    """A studio of a small model, in which a request may take a minute."""
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    return Handlers({"tiny": "tiny"}, longest=60.0)


def chosen_on_page(settings: Settings) -> list[Any]:
    return [getattr(settings, name) for name in controls.NAMES]


def test_what_takes_too_long_is_refused_with_what_to_do(pipe: UnleashPipeline) -> None:
    blank = pipe.blank()
    admit_run(pipe, blank, Settings(steps=15), 4, 60.0)
    with pytest.raises(
        ValueError, match=r"about 64 s; .* 60 s here, .* fewer steps, pictures or cells$"
    ) as told:
        admit_run(pipe, blank, Settings(steps=16), 4, 60.0)
    assert "\n" not in str(told.value)
    with pytest.raises(ValueError, match="fewer steps"):
        admit_run(pipe, LARGE, Settings(steps=4096), 1, 600.0)
    admit_run(pipe, LARGE, Settings(steps=4096), 8, inf)


def test_a_guided_run_counts_twice(pipe: UnleashPipeline) -> None:
    guided = Settings(steps=8, label="day", guidance_scale=3.0)
    admit_run(pipe, pipe.blank(), guided, 1, 16.0)
    with pytest.raises(ValueError, match="about 16 s"):
        admit_run(pipe, pipe.blank(), guided, 1, 15.0)


def test_to_ask_about_every_cell_is_bounded_too(pipe: UnleashPipeline) -> None:
    admit_inspection(pipe, KNOWN, 1, False, 60.0)
    with pytest.raises(ValueError, match="smaller spacing"):
        admit_inspection(pipe, KNOWN, 4, False, 60.0)


def test_no_event_of_the_page_goes_beyond_it(handlers: Handlers) -> None:
    chosen = chosen_on_page(Settings(steps=64, label="day"))
    blank, known = (Drawing(canvas, None, run=f"run-{i}") for i, canvas in enumerate((LARGE, KNOWN)))
    varying = Varying(handlers)
    for begun in (
        handlers.generate(blank, "tiny", True, 1, *chosen),
        handlers.again(blank, "tiny", 1, *chosen),
        Live(handlers).fill(blank, "tiny", *chosen),
        varying.more(known, "tiny", True, 8, 1.0, *chosen),
        varying.relight(known, "tiny", True, 8, 1.0, "night", *chosen),
        varying.blend(known, "tiny", True, 8, np.zeros((16, 16), int), False, 0.5, *chosen),
    ):
        with pytest.raises(gr.Error, match="others use this studio too"):
            list(begun)


def test_no_endpoint_goes_beyond_it(handlers: Handlers) -> None:
    endpoints = {function.__name__: function for function in functions(handlers)}
    recipe = {"version": 4, "model": "tiny", "canvas": LARGE.to_dict(), "settings": {"steps": 64}}
    with pytest.raises(ValueError, match="others use this studio too"):
        list(endpoints["generate"](Settings(), json.dumps(recipe)))
    with pytest.raises(ValueError, match="others use this studio too"):
        list(endpoints["inspect"](json.dumps(KNOWN.to_dict()), spacing=16))


@pytest.mark.parametrize("order", ["halton", "random", "raster", "confidence", "entropy"])
@pytest.mark.parametrize("correction", [0.0, 0.25])
@pytest.mark.parametrize(("steps", "height", "width"), [(4, 4, 4), (4, 8, 12), (40, 8, 12), (500, 9, 5)])
def test_the_prediction_is_never_less_than_what_is_evaluated(
    pipe: UnleashPipeline, order: str, correction: float, steps: int, height: int, width: int
) -> None:
    canvas = TokenCanvas.blank(height, width, 16)
    settings = Settings(steps=steps, reveal_order=order, correction=correction)
    exact = pipe.evaluations(canvas, settings=settings)
    assert exact <= pipe.evaluations_at_most(canvas, settings) <= (3 if order == "raster" else 1.5) * exact


def test_who_begins_a_run_while_others_have_theirs_is_told_so(handlers: Handlers) -> None:
    def other() -> Iterator[None]:
        while True:
            expect(30.0)
            yield

    turns, chosen = Turns(), chosen_on_page(Settings(steps=10))
    theirs = turns.each("somebody", other())
    next(theirs)
    run = handlers.generate(Drawing(TokenCanvas.blank(4, 4, 16), None, run="a run"), "tiny", True, 1, *chosen)
    mine = turns.each("me", run)
    told, _ = next(mine)
    assert told == {"kind": "waiting", "run": "a run", "people": 2, "seconds": 20.0}
    assert next(mine)[0]["people"] == 2
    theirs.close()
    assert next(mine)[0]["people"] == 1
    mine.close()


def test_relighting_counts_as_if_every_cell_were_filled(pipe: UnleashPipeline) -> None:
    canvas = relight(KNOWN, 0.5, "day")
    settings = Settings(steps=8, label="night")
    admit_run(pipe, canvas.canvas, settings, 1, 60.0)
    with pytest.raises(ValueError, match="fewer steps"):
        admit_run(pipe, canvas.canvas, settings, 1, 60.0, canvas.paint)
