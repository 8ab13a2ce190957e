"""The header: files in every form, from wherever the page is scrolled to."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from unleash.images.recipes import read_recipe

from .studio import Studio

CASES = Path(__file__).parents[1] / "fixtures" / "pictures"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture with more pixels than the canvas, all of them different."""
    path = tmp_path / "photo.png"
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    return path


def opened(studio: Studio, file: Any) -> None:
    studio.open(file)
    expect(studio.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    expect(said(studio.page)).not_to_contain_text("Opening")


def said(page: Page) -> Any:
    return page.locator("#header .words")


def save_as(studio: Studio, name: str) -> Any:
    studio.page.get_by_role("button", name="Save as").click()
    with studio.page.expect_download() as download:
        studio.page.get_by_role("menuitem", name=name).click()
    return download.value


def pixels(path: Path) -> np.ndarray:
    return np.array(Image.open(BytesIO(path.read_bytes())).convert("RGB"), dtype=int)


def test_a_repainted_part_goes_back_into_the_whole_photograph_also_by_way_of_a_project(
    studio: Studio, photo: Path, browser: Browser, url: str, tmp_path: Path
) -> None:
    studio.open(photo)
    studio.choose_fit()
    expect(studio.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    expect(said(studio.page)).not_to_contain_text("Opening")
    studio.set_number("steps", 2)
    studio.drag((4, 4), (4, 8))
    studio.generate()
    studio.save().save_as(tmp_path / "saved.png")
    expect(said(studio.page)).to_have_text("Saved at 800×600 pixels, as large as the picture you opened.")
    changed = (pixels(photo) != pixels(tmp_path / "saved.png")).any(axis=-1)
    # The canvas shows the square in the middle, so a cell has 37.5 pixels; half of one around it fades.
    cell = 600 / 16
    assert (
        changed[round(4 * cell) : round(5 * cell), round(100 + 4 * cell) : round(100 + 9 * cell)].mean()
        > 0.98
    )
    changed[round(2.4 * cell) : round(6.6 * cell), round(100 + 2.4 * cell) : round(100 + 10.6 * cell)] = False
    assert not changed.any()

    before, seed = studio.state, studio.page.input_value("#seed input")
    save_as(studio, "Project file").save_as(tmp_path / "project.zip")
    context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    other = Studio(context.new_page()).visit(url)
    opened(other, tmp_path / "project.zip")
    expect(other.page.locator(".results li")).to_have_count(1)
    expect(other.page.locator("#seed input")).to_have_value(seed)
    expect(other.page.locator("#steps input[type=number]")).to_have_value("2")
    after = other.state
    for layer in ("base", "masked", "pins", "recipe", "picture", "pixels"):
        assert after[layer] == before[layer]
    assert np.array_equal(pixels(other.save().path()), pixels(tmp_path / "saved.png"))
    other.page.keyboard.press("Control+z")
    expect(other.page.locator(".counts")).to_have_text("256 to fill · 0 kept")
    assert other.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()

    studio.open({"name": "no.zip", "mimeType": "application/zip", "buffer": b"no zip"})
    expect(said(studio.page)).to_have_text("no.zip is not a readable zip file.")
    assert studio.state == before


def test_what_was_changed_elsewhere_opens_as_it_looks_and_its_recipe_on_demand(studio: Studio) -> None:
    opened(studio, CASES / "edited_palette.png")
    notice = studio.page.get_by_role("alert").filter(has_text="was changed")
    expect(notice).to_contain_text("edited_palette.png was changed after it was saved here")
    assert studio.state["recipe"] is None
    notice.get_by_role("button", name="Open the recipe's original picture").click()
    expect(notice).to_be_hidden()
    expect(studio.page.locator(".results li")).to_have_count(1)
    recipe = read_recipe(CASES / "edited_palette.png")
    assert studio.state["base"] == [code for row in recipe.codes or () for code in row]
    assert studio.state["pixels"] is None


def test_a_picture_is_saved_larger_and_as_jpeg(painted: Studio, tmp_path: Path) -> None:
    page = painted.page
    large = save_as(painted, "PNG, 2×")
    expect(said(page)).to_have_text("Saved at 512×512 pixels, enlarged by Lanczos.")
    assert pixels(large.path()).shape == (512, 512, 3)
    assert large.suggested_filename.endswith("-2x.png")
    jpeg = save_as(painted, "JPEG")
    assert Image.open(jpeg.path()).format == "JPEG"
    large.save_as(tmp_path / "large.png")
    page.keyboard.press("n")
    opened(painted, tmp_path / "large.png")
    assert painted.state["recipe"] is not None, "it carries its recipe"

    page.get_by_role("button", name="Save as").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="PNG, 2×")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Save as")).to_be_focused()


def test_the_header_is_at_hand_wherever_the_page_is_scrolled_to(painted: Studio) -> None:
    page = painted.page
    page.set_viewport_size({"width": 1280, "height": 500})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("scrollY > 0")
    box = page.locator("#header").bounding_box()
    assert box is not None
    assert (round(box["x"]), round(box["y"]), round(box["width"])) == (
        0,
        0,
        page.evaluate("document.body.clientWidth"),
    )
    with page.expect_file_chooser():
        page.keyboard.press("Control+o")
    page.keyboard.press("a")
    expect(page.locator(".counts")).to_have_text("256 to fill · 0 kept")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator(".counts")).to_have_text("256 to fill · 0 kept")
