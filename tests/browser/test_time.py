"""Time: the steps of a run, branches from them, the tree of pictures, films, and what a reload leaves."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from .studio import Studio

pytestmark = pytest.mark.slow

STAGE = "document.querySelector('.stage .picture').toDataURL()"


def made(studio: Studio, steps: int = 6) -> Studio:
    """After a run of so many steps."""
    studio.set_number("steps", steps)
    studio.generate()
    return studio


def scrub(studio: Studio, key: str, times: int = 1) -> None:
    slider = studio.page.get_by_role("slider", name="Step", exact=True)
    slider.focus()
    for _ in range(times):
        slider.press(key)


def branched(studio: Studio) -> None:
    """A second picture, made from the second step of the first."""
    made(studio)
    scrub(studio, "Home")
    scrub(studio, "ArrowRight")
    studio.page.get_by_role("button", name="Continue from here").click()
    studio.generate()


def test_the_steps_are_there_to_look_at_and_looking_changes_nothing(studio: Studio) -> None:
    expect(studio.page.locator(".reel")).to_be_hidden()
    before = made(studio).state
    words = studio.page.locator(".reel output")
    expect(words).to_have_text("Step 6 of 6")
    whole = studio.page.evaluate(STAGE)
    scrub(studio, "Home")
    expect(words).to_have_text("Step 1 of 6")
    studio.page.wait_for_function(f"whole => {STAGE} !== whole", arg=whole)
    scrub(studio, "End")
    expect(words).to_have_text("Step 6 of 6")
    assert studio.state == before
    studio.page.get_by_role("button", name="Play").click()
    # In the page, at every frame: from outside, a step would be over between two looks.
    studio.page.wait_for_function("document.querySelector('.reel output').textContent == 'Step 3 of 6'")
    expect(words).to_have_text("Step 6 of 6")
    expect(studio.page.get_by_role("button", name="Play")).to_be_visible()


def test_painting_ends_looking_back(studio: Studio) -> None:
    made(studio)
    scrub(studio, "Home")
    expect(studio.page.locator(".reel output")).to_have_text("Step 1 of 6")
    studio.tool("Mask all")
    expect(studio.page.locator(".reel output")).to_have_text("Step 6 of 6")
    assert len(studio.masked) == 256


def test_going_on_from_a_step_keeps_what_was_known_there(studio: Studio) -> None:
    # Or the first picture may have drawn some of it again.
    studio.set_sampling("correction", 0)
    branched(studio)
    first, second = kept_pictures(studio)[::-1]
    canvas = second["recipe"]["canvas"]
    known = [i for i in range(256) if not canvas["masked"][i // 16][i % 16]]
    assert 0 < len(known) < 256
    assert all(second["codes"][i] == first["codes"][i] for i in known)
    assert second["parent"] == {"picture": first["id"], "step": 2}
    assert second["codes"] != first["codes"]


def test_undo_takes_going_on_back(studio: Studio) -> None:
    before = made(studio).state["base"]
    scrub(studio, "Home")
    studio.page.get_by_role("button", name="Continue from here").click()
    assert studio.state["base"] != before
    studio.page.keyboard.press("Control+z")
    assert studio.state["base"] == before


def test_pictures_and_films_outlive_a_reload(studio: Studio) -> None:
    branched(studio)
    studio.page.reload()
    studio.page.wait_for_selector("[data-ready]")
    expect(studio.page.locator(".results li")).to_have_count(2)
    expect(studio.page.locator(".reel output")).to_have_text("Step 6 of 6")
    first = studio.page.locator(".results button").last
    first.click()
    expect(first).to_have_attribute("aria-current", "true")
    scrub(studio, "Home")
    expect(studio.page.locator(".reel output")).to_have_text("Step 1 of 6")


def test_the_tree_shows_which_came_from_which(studio: Studio) -> None:
    branched(studio)
    button = studio.page.get_by_role("button", name="As a tree")
    button.click()
    second, first = studio.page.locator(".results li").all()
    one, other = first.bounding_box(), second.bounding_box()
    assert other["x"] > one["x"], "made from it: one to the right"
    assert other["y"] == one["y"]
    first.locator("button").click()
    studio.tool("Mask all")
    studio.generate()
    boxes = [item.bounding_box() for item in studio.page.locator(".results li").all()]
    assert boxes[0]["x"] == boxes[1]["x"]
    assert boxes[0]["y"] > boxes[1]["y"], "the next stands below"
    button.click()
    boxes = [item.bounding_box() for item in studio.page.locator(".results li").all()]
    assert len({box["y"] for box in boxes}) == 1


def test_the_steps_become_a_gif_and_a_video(studio: Studio) -> None:
    made(studio)
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="GIF").click()
    assert download.value.suggested_filename.endswith(".gif")
    film = Image.open(BytesIO(Path(download.value.path()).read_bytes()))
    assert (film.size, film.n_frames) == ((256, 256), 6)
    expect(studio.page.get_by_role("button", name="GIF")).to_be_enabled()
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="WebM").click()
    assert download.value.suggested_filename.endswith(".webm")
    assert Path(download.value.path()).read_bytes()[:4] == b"\x1a\x45\xdf\xa3", "EBML, as WebM begins"


def kept_pictures(studio: Studio) -> list[dict]:
    """The session's pictures as the browser keeps them, newest first.

    The page's own transactions were begun before, so this one waits for what they write.
    """
    kept = studio.page.evaluate(
        """() => new Promise((resolve) => {
            indexedDB.open("unleash").onsuccess = ({ target }) => {
                const store = target.result.transaction("pictures").objectStore("pictures");
                store.getAll().onsuccess = ({ target }) => resolve(target.result);
            };
        })"""
    )
    return sorted(kept, key=lambda picture: -picture["made"])
