"""The page is there before the model is."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import serving
from .studio import Studio

SLOW = """
import sys, time
from unleash.studio import build, launch
from unleash.studio.server import menu
load = menu._loaded
menu._loaded = lambda model: (time.sleep(8), load(model))[1]
whose, *models = sys.argv[1:]
launch(build(models), server_name="127.0.0.1", quiet=False)
"""


PARTS = ["reel", "estimate", "palette", "optionbar", "header", "filmstrip", "run_panel", "canvas"]


@pytest.mark.parametrize("order", [PARTS[::-1], PARTS], ids=["canvas first", "canvas last"])
def test_the_parts_of_the_page_may_arrive_in_any_order(url: str, page: Page, order: list[str]) -> None:
    held: dict[str, Route] = {}
    for part in order:
        page.route(f"**/web/{part}/{part}.js", lambda route, _, part=part: held.update({part: route}))
    page.goto(url)
    for part in order:
        while part not in held:
            page.wait_for_timeout(50)
        held[part].continue_()
        page.wait_for_timeout(200)
    page.wait_for_selector("[data-ready]")
    studio = Studio(page)
    studio.tool("Mask all")
    studio.set_number("steps", 1)
    studio.generate()
    expect(page.locator('[data-command="undo"]')).to_be_enabled()


@pytest.mark.slow
def test_a_run_asked_for_while_the_model_loads_is_made(
    model: Path, page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serving(model, tmp_path_factory.mktemp("slow"), start=SLOW) as url:
        studio = Studio(page)
        page.goto(url)
        page.wait_for_selector("[data-ready]")
        expect(studio.words).to_have_text("The model is loading…")
        studio.tool("Mask all")
        studio.set_number("steps", 2)
        page.click("#generate")
        expect(studio.run).to_have_attribute("data-state", "waiting")
        expect(studio.words).to_have_text("The model is loading…")
        expect(page.locator(".results li")).to_have_count(1, timeout=60_000)
        studio.wait_idle()
        studio.tool("Mask all")
        expect(studio.words).to_have_text("Ready")
