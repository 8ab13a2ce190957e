"""What everybody must be able to see and reach: contrast, names and roles, sizes, keys."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import ROOT
from .studio import Studio

AXE = ROOT / ".lint" / "node_modules" / "axe-core" / "axe.min.js"
ICON = 3.0
"""The least contrast of an icon (WCAG 2.2, 1.4.11)."""

CONTRAST = """element => {
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const { color, backgroundColor } = getComputedStyle(element);
    return ratio(light(color), light(backgroundColor));
}"""


def faults(page: Page) -> list[str]:
    """What axe finds on the page, in the light and in the dark, a line for each element."""
    found = []
    for theme in ("light", "dark"):
        show(page, theme)
        for rule in page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]:
            found += [
                f"{theme}: {rule['id']}: {node['html'][:120]} ({node['failureSummary'][:200]})"
                for node in rule["nodes"]
            ]
    return found


def show(page: Page, theme: str) -> None:
    """Turn the lights on or off, as Gradio's settings do."""
    page.evaluate("dark => document.body.classList.toggle('dark', dark)", theme == "dark")
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")


@pytest.fixture
def axe() -> Path:
    """The file of axe-core, which `npm --prefix .lint ci` puts there."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm --prefix .lint ci")
    return AXE


def test_axe_finds_nothing_wherever_one_looks(page: Page, url: str, axe: Path) -> None:
    studio = Studio(page).visit(url)
    page.add_script_tag(path=axe)
    assert faults(page) == [], "the empty canvas"
    studio.set_number("steps", 2)
    studio.generate()
    page.locator("#palette [data-word]").first.click()
    page.locator("#palette .code").first.click()
    assert faults(page) == [], "a tile in hand"
    page.keyboard.press("l")
    studio.click(4, 4)
    assert faults(page) == [], "a rule"
    page.keyboard.press("q")
    studio.click(8, 8)
    expect(page.locator("#inspector .likeliest li")).to_have_count(8, timeout=60_000)
    assert faults(page) == [], "a cell inspected"
    page.locator("#palette [data-view=here]").evaluate("button => button.click()")
    for tab in ("Codes", "Vary", "Size"):
        page.get_by_role("tab", name=tab).click()
        assert faults(page) == [], tab
    page.get_by_text("Model and sampling").click()
    assert faults(page) == [], "model and sampling"
    Image.new("RGB", (40, 30)).save(wide := BytesIO(), "PNG")
    studio.open({"name": "wide.png", "mimeType": "image/png", "buffer": wide.getvalue()})
    expect(page.locator("#opening dialog")).to_be_visible()
    assert faults(page) == [], "a picture of another shape"


def test_axe_finds_nothing_in_the_lesson(page: Page, url: str, axe: Path) -> None:
    page.goto(f"{url}/how")
    page.wait_for_selector("#coding [data-ready=true]")
    page.add_script_tag(path=axe)
    assert faults(page) == []


def _heights(buttons: Locator) -> dict[str, float]:
    boxes = {button.inner_text(): button.bounding_box() for button in buttons.all() if button.is_visible()}
    # What only a screen reader finds is a pixel high.
    return {name: round(box["height"]) for name, box in boxes.items() if box and box["height"] > 1}


def test_tools_menus_buttons_and_sliders(studio: Studio) -> None:
    page = studio.page
    for theme in ("light", "dark"):
        show(page, theme)
        for button in page.locator("#canvas [data-tool]").all():
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            page.wait_for_timeout(50)
            assert button.evaluate(CONTRAST) >= ICON, (
                f"{button.get_attribute('aria-label')} under the pointer"
            )

    scene = page.get_by_label("Scene", exact=True)
    before = scene.input_value()
    scene.click()
    expect(page.locator("#label [role=listbox]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#label [role=listbox]")).to_be_hidden()
    page.wait_for_timeout(300)
    expect(page.locator("#label [role=listbox]")).to_be_hidden()
    assert scene.input_value() == before, "Tab leaves a menu and closes it"

    heights: dict[str, float] = {}
    looks: list[Any] = []
    tabs = page.locator("#panels [role=tab]")
    for tab in ("Inspect", "Vary", "Size", "Codes"):
        tabs.get_by_text(tab, exact=True).click()
        expect(tabs.and_(page.locator("[aria-selected=true]"))).to_have_text([tab])
        worded = page.locator("#desk button, #options button").filter(has_text="")
        plain = worded.and_(page.locator("button:not([role=tab], [data-word], .reset-button, .label-wrap)"))
        heights |= _heights(plain.and_(page.locator("button:visible")))
        looks += page.locator("input[type=range]:visible").evaluate_all(
            "sliders => sliders.map((s) => [getComputedStyle(s).appearance, getComputedStyle(s).accentColor])"
        )
    assert len(set(heights.values())) == 1, heights
    assert len({tuple(look) for look in looks}) == 1


def test_every_window_is_filled_and_none_overflows(browser: Browser, url: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    Studio(page).visit(url)
    for width, height in [(320, 700), (390, 844), (1280, 800), (1920, 1080), (2560, 1440)]:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("#workspace").bounding_box()
        assert box["width"] >= 0.9 * width
        right = page.locator("#panels").bounding_box()
        assert right["x"] + right["width"] <= width
        for part in page.locator("#header button:visible, #header a").all():
            edges = part.bounding_box()
            assert edges["x"] >= 0
            assert edges["x"] + edges["width"] <= width
        assert width < 1000 or right["x"] + right["width"] >= width - 40
    context.close()
