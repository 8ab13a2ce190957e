"""Choosing among pictures: more like this, and another light."""

from playwright.sync_api import expect

from .studio import Studio


def _press(studio: Studio, button: str) -> None:
    before = studio.page.locator(".results li").count()
    studio.page.get_by_role("tab", name="Vary").click()
    studio.page.click(button)
    expect(studio.page.locator(".results li")).to_have_count(before + studio.pictures)
    studio.wait_idle()


def test_more_like_this_draws_the_asked_share_again_and_leaves_mask_and_pins(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    studio.tool("Clear mask")
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
