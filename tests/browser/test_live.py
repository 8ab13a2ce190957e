"""Live and heal: strokes that are filled at once."""

import re

from playwright.sync_api import expect

from .studio import Studio


def begun(studio: Studio) -> list[int]:
    """A whole picture, Live on; its codes."""
    studio.set_number("steps", 4)
    studio.generate()
    studio.page.locator("#lock input").check()
    studio.page.keyboard.press("t")
    expect(studio.page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    return studio.state["base"]


def changed(before: list[int], after: list[int]) -> set[tuple[int, int]]:
    return {divmod(i, 16) for i in range(256) if before[i] != after[i]}


def test_strokes_are_filled_at_once_and_undone_with_their_fill(studio: Studio) -> None:
    before = begun(studio)
    state = studio.state
    studio.drag((9, 4), (9, 10))
    studio.wait_idle()
    after = studio.state
    region = {(row, column) for row in (9, 10, 8) for column in range(3, 12)}
    assert changed(before, after["base"])
    assert changed(before, after["base"]) <= region
    assert studio.mask_token not in after["base"]
    assert not studio.masked & {(9, column) for column in range(4, 11)}, "what was filled is kept"
    assert after["recipe"]["settings"]["steps"] == 2
    studio.page.keyboard.press("Control+z")
    assert studio.state["base"] == before
    assert studio.state["masked"] == state["masked"]
    studio.page.keyboard.press("Control+y")
    assert studio.state["base"] == after["base"]
    studio.page.keyboard.press("Control+z")

    for row in (3, 7, 11):  # a newer stroke takes the place of a run under way
        studio.drag((row, 2), (row, 13))
    studio.wait_idle()
    after = studio.state
    assert studio.mask_token not in after["base"]
    rows = {row for row, _ in changed(before, after["base"])}
    assert rows & {2, 3}
    assert rows & {6, 7}
    assert rows & {10, 11}
    expect(studio.page.locator(".results li")).to_have_count(3), "one picture for all strokes"
    for _ in range(3):
        studio.page.keyboard.press("Control+z")
    assert studio.state["base"] == before


def test_a_pin_is_answered_by_what_was_filled_around_it_and_by_nothing_else(studio: Studio) -> None:
    begun(studio)
    studio.drag((9, 3), (9, 12))
    studio.wait_idle()
    before = studio.state["base"]
    region = {(row, column) for row in (8, 9, 10) for column in range(2, 14)}
    studio.choose_code(5)
    studio.drag((9, 6), (9, 9))
    studio.wait_idle()
    answer = studio.state["base"]
    assert studio.pins == {(9, column): 5 for column in range(6, 10)}
    assert not studio.masked
    assert changed(before, answer)
    assert changed(before, answer) <= region - set(studio.pins), "beneath a pin nothing changes"
    studio.drag((2, 2), (2, 3))
    studio.wait_idle()
    after = studio.state
    assert after["base"] == answer
    assert after["picture"]["codes"][2 * 16 + 2] == 5, "the picture shows the pins"


def test_healing_fills_what_it_sweeps_and_no_more(studio: Studio) -> None:
    studio.set_number("steps", 4)
    studio.generate()
    studio.tool("Rectangle")
    studio.drag((0, 0), (2, 2))
    before, waiting = studio.state, studio.masked
    studio.page.keyboard.press("j")
    studio.drag((9, 9), (9, 12))
    studio.wait_idle()
    after = studio.state
    assert changed(before["base"], after["base"])
    assert changed(before["base"], after["base"]) <= {(r, c) for r in (8, 9, 10) for c in range(8, 14)}
    assert studio.masked == waiting, "what waits, waits"
    studio.page.keyboard.press("Control+z")
    assert studio.state["base"] == before["base"]


def test_live_is_remembered_and_strokes_during_generate_only_mask(studio: Studio) -> None:
    studio.page.keyboard.press("t")
    studio.page.reload()
    studio.page.wait_for_selector("#palette [data-word]")
    expect(studio.page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    studio.drag((5, 5), (5, 8))
    expect(studio.page.locator(".results li")).to_have_count(1)
    assert studio.mask_token not in studio.state["base"]
    assert not studio.masked, "a blank canvas becomes a picture"
    studio.begin_a_long_run()
    studio.drag((5, 5), (5, 8))
    expect(studio.words).to_have_text(re.compile(r"Step \d+ of 64 · picture"))
    studio.stop()
