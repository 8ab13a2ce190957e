"""Generating: streamed, stoppable, with what was kept and pinned left alone."""

import re

from playwright.sync_api import Browser, Page, expect

from unleash import Settings

from .studio import Studio


def test_a_picture_is_made_step_by_step_with_pins_and_kept_cells_unchanged(studio: Studio) -> None:
    studio.choose_code(5)
    studio.drag((2, 2), (2, 5))
    studio.watch_frames()
    studio.generate()
    assert len(studio.frames) >= 4
    assert f"of {Settings().steps}" in studio.frames[0]
    assert "s left" in studio.frames[0]
    first = studio.state
    assert first["recipe"]["codes"] is not None
    pins = {(2, column): 5 for column in range(2, 6)}
    assert studio.pins == pins
    studio.tool("Rectangle")
    studio.drag((8, 8), (12, 12))
    studio.generate()
    codes = studio.state["recipe"]["codes"]
    assert all(codes[row][column] == code for (row, column), code in pins.items())
    filled = {(row, column) for row in range(8, 13) for column in range(8, 13)}
    kept = [i for i in range(256) if divmod(i, 16) not in filled | set(pins)]
    assert all(codes[i // 16][i % 16] == first["base"][i] for i in kept)


def test_a_stopped_picture_goes_on_to_what_it_would_have_become(studio: Studio) -> None:
    page = studio.page
    studio.set_number("steps", 40)
    page.locator("#lock input").check()
    studio.generate()
    whole = studio.state
    studio.tool("Mask all")
    page.click("#generate")
    expect(studio.words).to_contain_text(re.compile(r"Step [3-9]"))
    studio.stop()
    expect(studio.words).to_contain_text("Stopped at step")
    expect(page.locator(".said")).to_contain_text("Resume continues")
    expect(page.locator(".results li")).to_have_count(2)
    page.click("#resume")
    expect(page.locator(".said")).to_contain_text("The picture is finished")
    assert studio.state["base"] == whole["base"]
    assert studio.state["recipe"]["codes"] == whole["recipe"]["codes"]
    assert studio.masked == set()
    expect(page.locator(".results li")).to_have_count(2), "in the place of the stopped one"
    expect(page.locator("#resume")).to_be_disabled()


def test_again_fills_the_region_anew_and_its_results_are_leafed_through_in_place(painted: Studio) -> None:
    page, before = painted.page, painted.state["base"]
    painted.tool("Rectangle")
    painted.drag((4, 4), (7, 7))
    painted.generate()
    first = painted.state["base"]
    page.click("#again")
    expect(page.locator(".place")).to_have_text("2 of 2")
    second = painted.state["base"]
    assert first != second
    for width in (2560, 1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        panel = page.locator("#run-panel").bounding_box()
        for part in page.locator("#run-panel .line > *:visible").all():
            box = part.bounding_box()
            assert box["x"] + box["width"] <= panel["x"] + panel["width"] + 1, (width, part.inner_text())
    page.set_viewport_size({"width": 1280, "height": 800})
    inside = {row * 16 + column for row in range(4, 8) for column in range(4, 8)}
    assert all(first[i] == second[i] == before[i] for i in range(256) if i not in inside)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".place")).to_have_text("1 of 2")
    assert painted.state["base"] == first
    page.get_by_role("button", name="Discard").click()
    assert painted.state["base"] == before
    assert painted.masked == {divmod(i, 16) for i in inside}
    page.keyboard.press("Control+z")
    assert painted.state["base"] == first


def test_a_click_on_generate_while_the_page_is_loading_is_not_lost(page: Page, url: str) -> None:
    page.goto(url, wait_until="commit")
    page.click("#generate")
    expect(page.locator(".results li")).to_have_count(1)


def test_strokes_during_a_run_are_kept_and_what_ends_it_keeps_what_there_is(studio: Studio) -> None:
    studio.generate()
    before = studio.state["base"]
    studio.begin_a_long_run()
    studio.page.keyboard.press("Control+z")
    studio.wait_idle()
    assert studio.state["base"] == before, "undo ends a run"

    studio.begin_a_long_run()
    studio.stop()
    assert 0 < len(studio.masked) < 256
    assert studio.state["picture"] is not None

    studio.begin_a_long_run()
    studio.choose_code(9)
    studio.drag((4, 4), (4, 8))
    assert studio.run.get_attribute("data-state") == "running"
    studio.page.keyboard.press("Control+z")
    studio.page.keyboard.press("Control+Shift+z")
    assert studio.pins == {(4, column): 9 for column in range(4, 9)}
    expect(studio.words).to_contain_text(re.compile("picture [2-8] of 8"))
    assert studio.pins == {(4, column): 9 for column in range(4, 9)}
    studio.stop()
    studio.set_number("steps", 4)
    studio.set_number("pictures", 1)
    studio.generate()  # the model is free again


def test_variations_can_be_chosen_and_a_locked_seed_makes_the_same_picture(studio: Studio) -> None:
    studio.set_number("pictures", 3)
    studio.set_number("steps", 4)
    studio.generate()
    seeds = [image.get_attribute("alt") for image in studio.page.locator(".results img").all()]
    numbers = [int(seed.split()[-1]) for seed in seeds]
    assert numbers == [numbers[2] + 2, numbers[2] + 1, numbers[2]]
    studio.page.locator(".results button").nth(2).click()
    assert studio.state["recipe"]["settings"]["seed"] == numbers[2]
    studio.page.keyboard.press("Control+z")
    assert studio.state["recipe"]["settings"]["seed"] == numbers[0]

    studio.set_number("pictures", 1)
    studio.page.get_by_label("Lock").check()
    seed, first = studio.page.input_value("#seed input"), studio.state["base"]
    studio.tool("Mask all")
    studio.generate()
    assert studio.state["recipe"]["settings"]["seed"] == int(seed)
    again = studio.state["base"]
    studio.tool("Mask all")
    studio.generate()
    assert studio.state["base"] == again, "a locked seed makes the same picture"
    studio.page.get_by_label("Lock").uncheck()
    studio.tool("Mask all")
    studio.generate()
    assert studio.state["base"] not in (first, again)


def test_with_nothing_masked_there_is_a_choice_and_nothing_is_lost(painted: Studio) -> None:
    page, before = painted.page, painted.state["base"]
    page.click("#generate")
    page.get_by_role("button", name="Paint a mask first").click()
    assert painted.state["base"] == before
    expect(page.locator(".nothing")).to_be_hidden()
    expect(page.get_by_role("button", name="Mask brush")).to_have_attribute("aria-pressed", "true")
    page.locator("#lock input").uncheck()
    page.click("#generate")
    page.get_by_role("button", name="New picture").click()
    expect(page.locator(".results li")).to_have_count(2)
    painted.wait_idle()
    assert painted.state["base"] != before
    page.keyboard.press("Control+z")
    assert painted.state["base"] == before


def test_two_visitors_each_get_their_own(browser: Browser, url: str) -> None:
    contexts = [browser.new_context(viewport={"width": 1280, "height": 800}) for _ in range(2)]
    one, two = (Studio(context.new_page()).visit(url) for context in contexts)
    one.choose_code(3)
    one.click(0, 0)
    two.choose_code(4)
    two.click(0, 1)
    for studio in (one, two):
        studio.page.click("#generate")
    for studio in (one, two):
        expect(studio.page.locator(".results li")).to_have_count(1)
        studio.wait_idle()
    assert one.pins == {(0, 0): 3}
    assert two.pins == {(0, 1): 4}
    assert one.state["recipe"]["codes"][0][0] == 3
    assert two.state["recipe"]["codes"][0][1] == 4
    assert one.state["base"] != two.state["base"]
    for context in contexts:
        context.close()


def test_another_label_half_way_is_followed_by_the_rest(studio: Studio) -> None:
    page = studio.page
    studio.set_number("steps", 32)
    # Or the first run would go on to draw again what the second one keeps.
    studio.set_sampling("correction", 0)
    page.locator("#lock input").check()
    studio.generate()
    plain = studio.state["base"]
    assert studio.state["recipe"]["settings"]["correction"] == 0
    studio.tool("Mask all")
    page.click("#generate")
    expect(studio.words).to_contain_text(re.compile(r"Step \d"))
    page.click("#label input")
    page.get_by_role("option", name="bedroom-night").click()
    expect(page.locator(".results li")).to_have_count(2)
    studio.wait_idle()
    after = studio.state
    settings = after["recipe"]["settings"]
    assert settings["label"] == "bedroom-night"
    assert 0 < settings["steps"] < 32
    left = [masked for row in after["recipe"]["canvas"]["masked"] for masked in row]
    known = [i for i, masked in enumerate(left) if not masked]
    assert known, "the label came before the first step"
    assert all(after["base"][i] == plain[i] for i in known)
    assert after["base"] != plain
    assert studio.masked == set()
    assert all(after["lastRegion"]["cells"]), "all of it is what the run filled"
