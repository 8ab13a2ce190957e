"""What programs ask for is done in small pieces, so that it can be ended."""

import json
from collections.abc import Callable
from inspect import isgeneratorfunction, signature
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from unleash import Settings, TokenCanvas, UnleashPipeline
from unleash.canvas.recipe import Recipe
from unleash.sampling.work import finished, in_steps
from unleash.studio.server.endpoints import functions, publish_all
from unleash.studio.server.handlers import Handlers

SETTINGS = Settings(steps=6, label="day")
AT_ONCE = {"inspect_cell", "encode", "decode", "codebook", "models"}


@pytest.fixture
def endpoints(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable]:
    """The endpoints of a studio with a small model, by name."""
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    return {function.__name__: function for function in functions(Handlers({"tiny": "tiny"}))}


@pytest.fixture
def evaluations(pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every evaluation."""
    counted: list[int] = []
    predict = pipe._predict
    monkeypatch.setattr(pipe, "_predict", lambda *given: (counted.append(1), predict(*given))[1])
    return counted


def given(name: str, folder: Path) -> dict:
    """Something to do for an endpoint."""
    picture = folder / "picture.png"
    Image.linear_gradient("L").resize((32, 32)).convert("RGB").save(picture)
    mask = folder / "mask.png"
    Image.new("L", (32, 32), 255).save(mask)
    return {
        "generate": {},
        "edit": {"image": picture, "mask": mask},
        "inpaint": {"image": picture, "mask": mask},
        "vary": {"image": picture, "strength": 1.0},
        "blend": {"first": picture, "second": picture, "heal": 4},
        "relight": {"image": picture},
        "extend": {"image": picture, "left": 4},
        "stitch": {"first": picture, "second": picture, "seam": 4},
        "inspect": {"canvas": json.dumps(TokenCanvas.from_codes([[3] * 4] * 4, 16).to_dict())},
    }[name]


def test_whatever_takes_many_evaluations_can_be_ended(endpoints: dict[str, Callable]) -> None:
    assert {name for name, function in endpoints.items() if not isgeneratorfunction(function)} == AT_ONCE


@pytest.mark.parametrize(
    "name", ["generate", "edit", "inpaint", "vary", "blend", "relight", "extend", "stitch", "inspect"]
)
def test_it_pauses_after_every_evaluation(
    endpoints: dict[str, Callable], evaluations: list[int], tmp_path: Path, name: str
) -> None:
    settings = {} if name == "inspect" else {"settings": SETTINGS}
    work = endpoints[name](**given(name, tmp_path), **settings)
    done = []
    for _ in in_steps(work, None):
        done.append(len(evaluations))
        evaluations.clear()
    assert sum(done) > 3
    assert max(done) == 1


def test_a_requested_model_takes_precedence_over_that_of_the_recipe(
    pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    studio = Handlers({"first": "first", "tiny": "tiny", "other": "other"})
    generate = {function.__name__: function for function in functions(studio)}["generate"]
    for named, asked, used in (("tiny", None, "tiny"), ("tiny", "other", "other"), ("gone", None, "first")):
        recipe = Recipe(model=named, canvas=pipe.blank(), settings=SETTINGS).to_json()
        _, made = finished(generate(Settings(), recipe=recipe, model=asked))
        assert json.loads(made)["model"] == used


def test_a_closed_run_makes_no_more_evaluations(
    endpoints: dict[str, Callable], evaluations: list[int]
) -> None:
    work = endpoints["generate"](settings=SETTINGS)
    next(work)  # it is admitted
    next(work)
    work.close()
    assert len(evaluations) == 1


def test_the_picture_of_an_endpoint_is_that_of_a_call(
    endpoints: dict[str, Callable], pipe: UnleashPipeline
) -> None:
    _, recipe = finished(endpoints["generate"](settings=SETTINGS))
    codes = pipe(settings=SETTINGS).canvases[0].codes.tolist()
    assert json.loads(recipe)["codes"] == codes


def test_what_every_endpoint_takes_can_be_read_by_clients(
    pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    with gr.Blocks() as demo:
        publish_all(Handlers({"tiny": "tiny"}))
    named = demo.get_api_info()["named_endpoints"]
    takes = {
        given["parameter_name"]: given["python_type"]["type"] for given in named["/generate"]["parameters"]
    }
    assert takes["steps"] == "int"
    assert takes["regions"].startswith("list[dict(")


def test_endpoints_take_the_old_name_of_a_setting(
    pipe: UnleashPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handlers, "pipeline", lambda *_: pipe)
    with gr.Blocks() as demo:
        publish_all(Handlers({"tiny": "tiny"}))
    generate = next(event.fn for event in demo.fns.values() if event.api_name == "generate")
    asked = {"steps": 2, "order": "raster"}
    with pytest.warns(DeprecationWarning, match="'order' is deprecated: its name is 'reveal_order'"):
        *_, (_, recipe) = generate(*(asked.get(name) for name in signature(generate).parameters))
    assert json.loads(recipe)["settings"]["reveal_order"] == "raster"
