"""Choosing among pictures: side by side, more like this, another light, blends."""

import re

import pytest
from playwright.sync_api import expect

from .studio import Studio

pytestmark = pytest.mark.slow


def _press(studio: Studio, button: str) -> None:
    before = studio.page.locator(".results li").count()
    studio.page.get_by_role("tab", name="Vary").click()
    studio.page.click(button)
    expect(studio.page.locator(".results li")).to_have_count(before + studio.pictures)
    studio.wait_idle()


def test_more_like_this_draws_the_asked_share_again_and_leaves_mask_and_pins(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    studio.tool("Rectangle")
    studio.drag((8, 8), (10, 10))
    studio.choose_code(5)
    studio.drag((2, 2), (2, 5))
    before, masked, pins = studio.state, studio.masked, studio.pins
    _press(studio, "#more")
    after = studio.state
    assert (studio.masked, studio.pins) == (masked, pins)
    recipe = after["recipe"]
    asked = sum(sum(row) for row in recipe["canvas"]["masked"])
    assert asked == round(0.5 * (256 - len(pins)))
    flat = [cell for row in recipe["canvas"]["masked"] for cell in row]
    changed = [i for i in range(256) if after["base"][i] != before["base"][i]]
    assert changed
    assert all(flat[i] or divmod(i, 16) in pins for i in changed)


def test_relight_fills_under_the_other_label(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    studio.page.get_by_role("tab", name="Vary").click()
    studio.page.click("#light input")
    last = studio.page.get_by_role("option").last
    name = last.inner_text().strip()
    last.click()
    _press(studio, "#relight")
    assert studio.state["recipe"]["settings"]["label"] in name


def four(studio: Studio) -> list[str]:
    """Four variations, side by side on the stage; their pictures, in the order of their seeds."""
    studio.set_number("steps", 4)
    studio.set_number("pictures", 4)
    studio.generate()
    expect(studio.page.locator(".choices .choice")).to_have_count(4)
    return studio.page.locator(".choices img").evaluate_all("images => images.map((image) => image.src)")


def test_variations_lie_side_by_side_to_choose_one(studio: Studio) -> None:
    page, pictures = studio.page, four(studio)
    board = page.locator(".choices")
    seeds = page.locator(".choices img").evaluate_all("images => images.map((image) => image.alt)")
    numbers = [int(words.rsplit(" ", 1)[1]) for words in seeds]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert studio.state["picture"]["url"] == pictures[3]
    board.locator(".choice").nth(1).click()
    expect(board).to_be_hidden()
    assert studio.state["picture"]["url"] == pictures[1]
    page.keyboard.press("o")
    expect(board.locator(".choice").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(board.locator(".choice").nth(3)).to_be_focused()
    page.keyboard.press("Escape")
    expect(board).to_be_hidden()
    assert studio.state["picture"]["url"] == pictures[1]
    page.keyboard.press("o")
    page.keyboard.press("3")
    expect(board).to_be_hidden()
    assert studio.state["picture"]["url"] == pictures[2]
    page.keyboard.press("Control+z")
    assert studio.state["picture"]["url"] == pictures[1]


def test_who_paints_on_is_not_asked_to_choose(studio: Studio) -> None:
    studio.set_number("steps", 16)
    studio.set_number("pictures", 3)
    studio.page.click("#generate")
    expect(studio.words).to_contain_text("Step")
    studio.choose_code(5)
    studio.drag((5, 5), (5, 8))
    expect(studio.page.locator(".results li")).to_have_count(3)
    studio.wait_idle()
    assert len(studio.pins) == 4
    expect(studio.page.locator(".choices")).to_be_hidden()


def test_more_like_one_of_them_begins_with_it(studio: Studio) -> None:
    pictures = four(studio)
    studio.set_number("pictures", 2)
    tile = studio.page.locator(".choices li").nth(2)
    tile.hover()
    tile.get_by_role("button", name="More like this").click()
    expect(studio.page.locator(".results li")).to_have_count(6)
    studio.wait_idle()
    # The new ones lie side by side now; back to where they began.
    expect(studio.page.locator(".choices .choice")).to_have_count(2)
    studio.page.keyboard.press("Escape")
    asked = studio.state["recipe"]["canvas"]
    assert sum(sum(row) for row in asked["masked"]) == 128
    studio.page.keyboard.press("Control+z")
    assert studio.state["picture"]["url"] == pictures[2]
    assert [code for row in asked["base"] for code in row] == studio.state["base"]


def test_another_picture_is_blended_in_where_it_is_masked_and_its_borders_are_healed(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    second = studio.state["base"]
    studio.tool("Mask all")
    studio.generate()
    studio.tool("Rectangle")
    studio.drag((0, 0), (7, 15))
    first, masked = studio.state["base"], studio.masked
    page = studio.page
    page.get_by_role("tab", name="Vary").click()
    page.get_by_role("radio", name="Where masked").check()
    page.click("#blend")
    expect(page.get_by_text("Choose the picture to blend with first")).to_be_visible()
    studio.wait_idle()
    page.locator("#blend-with button").first.click()
    _press(studio, "#blend")
    after = studio.state["base"]
    border = {7, 8}
    rows = {row for row, _ in masked}
    assert rows == set(range(8))
    for row in set(range(16)) - border:
        line = slice(16 * row, 16 * row + 16)
        assert after[line] == (second if row in rows else first)[line]
    assert studio.masked == masked


def test_a_blend_in_patches_has_cells_of_both(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    second = studio.state["base"]
    studio.tool("Mask all")
    studio.generate()
    first = studio.state["base"]
    studio.page.get_by_role("tab", name="Vary").click()
    studio.page.locator("#blend-with button").first.click()
    _press(studio, "#blend")
    asked = studio.state["recipe"]["canvas"]
    base = [code for row in asked["base"] for code in row]
    assert all(code in pair for code, *pair in zip(base, first, second, strict=True))
    assert sum(code == one for code, one in zip(base, first, strict=True)) >= 128
    assert sum(code == two for code, two in zip(base, second, strict=True)) >= 128
    assert re.search(r"seed \d+", studio.page.locator(".results img").first.get_attribute("alt"))
