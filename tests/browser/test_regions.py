"""Parts of the picture that show something else than the rest."""

import re
from pathlib import Path

from playwright.sync_api import expect

from unleash.images.recipes import read_recipe

from .studio import Studio


def in_hand(studio: Studio, shows: str) -> None:
    """Take a region in hand, to paint it."""
    menu = studio.page.locator("#regions")
    studio.page.get_by_role("button", name="Regions", exact=True).click()
    menu.get_by_label("What the region shows").fill(shows)
    menu.get_by_role("button", name="Paint", exact=True).click()
    expect(menu).to_be_hidden()
    expect(studio.page.locator("#options .bar .region")).to_contain_text(shows)


def regions_of(studio: Studio) -> dict[str, set[tuple[int, int]]]:
    return {
        region["shows"]: {divmod(cell, 16) for cell in region["cells"]} for region in studio.state["regions"]
    }


def block(top: int, left: int, bottom: int, right: int) -> set[tuple[int, int]]:
    return {(row, col) for row in range(top, bottom + 1) for col in range(left, right + 1)}


def test_two_regions_are_painted_and_stand_in_the_recipe(studio: Studio, tmp_path: Path) -> None:
    page = studio.page
    studio.set_number("steps", 2)
    studio.tool("Rectangle")
    in_hand(studio, "church-night")
    studio.drag((0, 0), (3, 15))
    in_hand(studio, "church-dusk")
    studio.drag((10, 2), (12, 5))
    wanted = {"church-night": block(0, 0, 3, 15), "church-dusk": block(10, 2, 12, 5)}
    assert regions_of(studio) == wanted, "on a blank canvas too"
    expect(page.locator("#estimate")).to_contain_text("3 parts, up to 3 evaluations a step")
    page.keyboard.press("Control+z")
    assert regions_of(studio) == {"church-night": wanted["church-night"]}
    page.keyboard.press("Control+Shift+z")
    assert regions_of(studio) == wanted
    page.reload()
    page.wait_for_selector("[data-ready]")
    page.wait_for_selector("#palette [data-word]")
    assert regions_of(studio) == wanted, "after a reload"
    studio.generate()
    file = tmp_path / "picture.png"
    studio.save().save_as(file)
    regions = read_recipe(file).settings.regions
    assert {region.shows: set(region.cells) for region in regions} == wanted
    studio.tool("New canvas")
    assert regions_of(studio) == {}
    studio.open(file)
    expect(page.locator("#regions .take")).to_have_count(2)
    assert regions_of(studio) == wanted, "with the recipe that was opened"


def test_a_region_is_erased_deleted_and_bound_to_a_mask(painted: Studio) -> None:
    studio, page = painted, painted.page
    studio.tool("Rectangle")
    studio.drag((4, 4), (6, 7))
    menu = page.locator("#regions")
    page.get_by_role("button", name="Regions", exact=True).click()
    field = menu.get_by_label("What the region shows")
    field.fill("a spaceship")
    menu.get_by_role("button", name="Use mask").click()
    assert "no scene" in field.evaluate("field => field.validationMessage")
    field.fill("church-night")
    menu.get_by_role("button", name="Use mask").click()
    assert regions_of(studio) == {"church-night": block(4, 4, 6, 7)}
    menu.get_by_title(re.compile("Paint more of")).click()
    page.keyboard.down("Alt")
    studio.drag((4, 4), (4, 7))
    page.keyboard.up("Alt")
    assert regions_of(studio) == {"church-night": block(5, 4, 6, 7)}
    assert block(4, 4, 6, 7) <= studio.masked, "what is erased from a region stays masked"
    page.locator("#options .bar .region").click()
    studio.drag((8, 4), (8, 7))
    assert regions_of(studio) == {"church-night": block(5, 4, 6, 7)}, "nothing is in hand any more"
    page.get_by_role("button", name="Regions", exact=True).click()
    menu.get_by_label("Delete the region").click()
    assert regions_of(studio) == {}
