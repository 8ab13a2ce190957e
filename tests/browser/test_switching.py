"""Going over to another model: what is asked for meanwhile is of its canvas, and no toast is needless."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import tiny
from .conftest import serving
from .studio import Studio

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with two models of as many cells, of other codes and labels."""
    other = tiny.save(tmp_path_factory.mktemp("models") / "other")
    with serving(model, tmp_path_factory.mktemp("gradio"), others=[other]) as address:
        yield address


def choose(page: Page, name: str) -> None:
    page.click("#model input")
    page.get_by_role("option", name=name).click()


def test_a_run_asked_for_at_once_is_of_the_canvas_of_the_other_model(studio: Studio) -> None:
    page = studio.page
    studio.set_number("steps", 2)
    studio.generate()
    page.click("#label input")
    page.get_by_role("option", name="church-night").click()
    studio.tool("Mask all")
    page.get_by_text("Model and sampling").click()
    choose(page, "other")
    page.click("#generate")
    expect(page.locator(".results li")).to_have_count(1)
    studio.wait_idle()
    state = studio.state
    assert state["codebook"] == tiny.CODES
    assert state["recipe"]["model"].endswith("other")
    assert state["recipe"]["settings"]["label"] in (None, *tiny.LABELS)
    studio.tool("Mask all")
    for name in ("scenes", "other", "scenes"):
        choose(page, name)
    page.click("#generate")
    expect(page.locator(".results li")).to_have_count(2)
    studio.wait_idle()
    assert studio.state["recipe"]["model"].endswith("scenes")
    assert page.locator(".toast-body").count() == 0
