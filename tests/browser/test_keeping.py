"""What this browser keeps: of each tab its canvas and its undo, the pictures and what is said of them."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from unleash import UnleashPipeline
from unleash.images.recipes import read_recipe

from .studio import Studio

FULL = """() => {
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
"""As where there is no more room."""


def reloaded(page: Page) -> Studio:
    page.reload()
    page.wait_for_selector("[data-ready]")
    return Studio(page)


def own_pins(studio: Studio) -> dict[str, int]:
    """The pins of this tab, whatever other tabs keep."""
    return studio.page.evaluate(
        """() => {
            window.dispatchEvent(new Event("pagehide"));
            return JSON.parse(sessionStorage.getItem("unleash.canvas.1")).state.pins;
        }"""
    )


def test_two_tabs_keep_their_own_canvas_and_undo(studio: Studio, url: str) -> None:
    studio.choose_code(3)
    studio.click(0, 0)
    studio.click(0, 2)
    other = Studio(studio.page.context.new_page()).visit(url)
    other.tool("Remove all pins")
    other.choose_code(4)
    other.click(0, 1)
    assert own_pins(reloaded(studio.page)) == {"0": 3, "2": 3}
    assert own_pins(reloaded(other.page)) == {"1": 4}
    for page, pins in ((studio.page, {"0": 3}), (other.page, {})):
        undo = page.get_by_role("button", name="Undo", exact=True)
        expect(undo).to_be_enabled()
        undo.click()
        assert own_pins(Studio(page)) == pins
    other.page.close()


def test_a_full_storage_is_said_and_no_older_canvas_comes_back(studio: Studio) -> None:
    page = studio.page
    studio.choose_code(3)
    studio.click(0, 0)
    assert own_pins(studio) == {"0": 3}
    page.evaluate(FULL)
    studio.click(0, 1)
    expect(page.locator(".storage-full")).to_be_visible()
    expect(page.locator(".storage-full")).to_contain_text("Save it as a project file")
    kept = "localStorage.getItem('unleash.canvas.1') ?? sessionStorage.getItem('unleash.canvas.1')"
    assert page.evaluate(kept) is None


def test_pictures_are_named_starred_found_deleted_and_put_back(painted: Studio) -> None:
    page, pictures = painted.page, painted.page.locator(".results li")
    page.get_by_label("Name", exact=True).fill("Dusk")
    page.get_by_role("button", name="Star", exact=True).click()
    painted.tool("Mask all")
    painted.generate()
    expect(pictures).to_have_count(2)
    page.get_by_label("Search the pictures").fill("dusk")
    expect(page.locator(".results li:visible")).to_have_count(1)
    expect(page.locator(".results li:visible img")).to_have_attribute("alt", "Dusk")
    page.get_by_label("Search the pictures").fill("")
    page.get_by_role("button", name="With a star only").click()
    expect(page.locator(".results li:visible")).to_have_count(1)
    page.get_by_role("button", name="With a star only").click()
    pictures.last.locator("button").focus()
    page.keyboard.press("Delete")
    expect(pictures).to_have_count(1)
    page.get_by_role("button", name="Put it back").click()
    expect(pictures).to_have_count(2)
    reloaded(page)
    expect(pictures.last.locator("img")).to_have_attribute("alt", "Dusk")


def test_save_waits_for_the_run_and_saves_what_is_seen(studio: Studio, model: Path) -> None:
    page = studio.page
    studio.set_number("steps", 30)
    page.click("#generate")
    expect(studio.words).to_contain_text("Step")
    whole = Image.open(BytesIO(Path(studio.save().path()).read_bytes()))
    studio.wait_idle()
    assert whole.mode == "RGB", "nothing is left open"
    studio.tool("Mask all")
    page.click("#generate")
    expect(studio.words).to_contain_text("Step")
    studio.stop()
    assert len(studio.masked) > 0
    path = studio.save().path()
    seen = Image.open(path)
    assert seen.mode == "RGB"
    recipe = read_recipe(path)
    assert np.asarray(recipe.codes).tolist() != np.asarray(studio.state["base"]).reshape(16, 16).tolist()
    again = UnleashPipeline.from_pretrained(model).render(recipe.result)
    assert np.array_equal(np.asarray(again), np.asarray(seen)), "its recipe is of what is seen"
