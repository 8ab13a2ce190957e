"""The page "How it works"."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from .studio import Studio

pytestmark = pytest.mark.slow


@pytest.fixture
def lesson(page: Page, url: str) -> Page:
    """The page, its first picture encoded."""
    return opened(page, url)


def opened(page: Page, url: str, query: str = "") -> Page:
    page.goto(f"{url}/how{query}")
    page.wait_for_selector("#coding [data-ready=true]")
    return page


def set_time(page: Page, t: int) -> int:
    """Drag the time of the forward process; how many cells are masked then."""
    page.locator("#masking input").evaluate(
        "(slider, t) => { slider.value = t; slider.dispatchEvent(new Event('input')); }", t
    )
    return int(page.locator("#masking .count").inner_text().split()[0])


def pixels(page: Page, board: str) -> list[int]:
    return page.locator(board).evaluate(
        "board => Array.from(board.getContext('2d').getImageData(0, 0, board.width, board.height).data)"
    )


def done(page: Page, order: str) -> int:
    """Evaluations made in an order so far."""
    words = page.locator(f"#fills [data-order={order}] output").inner_text()
    found = re.match(r"(\d+) of", words)
    return int(found[1]) if found else 0


def test_the_studio_links_to_it_and_back_and_keeps_its_state(studio: Studio) -> None:
    studio.generate()
    before = studio.state
    with studio.page.context.expect_page() as other:
        studio.page.get_by_role("link", name="How it works").click()
    lesson = other.value
    expect(lesson.get_by_role("heading", name="How it works")).to_be_visible()
    assert studio.state == before
    lesson.get_by_role("link", name="Back to the studio").click()
    lesson.wait_for_selector("[data-ready]")
    assert Studio(lesson).state["base"] == before["base"]
    lesson.close()


def test_a_picture_its_codes_and_what_the_decoder_makes_of_them(lesson: Page, tmp_path: Path) -> None:
    for name in ("given", "decoded", "difference"):
        assert lesson.locator(f"#coding .{name}").evaluate("image => image.naturalWidth") == 256
    before = lesson.locator("#coding .decoded").get_attribute("src")
    drawn = "document.querySelector('#coding .codes').getContext('2d').getImageData(9, 9, 1, 1).data[3]"
    lesson.wait_for_function(drawn, timeout=90_000)  # the codebook is decoded once
    expect(lesson.locator("#coding .psnr")).to_have_text(re.compile(r"^\d+\.\d dB PSNR$"))
    codes = lesson.locator("#coding .codes")
    codes.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        codes.press(key)
    expect(lesson.locator("#coding .code")).to_have_text(re.compile(r"row 2, column 2: code \d+"))
    path = tmp_path / "mine.png"
    Image.radial_gradient("L").resize((300, 200)).save(path)
    lesson.locator("#look-row input[type=file]").set_input_files(path)
    expect(lesson.locator("#coding .decoded")).not_to_have_attribute("src", before)


def test_what_is_no_picture_is_refused(lesson: Page) -> None:
    before = lesson.locator("#coding .given").get_attribute("src")
    lesson.locator("#look-row input[type=file]").set_input_files(
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    )
    expect(lesson.locator(".toast-body")).to_contain_text("notes.png is not a picture")
    expect(lesson.locator("#coding .given")).to_have_attribute("src", before)


def test_the_forward_process_masks_more_and_more_and_never_less(lesson: Page) -> None:
    expect(lesson.locator("#masking .count")).to_have_text("0 of 256 cells are masked")
    whole = pixels(lesson, "#masking .board")
    counts = [set_time(lesson, t) for t in (0, 20, 128, 200, 256)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert 80 < counts[2] < 176
    assert counts[-1] == 256
    assert pixels(lesson, "#masking .board") != whole
    set_time(lesson, 0)
    assert pixels(lesson, "#masking .board") == whole
    slider = lesson.locator("#masking input")
    slider.focus()
    slider.press("End")
    expect(lesson.locator("#masking .count")).to_have_text("256 of 256 cells are masked")
    lesson.get_by_role("button", name="Play").click()
    lesson.wait_for_function("Number(document.querySelector('#masking input').value) < 256")


WHEN_HALTON_ENDS = """() => {
    const words = (order) => document.querySelector(`#fills [data-order=${order}] output`);
    const done = (order) => parseInt(words(order).textContent);
    new MutationObserver((_, observer) => {
        if (!words("halton").textContent.startsWith("16 of 16")) return;
        window.atItsEnd = { raster: done("raster"), random: done("random") };
        observer.disconnect();
    }).observe(words("halton"), { childList: true });
}"""


def test_the_orders_fill_side_by_side_and_again_ends_what_was(lesson: Page) -> None:
    # It fills before it is asked for.
    expect(lesson.locator("#fills [data-order=halton] output")).to_contain_text("16 of 16", timeout=120_000)
    assert any(pixels(lesson, "#fills [data-order=halton] canvas"))
    lesson.evaluate(WHEN_HALTON_ENDS)
    lesson.click("#fill")
    expect(lesson.locator("#fills [data-order=halton] output")).not_to_contain_text("16 of 16")
    lesson.wait_for_function("window.atItsEnd", timeout=60_000)
    ended = lesson.evaluate("window.atItsEnd")
    assert ended["random"] >= 12
    assert 15 <= ended["raster"] <= 17, "a step of each in turn"
    lesson.click("#fill")
    expect(lesson.locator("#fills [data-order=raster] output")).to_have_text(re.compile(r"^\d of 256"))
    assert done(lesson, "halton") < 16
    lesson.click("#fill-stop")
    lesson.wait_for_timeout(1500)
    stopped = done(lesson, "raster")
    lesson.wait_for_timeout(2000)
    assert done(lesson, "raster") == stopped


def test_leaving_the_page_frees_the_model(lesson: Page, url: str, browser: Browser) -> None:
    expect(lesson.locator("#fills [data-order=random] output")).to_contain_text(" of ")
    lesson.close()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    studio = Studio(context.new_page()).visit(url)
    studio.set_number("steps", 2)
    studio.generate()  # in far less than 256 evaluations take
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_phone(browser: Browser, url: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(context.new_page(), url, f"?__theme={theme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("body.dark").count() == (theme == "dark")
    assert set_time(page, 256) == 256
    context.close()
