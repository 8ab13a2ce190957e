"""The catalogue of codes, the inspector and the allow brush."""

import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from . import tiny
from .conftest import START, serving
from .studio import Studio

SURE = 60_000  # ms: the predictions of all cells take sixteen evaluations


def shown(page: Page) -> list[int]:
    codes = page.locator("#palette .code").evaluate_all("tiles => tiles.map((tile) => tile.dataset.code)")
    return [int(code) for code in codes]


def colour(page: Page, code: int) -> np.ndarray:
    """The mean colour of a code's tile, 0 to 255."""
    with Image.open(BytesIO(page.locator(f"#code-{code}").screenshot())) as tile:
        return np.array(tile.convert("RGB"), dtype=float).mean((0, 1))


def take_words(page: Page) -> list[int]:
    """Select all tiles of the word that most of them go by."""
    page.locator("#palette [data-word]").first.click()
    codes = shown(page)
    page.locator("#palette .take").click()
    expect(page.locator("#palette output")).to_have_text(f"{len(codes)} tiles selected")
    return codes


def surface(page: Page) -> str:
    """What the canvas looks like, once nothing moves on it."""
    looks = [None]
    for _ in range(20):
        page.wait_for_timeout(300)
        looks.append(Studio(page).looks)
        if looks[-1] == looks[-2]:
            return looks[-1]
    raise AssertionError("the canvas does not come to rest")


def find(page: Page, query: str) -> list[int]:
    """The tiles that the search finds."""
    page.locator("#palette input[type=search]").fill(query)
    return shown(page)


def test_codes_are_found_by_word_by_number_and_by_keys(studio: Studio) -> None:
    page = studio.page
    assert shown(page) == [], "the catalogue begins with words"
    cards = page.locator("#palette [data-word]")
    counts = [int(text) for text in cards.locator("small").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    word = cards.first.get_attribute("data-word")
    cards.first.click()
    expect(page.locator("#palette input[type=search]")).to_have_value(word)
    assert counts[0] <= len(shown(page)) < studio.mask_token
    assert page.locator("#palette .code").first.bounding_box()["width"] >= 44, "large enough to tell"
    assert find(page, "817") == [817]
    assert find(page, "xyzzy") == []
    expect(page.locator("#palette .note")).to_contain_text("No tile")
    page.locator("#palette [data-view=words]").click()
    expect(cards.first).to_be_visible()

    cards.first.press("Enter")
    expect(page.locator("#palette .sheet")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#palette output")).to_have_text(f"Tile {shown(page)[1]}")
    expect(page.locator("#palette .likely")).to_contain_text("likel", timeout=SURE)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#palette output")).to_have_text("2 tiles selected")


def test_similar_recent_and_favourite_codes(studio: Studio) -> None:
    page = studio.page
    view = lambda name: page.locator(f"#palette [data-view={name}]").click()  # noqa: E731
    studio.choose_code(400)
    view("similar")
    alike = shown(page)
    assert alike[0] == 400
    assert 20 < len(set(alike)) == len(alike) < 100
    asked, nearest, *_, farthest = [colour(page, code) for code in alike]
    assert np.abs(asked - nearest).max() < 16
    assert np.abs(asked - nearest).sum() <= np.abs(asked - farthest).sum() + 8
    page.locator("#palette .star").click()
    page.locator(f"#code-{alike[1]}").click()
    studio.click(3, 3)
    page.reload()
    page.wait_for_selector("#palette [data-word]")
    view("favourites")
    assert shown(page) == [400]
    view("recent")
    assert shown(page) == [alike[1]]
    view("favourites")
    page.locator("#code-400").click()
    page.locator("#palette .star").click()
    assert shown(page) == []


def test_hovering_a_code_shows_where_it_is_likely_and_asks_once(painted: Studio) -> None:
    page, questions = painted.page, []
    page.on("request", lambda request: questions.append(1) if "queue/join" in request.url else None)
    plain = surface(page)
    likely, legend = page.locator("#palette .likely"), page.locator("#canvas .legend")
    expect(legend).to_be_hidden()
    # Codes that there are many of are likely somewhere.
    one, other = [code for code, _ in Counter(painted.state["base"]).most_common(2)]
    find(page, str(one))
    page.locator(f"#code-{one}").hover()
    expect(likely).to_contain_text("likel", timeout=SURE)
    expect(legend).to_contain_text(re.compile(rf"Tile {one} 0 % +[\d.]+ % likely"))
    heat = surface(page)
    assert heat != plain
    find(page, str(other))
    page.locator(f"#code-{other}").hover()
    expect(likely).to_contain_text(f"tile {other}: likel")
    assert surface(page) not in (heat, plain)
    assert len(questions) == 1
    page.mouse.move(5, 5)
    assert surface(page) == plain
    painted.click(8, 8)
    page.locator(f"#code-{other}").hover()
    expect(likely).to_contain_text("likel", timeout=SURE)
    assert len(questions) == 2, "another canvas, other predictions"


def test_a_brush_without_a_tile_and_the_inspector_show_what_is_likely_there(painted: Studio) -> None:
    page = painted.page
    page.get_by_role("tab", name="Size").click()
    page.keyboard.press("p")
    painted.click(6, 5)
    options = page.locator("#palette .patch")
    expect(options).to_have_count(8, timeout=SURE)
    expect(options.first).to_be_visible()
    expect(page.locator("#canvas .live")).to_contain_text("No tile is selected")
    assert painted.pins == {}
    code = int(options.nth(1).get_attribute("data-code"))
    options.nth(1).click()
    painted.click(6, 5)
    assert painted.pins == {(6, 5): code}
    page.keyboard.press("Control+z")

    present = painted.state["base"][6 * 16 + 5]
    page.keyboard.press("q")
    painted.click(6, 5)
    expect(page.locator("#inspector .title")).to_contain_text(f"At row 7, column 6: tile {present}")
    lines = page.locator("#inspector .likeliest li")
    expect(lines).to_have_count(8, timeout=SURE)
    expect(page.locator("#inspector .facts")).to_contain_text("surprise")
    shares = [
        float(text.removesuffix(" %").lstrip("< ")) for text in lines.locator(".percent").all_inner_texts()
    ]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) < 100.5
    assert painted.masked == set(), "looking changes nothing"
    pin = lines.nth(1).get_by_role("button")
    code = int(pin.get_attribute("data-code"))
    pin.click()
    assert painted.pins == {(6, 5): code}
    page.keyboard.press("Control+z")
    expect(page.locator(".counts")).to_have_text("0 to fill · 256 kept")


def test_the_most_surprising_cells_are_masked_again_and_pins_are_not(painted: Studio) -> None:
    page = painted.page
    painted.choose_code(7)
    painted.click(2, 2)
    page.get_by_role("tab", name="Inspect").click()
    plain = surface(page)
    page.locator("#inspector [data-heat=surprise]").click()
    expect(page.locator("#inspector .legend")).to_contain_text("bits", timeout=SURE)
    assert surface(page) != plain
    page.locator("#inspector [data-heat='']").click()
    page.locator("#inspector .repair input").fill("9")
    button = page.locator("#inspector .remask")
    expect(button).to_have_text("Re-mask the 9 most surprising cells")
    button.click()
    expect(page.locator(".counts")).to_have_text("9 to fill · 246 kept · 1 pinned", timeout=SURE)
    assert painted.pins == {(2, 2): 7}
    page.keyboard.press("Control+z")
    expect(page.locator(".counts")).to_have_text("0 to fill · 255 kept · 1 pinned")


def test_what_the_allow_brush_must_have_is_what_is_made(painted: Studio) -> None:
    page = painted.page
    codes = take_words(page)
    painted.tool("Smaller brush")
    strength, words = page.locator("#options .rule [type=range]"), page.locator("#options .strength")
    expect(words).to_have_text("prefer")
    painted.drag((5, 3), (5, 8))
    cells = [(5, column) for column in range(3, 9)]
    asked = {rule["strength"]: [tuple(cell) for cell in rule["cells"]] for rule in painted.state["rules"]}
    assert len(asked[1]) == 1, "at least one"
    assert sorted(asked[0.8] + asked[1]) == cells
    page.keyboard.press("Control+z")
    assert painted.state["rules"] == [], "one stroke, one undo"
    strength.fill("4")
    expect(words).to_have_text("only")
    painted.drag((5, 3), (5, 8))
    (rule,) = painted.state["rules"]
    assert sorted(map(tuple, rule["cells"])) == cells
    assert rule["codes"] == sorted(codes)
    assert (rule["allowed"], rule["strength"]) == (True, 1)
    assert painted.masked == set(cells), "or the rule would have nothing to say"
    page.mouse.move(*painted.at(5, 4))
    expect(page.locator(".live")).to_contain_text("only")
    painted.generate()
    recipe = painted.state["recipe"]
    assert recipe["canvas"]["rules"][0]["codes"] == sorted(codes)
    assert all(recipe["codes"][row][column] in codes for row, column in cells)


def test_rules_are_forbidden_collected_taken_away_and_add_up(painted: Studio) -> None:
    page = painted.page
    painted.choose_code(10)
    find(page, "20")
    page.locator("#code-20").click(modifiers=["Control"])
    expect(page.locator("#palette output")).to_have_text("2 tiles selected")
    page.locator("#options [data-allowed=false]").click()
    page.locator("#options .rule [type=range]").fill("0")
    painted.tool("Smaller brush")
    painted.drag((9, 3), (9, 5))
    (rule,) = painted.state["rules"]
    assert (rule["codes"], rule["allowed"], rule["strength"]) == ([10, 20], False, 0.5)
    page.keyboard.press("Control+z")
    assert painted.state["rules"] == []
    page.keyboard.press("Control+Shift+z")
    page.keyboard.down("Alt")
    painted.drag((9, 3), (9, 4))
    page.keyboard.up("Alt")
    assert painted.state["rules"][0]["cells"] == [[9, 5]]
    page.keyboard.down("Alt")
    painted.click(9, 5)
    page.keyboard.up("Alt")
    assert painted.state["rules"] == []

    painted.choose_code(10)
    painted.tool("Allow brush")
    page.locator("#options [data-allowed=true]").click()
    page.locator("#options .rule [type=range]").fill("4")
    painted.click(4, 4)
    page.locator("#options [data-allowed=false]").click()
    painted.click(4, 4)  # only code 10, and not code 10
    expect(page.locator(".live")).to_contain_text("leave no code")
    (rule,) = painted.state["rules"]
    assert rule["allowed"] is True
    painted.generate()
    assert painted.state["base"][4 * 16 + 4] == 10


SLOW = """
import time
from unleash.studio.server import drawing, menu
menu.MANY_CODES, drawing._BATCH = 100, 16
draw = drawing.draw
def slowly(*given):
    time.sleep(0.1)
    return draw(*given)
drawing.draw = slowly
"""


@pytest.mark.slow
def test_a_large_codebook_is_usable_while_it_is_drawn(page: Page, tmp_path: Path) -> None:
    model = tiny.save(tmp_path / "large")
    with serving(model, tmp_path / "gradio", start=SLOW + START) as url:
        studio = Studio(page)
        page.goto(url)
        page.wait_for_selector("[data-ready]")
        bar = page.locator("#palette .drawing")
        expect(bar).to_contain_text("Drawing the tiles:")
        page.wait_for_selector("#palette [data-word]")
        expect(bar).to_be_visible()
        studio.choose_code(599)
        expect(page.locator("#options .tile")).to_contain_text("tile 599")
        expect(bar).to_be_hidden()
        studio.choose_code(3)
        expect(page.locator("#options .tile")).to_contain_text("tile 3")
