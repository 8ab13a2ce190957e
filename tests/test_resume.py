"""A run that was stopped goes on to the picture that it would have made."""

import json
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest

from unleash import Settings, TokenCanvas
from unleash.canvas.progress import Progress
from unleash.sampling.orders import ORDERS
from unleash.studio.server.components.canvas import Drawing
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.runs import run
from unleash.studio.server.unfinished import Unfinished


@pytest.fixture
def canvas() -> TokenCanvas:
    return TokenCanvas.blank(6, 5, 16).pin((0, 0), 5)


@pytest.mark.parametrize("correction", [None, "oldest", "confidence"])
@pytest.mark.parametrize("order", ORDERS)
def test_stopped_at_any_step_and_resumed_it_is_the_run_that_was_not_stopped(pipe, canvas, order, correction):
    settings = Settings(
        steps=7,
        reveal_order=order,
        schedule="cosine",
        correction=0.4 if correction else 0,
        correction_order=correction or "oldest",
        label="day",
        guidance_scale=2,
        guidance_end=0.3,
        top_p=0.9,
        seed=11,
    )
    whole = list(pipe.stream(canvas, settings=settings))
    assert whole[-1].progress is None
    for stopped in whole[:-1]:
        kept = Progress.from_dict(json.loads(json.dumps(stopped.progress.to_dict())))
        assert kept.canvas(canvas) == stopped.canvas
        rest = list(pipe.stream(canvas, settings=settings, start=kept))
        assert [step.index for step in rest] == list(range(stopped.index + 1, len(whole) + 1))
        assert [step.canvas for step in rest] == [step.canvas for step in whole[stopped.index :]]
        assert rest[-1].image.tobytes() == whole[-1].image.tobytes()


def test_it_takes_no_evaluations_for_the_steps_that_are_done(pipe, canvas, monkeypatch):
    steps = list(pipe.stream(canvas, settings=Settings(steps=6)))
    asked = []
    forward = type(pipe.transformer).forward
    monkeypatch.setattr(type(pipe.transformer), "forward", lambda *given: asked.append(1) or forward(*given))
    list(pipe.stream(canvas, settings=Settings(steps=6)))
    all_of_them = len(asked)
    asked.clear()
    list(pipe.stream(canvas, settings=Settings(steps=6), start=steps[3].progress))
    assert len(asked) * 3 == all_of_them


def test_what_a_step_shows_are_the_codes_of_its_picture(pipe, canvas):
    for step in pipe.stream(canvas, settings=Settings(steps=4)):
        whole = TokenCanvas.from_codes(step.shown, 16)
        assert step.image.tobytes() == pipe.render(whole).tobytes()
        known = ~step.canvas.unknown
        assert (step.shown == step.canvas.codes)[known].all()


def test_progress_of_another_run_is_said_to_be(pipe, canvas):
    settings = Settings(steps=5, correction=0.4, correction_order="confidence")
    step = list(pipe.stream(canvas, settings=settings))[1]
    other = canvas.pin((5, 4), 3)
    for start, on, by, said in [
        (step.progress, other, settings, "cannot become|stands after step"),
        (step.progress, TokenCanvas.blank(4, 4, 16), settings, "6×5 cells"),
        (step.progress, canvas, Settings(steps=9), "stands after step 2"),
        (replace(step.progress, step=4), canvas, settings, "stands after step 4"),
        (replace(step.progress, step=50), canvas, settings, "stands after step 50"),
        (replace(step.progress, confidence=None), canvas, settings, "lacks the confidence"),
    ]:
        with pytest.raises(ValueError, match=said):
            next(pipe.stream(on, settings=by, start=start))


@pytest.mark.parametrize(
    "change",
    [
        {"step": 0},
        {"step": True},
        {"step": 10**9},
        {"codes": []},
        {"codes": [[0] * 5000]},
        {"codes": [[0, 1], [0]]},
        {"codes": [["0"]]},
        {"codes": [[10**30]]},
        {"filled_at": None},
        {"confidence": [[float("nan")]]},
        {"confidence": 3},
    ],
)
def test_progress_from_anyone_is_checked(change):
    sound = {"step": 1, "codes": [[0]], "filled_at": [[-1]], "confidence": [[0.5]]}
    assert Progress.from_dict(sound).codes.dtype == np.int64
    with pytest.raises(
        ValueError, match=r"whole number|must be a grid of|rows of equal length|1×1 to 64×64 cells"
    ):
        Progress.from_dict(sound | change)
    with pytest.raises(ValueError, match="an object"):
        Progress.from_dict([sound])


def test_a_model_that_a_restarted_studio_no_longer_offers_is_said_to_be_missing(pipe, canvas):
    first = next(run(pipe, "gone", canvas, Settings(steps=4), 1))
    drawing = Drawing(canvas, None, run="a run", stopped=Unfinished.from_dict(first["unfinished"]))
    with pytest.raises(gr.Error, match=r"gone.* in the menu: choose tiny"):
        list(Handlers({"tiny": "tiny"}).resume(drawing, "gone"))
