"""Runs over a slow line: every request is 300 ms late, and nothing that is pressed meanwhile is lost."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from unleash import Recipe, UnleashPipeline

from .conftest import serving
from .studio import Studio

pytestmark = pytest.mark.slow

LATE = 300  # ms


@pytest.fixture
def slow(studio: Studio) -> Studio:
    """A studio far away, with few steps, whose runs are not drawn over once more."""
    session = studio.page.context.new_cdp_session(studio.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATE, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    studio.set_number("steps", 6)
    return studio


FINISHED = ".results li:not([data-stopped])"
"""Pictures of the session, without those that were stopped."""


def results(page: Page) -> int:
    return page.locator(FINISHED).count()


def running(studio: Studio) -> None:
    expect(studio.words).to_contain_text(re.compile(r"Step \d"))


def test_the_line_is_slow(slow: Studio) -> None:
    late = slow.page.evaluate(
        """async () => {
            const began = performance.now();
            await fetch("config");
            return performance.now() - began;
        }"""
    )
    assert late >= LATE


def test_generate_after_stop_shows_its_run(slow: Studio) -> None:
    for count, wait in enumerate((0, 150, 350, 700, 1500), start=1):
        slow.begin_a_long_run()
        slow.page.click("#stop")
        slow.set_number("pictures", 1)
        slow.set_number("steps", 4)
        slow.page.wait_for_timeout(wait)
        slow.page.click("#generate")
        expect(slow.page.locator(FINISHED)).to_have_count(count)
        slow.wait_idle()
        state = slow.state
        assert max(state["base"]) < state["codebook"]
        assert state["recipe"]["settings"]["steps"] == 4
    # Nothing that was sent before ends or shows another one later.
    slow.page.wait_for_timeout(2000)
    assert slow.state == state


def test_stop_and_generate_many_times_over(slow: Studio) -> None:
    for _ in range(5):
        slow.page.click("#generate")
        slow.page.wait_for_timeout(200)
        slow.page.click("#stop")
    slow.page.click("#generate")
    expect(slow.page.locator(FINISHED)).to_have_count(1)
    slow.wait_idle()
    assert slow.mask_token not in slow.state["base"]


def test_a_press_during_a_run_is_kept_and_done_next(slow: Studio) -> None:
    slow.page.click("#generate")
    slow.page.click("#generate")
    slow.page.keyboard.press("Control+Enter")
    expect(slow.words).to_contain_text("2 more to follow")
    expect(slow.page.locator(FINISHED)).to_have_count(3)
    slow.wait_idle()
    names = {image.get_attribute("alt") for image in slow.page.locator(".results img").all()}
    assert len(names) == 3, "of three seeds"


def test_more_like_this_during_a_run_is_of_the_picture_that_it_makes(slow: Studio) -> None:
    slow.page.click("#generate")
    slow.page.get_by_role("tab", name="Vary").click()
    slow.page.click("#more")
    slow.page.get_by_role("tab", name="Codes").click()
    expect(slow.page.locator(FINISHED)).to_have_count(2)
    slow.wait_idle()
    recipe = slow.state["recipe"]
    known = [
        code
        for row, masked in zip(recipe["canvas"]["base"], recipe["canvas"]["masked"], strict=True)
        for code, open_ in zip(row, masked, strict=True)
        if not open_
    ]
    assert known
    assert slow.mask_token not in known


def test_stop_ends_what_is_kept_as_well(slow: Studio) -> None:
    slow.begin_a_long_run()
    slow.page.click("#generate")
    expect(slow.words).to_contain_text("1 more to follow")
    slow.stop()
    slow.page.wait_for_timeout(1500)
    slow.wait_idle()
    assert results(slow.page) == 0


def test_a_run_that_waits_behind_a_stranger_can_be_stopped(slow: Studio, url: str) -> None:
    context = slow.page.context.browser.new_context(viewport={"width": 1280, "height": 800})
    stranger = Studio(context.new_page()).visit(url)
    stranger.begin_a_long_run()
    slow.page.click("#generate")
    expect(slow.words).to_have_text("Waiting for the model…")
    slow.page.wait_for_timeout(1000)
    slow.stop()
    slow.page.click("#generate")
    stranger.stop()
    expect(slow.page.locator(FINISHED)).to_have_count(1)
    slow.wait_idle()
    slow.page.wait_for_timeout(1000)
    assert results(slow.page) == 1, "the one that was stopped never began"
    context.close()


def test_another_label_reaches_a_run_that_takes_turns_with_anothers(slow: Studio, url: str) -> None:
    page = slow.page
    slow.set_number("steps", 64)
    context = page.context.browser.new_context(viewport={"width": 1280, "height": 800})
    stranger = Studio(context.new_page()).visit(url)
    stranger.begin_a_long_run()
    page.click("#generate")
    running(slow)
    page.click("#label input")
    page.get_by_role("option", name="bedroom-night").click()
    expect(page.locator(FINISHED)).to_have_count(1, timeout=60_000)
    stranger.stop()
    slow.wait_idle()
    settings = slow.state["recipe"]["settings"]
    assert settings["label"] == "bedroom-night"
    assert 1 <= settings["steps"] < 64, "those that were left"
    context.close()


def test_a_server_that_is_gone_ends_the_run(model: Path, tmp_path: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    with serving(model, tmp_path) as address:
        studio = Studio(context.new_page()).visit(address)
        studio.begin_a_long_run()
        studio.page.click("#generate")
    expect(studio.words).to_contain_text("The connection was lost")
    studio.wait_idle()
    assert studio.state["picture"] is not None
    context.close()


def test_nothing_masked_costs_neither_seed_nor_the_next_run(slow: Studio) -> None:
    slow.page.locator(".welcome li button").first.click()
    expect(slow.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    seed = slow.page.input_value("#seed input")
    slow.page.click("#generate")
    expect(slow.page.get_by_role("button", name="New picture")).to_be_visible()
    slow.page.keyboard.press("Escape")
    slow.wait_idle()
    assert slow.page.input_value("#seed input") == seed
    slow.tool("Mask all")
    slow.generate()


@pytest.mark.parametrize("locked", [False, True])
def test_any_seed(studio: Studio, locked: bool) -> None:
    page = studio.page
    studio.set_number("steps", 2)
    if locked:
        page.get_by_label("Lock").check()
    field = page.locator("#seed input")
    for count, given in enumerate(("", "-5", "1e3", "1.5", "99999999999999999999", "1e400"), start=1):
        studio.tool("Mask all")
        field.fill("")
        field.press_sequentially(given, delay=50)  # ms, as a person types
        page.keyboard.press("Control+Enter")
        if locked and given in ("-5", "99999999999999999999"):
            expect(page.locator(".toast-body").last).to_contain_text("A seed must be a whole number")
            studio.wait_idle()
            assert results(page) == count - 1
            page.locator(".toast-close").last.click()
            field.fill("")
            page.keyboard.press("Control+Enter")
        expect(page.locator(FINISHED)).to_have_count(count)
        studio.wait_idle()
        made = studio.state["recipe"]["settings"]["seed"]
        assert float(field.input_value()) == made
        if locked and given in ("1e3", "1.5"):
            assert made == {"1e3": 1000, "1.5": 2}[given]


@pytest.mark.parametrize("control", ["steps", "pictures"])
def test_any_number_beside_a_slider(studio: Studio, control: str) -> None:
    studio.set_number("steps", 2)
    box = studio.page.locator(f"#{control} input[type=number]")
    for given in ("", "0", "-3", "1000", "2.5"):
        before = results(studio.page)
        studio.tool("Mask all")
        box.fill(given)
        studio.page.keyboard.press("Control+Enter")
        # As many steps as there are cells take a while where the browser works beside the model.
        expect(studio.page.locator(FINISHED).nth(before)).to_be_visible(timeout=90_000)
        studio.page.locator("#stop").dispatch_event("click")
        studio.wait_idle()
        assert studio.page.locator(".toast-body").count() == 0


@pytest.fixture(scope="module")
def pipe(model: Path) -> UnleashPipeline:
    return UnleashPipeline.from_pretrained(str(model))


def matches(studio: Studio, pipe: UnleashPipeline) -> None:
    """The picture on the canvas is the one of its recipe, if it is whole and was made by a run."""
    state = studio.state
    recipe = Recipe.model_validate(state["recipe"])
    again = pipe(recipe.canvas, settings=recipe.settings).canvases[0].codes
    assert np.array_equal(again, np.array(recipe.codes)), "the recipe makes its picture again"
    assert state["picture"]["codes"] == again.flatten().tolist(), "the picture shown is that of the recipe"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_the_picture_matches_its_recipe(
    slow: Studio, pipe: UnleashPipeline, seed: int
) -> None:
    page, choose = slow.page, random.Random(seed)
    labels = ["church-day", "church-night", "bedroom-day", "bedroom-night"]

    def stroke() -> None:
        row, column = choose.randrange(2, 14), choose.randrange(2, 10)
        slow.drag((row, column), (row, column + 4))

    def label() -> None:
        page.click("#label input")
        page.get_by_role("option", name=choose.choice(labels)).click()

    actions = {
        "generate": (lambda: page.click("#generate"), 4),
        "stop": (lambda: page.locator("#stop").dispatch_event("click"), 2),
        "undo": (lambda: page.keyboard.press("Control+z"), 2),
        "redo": (lambda: page.keyboard.press("Control+y"), 1),
        "label": (label, 2),
        "stroke": (stroke, 4),
        "live": (lambda: page.get_by_role("button", name="Live").click(), 1),
    }
    slow.generate()
    page.keyboard.press("t")
    names, weights = list(actions), [weight for _, weight in actions.values()]
    done = []
    for _ in range(30):
        name = choose.choices(names, weights)[0]
        done.append(name)
        actions[name][0]()
        page.wait_for_timeout(choose.choice([0, 50, 200, 600]))
    page.locator("#stop").dispatch_event("click")
    slow.wait_idle()
    # What was pressed is over: nothing comes after it.
    page.wait_for_timeout(2500)
    slow.wait_idle()
    slow.tool("Mask all")
    count = results(page)
    page.click("#generate")
    expect(page.locator(FINISHED)).to_have_count(count + 1)
    slow.wait_idle()
    matches(slow, pipe)
    slow.page.wait_for_timeout(1500)
    matches(slow, pipe)
