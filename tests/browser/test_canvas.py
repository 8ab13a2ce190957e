"""Painting: by mouse, by touch, by keyboard, with everything undoable."""

from playwright.sync_api import Browser, expect

from .studio import Studio

BLOCK = {(3, 3), (3, 4), (4, 3), (4, 4)}


def test_painting_by_mouse(painted: Studio) -> None:
    before = painted.state["base"]
    painted.tool("Mask brush")
    painted.tool("Smaller brush")
    painted.drag((2, 2), (2, 9))
    assert painted.masked == {(2, column) for column in range(2, 10)}
    painted.tool("Eraser")
    painted.tool("Larger brush")
    painted.drag((2, 2), (2, 9))
    assert painted.masked == set()
    assert painted.state["base"] == before, "the eraser shows what was beneath"

    painted.tool("Rectangle")
    painted.drag((3, 3), (4, 4))
    assert painted.masked == BLOCK
    painted.tool("Invert mask")
    assert len(painted.masked) == 256 - len(BLOCK)
    painted.tool("Fill")
    painted.click(3, 3)
    assert len(painted.masked) == 256
    painted.tool("Clear mask")
    painted.tool("Mask all")
    assert len(painted.masked) == 256
    painted.tool("Clear mask")

    for _ in range(2):
        painted.tool("Zoom in")
    expect(painted.page.locator(".stage")).to_have_attribute("data-zoom", "2.25")
    painted.tool("Mask brush")
    painted.tool("Smaller brush")
    painted.page.mouse.click(*painted.at(7.5, 7.5))
    (cell,) = painted.masked
    assert cell in {(7, 7), (7, 8), (8, 7), (8, 8)}, "painting is exact when zoomed in"


def test_the_eyedropper_takes_a_code_that_the_pin_brush_paints_and_a_reload_keeps_it(painted: Studio) -> None:
    code = painted.state["base"][5 * 16 + 7]
    painted.tool("Eyedropper")
    painted.click(5, 7)
    expect(painted.page.locator("#palette output")).to_have_text(f"Tile {code}")
    painted.drag((10, 4), (10, 6))
    assert painted.pins == {(10, 4): code, (10, 5): code, (10, 6): code}
    painted.tool("Eraser")
    painted.click(10, 5)
    assert (10, 5) in painted.pins, "only unpinning takes a pin away"
    painted.tool("Pin brush")
    painted.page.keyboard.down("Alt")
    painted.click(10, 5)
    painted.page.keyboard.up("Alt")
    assert set(painted.pins) == {(10, 4), (10, 6)}
    painted.tool("Rectangle")
    painted.drag((3, 3), (4, 4))
    painted.set_number("steps", 9)
    before = painted.state
    painted.page.reload()
    painted.page.wait_for_selector("[data-ready]")
    assert painted.state == before
    expect(painted.page.locator("#steps input[type=number]")).to_have_value("9")
    expect(painted.page.locator(".results li")).to_have_count(1)


def test_strokes_and_generations_undo_and_redo(painted: Studio) -> None:
    large = {(row, column) for row in range(3, 13) for column in range(3, 13)}
    picture = painted.state["picture"]["url"]
    painted.tool("Rectangle")
    painted.drag((3, 3), (12, 12))  # so many cells that no two runs make the same of them
    painted.generate()
    varied = painted.state["picture"]["url"]
    assert varied != picture
    assert painted.masked == set(), "what was filled is kept"
    filled = [divmod(i, 16) for i, its in enumerate(painted.state["lastRegion"]["cells"]) if its]
    assert set(filled) == large, "and remembered"
    painted.page.keyboard.press("Control+z")
    assert painted.state["picture"]["url"] == picture
    assert painted.masked == large
    painted.page.keyboard.press("Control+z")
    assert painted.masked == set()
    painted.page.keyboard.press("Control+Shift+z")
    painted.page.keyboard.press("Control+Shift+z")
    assert painted.state["picture"]["url"] == varied


def test_keyboard_alone(studio: Studio) -> None:
    page, press = studio.page, studio.page.keyboard.press
    expect(page.locator(".counts")).to_have_text("256 to fill · 0 kept")
    assert len(studio.masked) == 256, "a new canvas is masked all over"
    studio.surface.focus()
    press("Control+Enter")
    expect(page.locator(".results li")).to_have_count(1)
    studio.wait_idle()
    for key in ("ArrowDown", "ArrowRight", "[", "Space"):
        press(key)
    assert studio.masked == {(1, 1)}
    press("Shift+ArrowRight")
    assert studio.masked == {(1, 1), (1, 2)}
    expect(page.locator(".live")).to_contain_text("Row 2, column 3: masked")
    press("i")
    press("ArrowDown")
    press("Enter")
    press("ArrowDown")
    press("Space")
    assert list(studio.pins) == [(3, 2)]
    page.locator("#palette [data-word]").first.press("Enter")
    expect(page.locator("#palette .sheet")).to_be_focused()
    press("Home")
    press("ArrowRight")
    chosen = page.locator("#palette [aria-selected=true]")
    expect(chosen).to_have_count(1)
    assert page.locator("#palette .sheet").get_attribute("aria-activedescendant") == chosen.get_attribute(
        "id"
    )


def test_a_phone_in_the_dark(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    studio = Studio(context.new_page()).visit(f"{url}?__theme=dark")
    page = studio.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("body.dark")).to_have_count(1)
    studio.generate()
    studio.tool("Mask brush")
    page.touchscreen.tap(*studio.at(6, 6))
    assert (6, 6) in studio.masked
    context.close()
