"""Runs that a page asks for: every one ends by its name, whatever was sent with it."""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from unleash import TokenCanvas, UnleashPipeline
from unleash.canvas.bounds import MAX_SEED
from unleash.canvas.settings import Settings
from unleash.studio.server import controls, registry
from unleash.studio.server.asking import named
from unleash.studio.server.components.canvas import Canvas
from unleash.studio.server.controls import Amount, seed_field
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.live import Live
from unleash.studio.server.runs import end, run
from unleash.studio.server.varying import Varying, lights

BEST = Settings(temperature=0.8, top_p=0.9, correction=0.25)
BLANK = TokenCanvas.blank(4, 4, 16)
WHOLE = TokenCanvas.from_codes([[1] * 4] * 4, 16)
NAMES = iter(range(10**6))


class Page:
    """What a page sends, and what it hears."""

    def __init__(self, pipe: UnleashPipeline) -> None:
        class Offered(Handlers):
            def pipeline(self, name: str) -> UnleashPipeline:
                if name != "tiny":
                    raise ValueError("not offered")
                return pipe

        self.handlers = Offered({"tiny": "tiny"})
        with gr.Blocks():
            self.model = gr.Dropdown(["tiny"])
            self.locked = gr.Checkbox()
            self.pictures = Amount(1, controls.MAX_PICTURES, value=1, precision=0, label="Variations")
            self.strength = Amount(0, 1, value=0.5, label="Strength")
            placed = {"label": controls.label_menu(pipe.labels), "seed": seed_field("seed")}
            self.controls = controls.Controls(placed | controls.others(BEST, placed))
            self.canvas = Canvas({"height": 4, "width": 4, "codebook": 16, "cell": 8, "model": "tiny"})

    def values(self, **changed: Any) -> list[Any]:
        """Of the controls, as the page has them."""
        fields = controls.NAMES
        usual = {name: component.value for name, component in zip(fields, self.controls.inputs, strict=True)}
        return list((usual | changed).values())

    def asks(self, canvas: TokenCanvas = WHOLE, which: str = "generate", **changed: Any) -> list[Any]:
        """Press a button; (name of the run, its messages and seeds, the error or None)."""
        name = f"run {next(NAMES)}"
        drawing = json.dumps({"canvas": canvas.to_dict(), "recipe": None, "run": name})
        common = {"model": "tiny", "locked": False, "pictures": 1, "strength": 0.5}
        drawing, model, locked, pictures, strength = (
            changed.pop(key, usual) for key, usual in ({"drawing": drawing} | common).items()
        )
        before = [self.canvas, self.model, self.locked, self.pictures]
        given = [drawing, model, locked, pictures]
        listener, own, owned = {
            "generate": (self.handlers.generate, [], []),
            "more": (Varying(self.handlers).more, [self.strength], [strength]),
            "live": (Live(self.handlers).fill, [], []),
        }[which]
        if which == "live":
            before, given = before[:2], given[:2]
        inputs = [*before, *own, *self.controls.inputs]
        told = named(listener, inputs)(*given, *owned, *self.values(**changed))
        return [name, *_heard(told)]


def _heard(told: Iterator[Any]) -> tuple[list[Any], Exception | None]:
    heard: list[Any] = []
    try:
        for pair in told:
            heard.append(pair)
    except Exception as error:
        return heard, error
    return heard, None


def seeds(heard: list[Any]) -> list[int]:
    return [seed for _, seed in heard if isinstance(seed, int)]


@pytest.fixture
def page(pipe: UnleashPipeline) -> Page:
    return Page(pipe)


@pytest.mark.parametrize("which", ["generate", "more", "live"])
def test_a_run_is_told_under_its_name_and_its_last_step_says_so(page: Page, which: str) -> None:
    name, heard, error = page.asks(WHOLE.mask([(0, 0)]), which)
    assert error is None
    messages = [message for message, _ in heard if "kind" in message]
    assert {message["run"] for message in messages} == {name}
    assert [message["last"] for message in messages] == [False] * (len(messages) - 1) + [True]


REGIONS = [{"shows": "night", "cells": [[0, 0], [1, 2]]}]


def with_regions(canvas: TokenCanvas, regions: Any, run: str) -> str:
    """What the page sends of a canvas with regions."""
    return json.dumps({"canvas": canvas.to_dict(), "recipe": None, "run": run, "regions": regions})


@pytest.mark.parametrize("which", ["generate", "more", "live"])
def test_a_run_goes_by_the_regions_painted_on_the_canvas(page: Page, which: str) -> None:
    drawing = with_regions(WHOLE.mask([(0, 0)]), REGIONS, f"regions {which}")
    _, heard, error = page.asks(which=which, drawing=drawing)
    assert error is None
    recipes = [message["recipe"] for message, _ in heard if message.get("recipe")]
    assert [recipe["settings"]["regions"] for recipe in recipes] == [REGIONS]


@pytest.mark.parametrize(
    "regions",
    [
        "night",
        [{"shows": "night"}],
        [{"shows": "night", "cells": [[4, 0]]}],
        [{"shows": "night", "cells": []}],
        [{"shows": "noon", "cells": [[0, 0]]}],
        REGIONS * 17,
    ],
)
def test_regions_that_cannot_be_are_refused_and_the_run_ends(page: Page, regions: Any) -> None:
    run = f"region {next(NAMES)}"
    _, heard, error = page.asks(drawing=with_regions(BLANK, regions, run))
    assert isinstance(error, gr.Error)
    assert "\n" not in str(error)
    assert heard[-1] == (end(run), gr.skip())


def test_nothing_masked_ends_the_run_and_leaves_the_seed(page: Page) -> None:
    name, heard, error = page.asks(WHOLE)
    assert (heard, error) == ([(end(name), gr.skip())], None)


@pytest.mark.parametrize("which", ["generate", "more", "live"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "elsewhere"},
        {"model": ["tiny"]},
        {"label": "noon"},
        {"label": {"no": "label"}},
        {"reveal_order": "sideways"},
        {"steps": "many"},
        {"temperature": True},
        {"seed": "seed"},
    ],
)
def test_whatever_is_wrong_with_a_run_it_ends_by_its_name(page: Page, which: str, wrong: Any) -> None:
    name, heard, error = page.asks(BLANK if which != "more" else WHOLE, which, **wrong)
    assert isinstance(error, gr.Error)
    assert "\n" not in str(error)
    assert heard[-1] == (end(name), gr.skip())


@pytest.mark.parametrize("drawing", ["no JSON", "{}", '{"run": "x", "canvas": 3}', '{"run": ["x"]}', "null"])
def test_a_canvas_that_cannot_be_read_is_refused(page: Page, drawing: str) -> None:
    _, heard, error = page.asks(drawing=drawing)
    assert isinstance(error, gr.Error)
    assert [message["kind"] for message, _ in heard] == ["end"]
    assert heard[0][0]["run"] == ("x" if '"run": "x"' in drawing else None)


@pytest.mark.parametrize("which", ["generate", "more"])
@pytest.mark.parametrize("seed", [None, -1, -1e300, 2**53, 1e300, 1.5])
def test_a_seed_that_is_not_locked_costs_nothing(page: Page, which: str, seed: Any) -> None:
    canvas = BLANK if which == "generate" else WHOLE
    drawn = [page.asks(canvas, which, seed=seed) for _ in range(3)]
    assert [error for *_, error in drawn] == [None] * 3
    assert len({seed for _, heard, _ in drawn for seed in seeds(heard)}) > 1


@pytest.mark.parametrize(("given", "used"), [(0, 0), (7, 7), (7.4, 7), (1e3, 1000), (MAX_SEED, MAX_SEED)])
def test_a_locked_seed_is_used(page: Page, given: float, used: int) -> None:
    _, heard, error = page.asks(BLANK, locked=True, seed=given)
    assert error is None
    assert seeds(heard) == [used]
    assert heard[-1][0]["recipe"]["settings"]["seed"] == used


@pytest.mark.parametrize("which", ["generate", "more", "live"])
def test_an_empty_seed_is_a_new_one_though_it_is_locked_and_is_told(page: Page, which: str) -> None:
    canvas = WHOLE if which == "more" else BLANK
    _, heard, error = page.asks(canvas, which, locked=True, seed=None)
    assert error is None
    assert seeds(heard) == [heard[-1][0]["recipe"]["settings"]["seed"]]


@pytest.mark.parametrize(("seed", "pictures"), [(-1, 1), (MAX_SEED + 1, 1)])
def test_a_locked_seed_out_of_range_is_refused_before_anything_is_made(
    page: Page, seed: int, pictures: int
) -> None:
    name, heard, error = page.asks(BLANK, locked=True, seed=seed, pictures=pictures)
    assert isinstance(error, gr.Error)
    assert "seed" in str(error).lower()
    assert [message for message, _ in heard if message.get("kind")] == [end(name)]


@pytest.mark.parametrize(
    ("given", "seed"), [(None, None), (-1e300, -1), (1e300, MAX_SEED + 1), (10**40, MAX_SEED + 1)]
)
def test_a_seed_that_is_read_can_be_sent_back(given: Any, seed: int | None) -> None:
    assert seed_field("seed").preprocess(given) == seed


@pytest.mark.parametrize(("given", "counts"), [(None, 16), (0, 1), (-3, 1), (500, 64), (1e300, 64), (2.6, 3)])
def test_the_number_beside_a_slider_counts_as_one_that_it_can_have(given: Any, counts: int) -> None:
    assert Amount(1, 64, value=16, precision=0, label="Steps").preprocess(given) == counts


def test_every_number_of_a_run_may_be_emptied(page: Page) -> None:
    numbers = ("guidance_scale", "steps", "temperature", "top_k", "top_p", "correction", "seed")
    _, heard, error = page.asks(BLANK, pictures=None, **dict.fromkeys(numbers))
    assert error is None
    made = heard[-1][0]["recipe"]["settings"]
    assert made | {"label": None, "seed": 0} == BEST.model_dump(mode="json")


def test_a_seed_out_of_range_does_not_cost_what_the_browser_kept(page: Page) -> None:
    for seed in (None, -1, MAX_SEED + 1):
        assert 0 <= controls.settings(page.values(seed=seed, steps=9)).seed <= MAX_SEED
        assert controls.settings(page.values(seed=seed, steps=9)).steps == 9


def test_a_run_that_is_stopped_ends_before_the_step_after_the_next(pipe: UnleashPipeline) -> None:
    frames = run(pipe, "tiny", BLANK, BEST, 2, name="stopped")
    next(frames)
    registry.stop("stopped")
    assert list(frames) == [end("stopped")]


def test_a_run_that_waits_can_be_stopped(pipe: UnleashPipeline) -> None:
    registry.stop("waits in line")
    assert not registry.ended("waits in line")
    assert list(run(pipe, "tiny", BLANK, BEST, 1, name="waits in line")) == [end("waits in line")]
    assert registry.ended("waits in line")


def test_only_the_run_that_is_named_is_stopped(pipe: UnleashPipeline) -> None:
    ours = run(pipe, "tiny", BLANK, BEST, 1, name="ours")
    theirs = run(pipe, "tiny", BLANK, BEST, 1, name="theirs")
    next(ours), next(theirs)
    registry.stop("theirs")
    assert list(theirs) == [end("theirs")]
    assert list(ours)[-1]["last"]


def test_a_name_is_of_one_run(pipe: UnleashPipeline) -> None:
    first = run(pipe, "tiny", BLANK, BEST, 1, name="once")
    next(first)
    for _ in range(2):
        with pytest.raises(ValueError, match="has already started"):
            next(run(pipe, "tiny", BLANK, BEST, 1, name="once"))
        first.close()
    assert registry.ended("once")


@pytest.mark.parametrize("name", [None, "", 3, ["x"], {"a": 1}, "x" * 41])
def test_what_is_no_name_stops_nothing(name: Any) -> None:
    registry.stop(name)
    assert not registry.ended(name)


def test_names_of_runs_that_never_come_are_forgotten_in_time() -> None:
    for i in range(registry.REMEMBERED + 10):
        registry.stop(f"never {i}")
    assert len(registry._OTHERS) == registry.REMEMBERED


def test_the_page_is_told_what_the_seed_field_is_called() -> None:
    assert seed_field("seed").get_config()["label"] == "Seed"


@pytest.mark.parametrize(
    ("scene", "chosen", "light"),
    [
        ("church-day", None, "church-night"),
        ("bedroom-day", "church-night", "bedroom-rain"),
        ("church-night", "church-night", "church-day"),
        ("church-day", "church-night", "church-night"),
        (None, None, "church-day"),
        ("nave", "bedroom-rain", "bedroom-rain"),
    ],
)
def test_the_light_offered_is_another_of_the_same_scene(
    scene: str | None, chosen: str | None, light: str
) -> None:
    labels = ["church-day", "church-night", "bedroom-day", "bedroom-rain", "nave"]
    assert lights(labels, scene, chosen).value == light


def test_without_labels_there_is_no_menu_of_lights() -> None:
    assert not lights([]).visible
