"""The canvas as artists are used to it: how it begins, what lies over the picture, tools, view, keys."""

import re
from base64 import b64decode
from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from .studio import Studio

PASTE = """async (bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
}"""

LINK = """(path) => {
    const data = new DataTransfer();
    data.setData("text/uri-list", `${location.origin}/${path}`);
    const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(".frame").dispatchEvent(drop);
}"""


def teal() -> bytes:
    file = BytesIO()
    Image.new("RGB", (256, 256), "teal").save(file, "PNG")
    return file.getvalue()


def marks(page: Page) -> Locator:
    return page.locator(".stage")


def begin(studio: Studio, name: str = "church, night") -> None:
    """Open one of the pictures to begin with."""
    studio.page.get_by_role("button", name=name, exact=True).click()
    expect(studio.page.locator(".counts")).to_have_text("0 to fill · 256 kept")


def hover(studio: Studio, row: float, column: float) -> None:
    studio.page.mouse.move(*studio.at(row, column))


def shown(page: Page) -> Image.Image:
    """The sheet with the picture, as it is drawn."""
    url = page.evaluate("document.querySelector('.stage .picture').toDataURL()")
    return Image.open(BytesIO(b64decode(url.partition(",")[2]))).convert("RGB")


def test_an_empty_canvas_shows_how_to_begin(studio: Studio) -> None:
    page, welcome = studio.page, studio.page.locator(".welcome")
    expect(welcome.locator("li button")).to_have_count(8)
    expect(welcome).to_contain_text(re.compile("Generate.*Paint.*Generate", re.DOTALL))
    studio.tool("Pin brush")
    expect(welcome).to_be_hidden()  # pins can be set on an empty canvas
    studio.tool("Mask brush")
    expect(welcome).to_be_visible()
    with page.expect_file_chooser():
        welcome.get_by_role("button", name="Open your own").click()
    begin(studio, "bedroom, rain")
    expect(welcome).to_be_hidden()
    expect(page.locator("#label input")).to_have_value("bedroom-rain")
    page.keyboard.press("Control+z")
    expect(welcome).to_be_visible()


def test_a_whole_picture_is_seen_clean_and_beside_the_one_before(studio: Studio) -> None:
    page, stage = studio.page, marks(studio.page)
    expect(stage).to_have_attribute("data-marks", "shown")
    studio.set_number("steps", 4)
    studio.generate()
    expect(stage).to_have_attribute("data-marks", "hidden")
    page.wait_for_timeout(800)  # what was just revealed glows for a moment
    first = shown(page)
    hover(studio, 5, 5)
    expect(stage).to_have_attribute("data-marks", "shown")
    page.keyboard.press("i")
    expect(stage).to_have_attribute("data-marks", "hidden")  # the eyedropper paints nothing
    page.keyboard.press("a")
    expect(stage).to_have_attribute("data-marks", "shown")
    page.keyboard.down("h")
    expect(stage).to_have_attribute("data-marks", "hidden")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(stage).to_have_attribute("data-marks", "shown")  # the key went up where nobody heard it
    page.keyboard.up("h")
    page.mouse.move(640, 5)
    studio.generate()
    page.wait_for_timeout(800)
    second = shown(page)
    assert second.tobytes() != first.tobytes()
    page.keyboard.down("x")
    page.wait_for_function("url => document.querySelector('.stage .picture').toDataURL() !== url", arg="")
    expect(stage).to_have_attribute("data-marks", "hidden")
    page.wait_for_timeout(100)
    assert shown(page).tobytes() == first.tobytes()
    page.keyboard.up("x")
    page.keyboard.press("y")
    slider = page.get_by_label("Position of the line between before and now")
    slider.fill("0.5")
    page.wait_for_timeout(100)
    both, (width, height) = shown(page), first.size
    left, right = (0, 0, width // 2 - 1, height), (width // 2 + 1, 0, width, height)
    assert both.crop(left).tobytes() == first.crop(left).tobytes()
    assert both.crop(right).tobytes() == second.crop(right).tobytes()
    page.keyboard.press("y")
    expect(slider).to_be_hidden()


def test_lasso_polygon_what_looks_alike_and_named_selections(studio: Studio) -> None:
    page = studio.page
    begin(studio)
    block = {(row, column) for row in range(4, 9) for column in range(4, 9)}
    corners = [(3.4, 3.4), (3.4, 8.6), (8.6, 8.6), (8.6, 3.4)]
    studio.tool("Lasso")
    studio.drag(*corners)
    assert studio.masked == block
    page.keyboard.press("Control+z")
    studio.tool("Polygon")
    for corner in corners:
        page.mouse.click(*studio.at(*corner))
    assert studio.masked == set(), "until the outline is closed"
    page.keyboard.press("Enter")
    assert studio.masked == block

    page.get_by_role("button", name="Selections").click()
    page.get_by_label("Name of the selection").fill("tower")
    page.get_by_role("button", name="Save mask").click()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    studio.tool("Looks like this")
    studio.click(0, 15)
    sky = studio.masked
    assert {(0, 14), (0, 15), (1, 15)} <= sky, "the sky at night"
    assert not sky & {(8, 8), (9, 8), (10, 8)}, "and not the church before it"
    page.reload()
    page.wait_for_selector("[data-ready]")
    page.get_by_role("button", name="Selections").click()
    page.get_by_role("button", name="tower · 25").first.click()
    assert studio.masked == block


def test_the_bar_has_the_options_of_the_tool_and_moves_nothing(studio: Studio) -> None:
    page, words = studio.page, studio.page.locator("#options .brush-size-words")
    begin(studio)
    place = studio.surface.bounding_box()
    options = {
        "Mask brush": ["brush-size"],
        "Soft brush": ["brush-size", "softness"],
        "Looks like this": ["tolerance", "connected"],
        "Allow brush": ["brush-size", "tile", "strength"],
        "Pin brush": ["tile"],
        "Inspect": [],
    }
    every = {name for names in options.values() for name in names}
    for tool, names in options.items():
        studio.tool(tool)
        expect(page.locator("#options .name")).to_have_text(tool)
        for name in every:
            expect(page.locator(f"#options .{name}")).to_be_visible(visible=name in names)
        assert studio.surface.bounding_box() == place
        bar = page.locator("#options .bar")
        assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth"), f"{tool} does not fit"
    studio.tool("Mask brush")
    page.keyboard.press("]")
    expect(words).to_have_text("3 cells")
    page.keyboard.down("Shift")
    studio.drag((8, 8), (8, 9))
    page.keyboard.up("Shift")
    expect(words).not_to_have_text("3 cells")
    assert studio.masked == set(), "resizing paints nothing"


def test_the_cell_drawn_is_the_cell_clicked_on_any_screen(studio: Studio) -> None:
    page = studio.page
    begin(studio)
    session = page.context.new_cdp_session(page)
    screen = {"width": 1280, "height": 800, "deviceScaleFactor": 2, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", screen)
    page.wait_for_function("devicePixelRatio === 2")
    studio.tool("Smaller brush")
    studio.click(4, 11)
    assert studio.masked == {(4, 11)}
    sheets = "[...document.querySelectorAll('.stage canvas')].map((sheet) => sheet.width / sheet.clientWidth)"
    page.wait_for_function(f"{sheets}.every((ratio) => Math.abs(ratio - 2) < 0.01)")
    marked = """() => {
        const sheet = document.querySelector(".stage .marks");
        const side = sheet.width / 16;
        const pen = sheet.getContext("2d");
        const covered = (cell) => {
            const [row, column] = [Math.floor(cell / 16), cell % 16];
            const inner = pen.getImageData((column + 0.3) * side, (row + 0.3) * side, side * 0.4, side * 0.4);
            return inner.data.some((value, i) => i % 4 === 3 && value > 0);
        };
        return Array.from({ length: 256 }, (_, cell) => cell).filter(covered);
    }"""
    assert page.evaluate(marked) == [4 * 16 + 11]


def test_view_and_keys(studio: Studio) -> None:
    page, stage = studio.page, studio.page.locator(".stage")
    begin(studio)
    hover(studio, 8, 8)
    page.mouse.wheel(0, -600)
    expect(stage).not_to_have_attribute("data-zoom", "1.00")
    before = shown(page)
    page.keyboard.down("Space")
    studio.drag((8, 8), (4, 4))
    page.keyboard.up("Space")
    page.wait_for_timeout(100)
    assert studio.masked == set()
    assert shown(page).tobytes() != before.tobytes()
    page.keyboard.press("0")
    expect(stage).to_have_attribute("data-zoom", "1.00")
    page.keyboard.press("1")
    zoom = 256 / studio.surface.bounding_box()["width"]
    expect(stage).to_have_attribute("data-zoom", f"{zoom:.2f}")

    page.get_by_role("button", name="Mask brush").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Soft brush")).to_be_focused()
    assert page.locator(".toolbar [tabindex='0']").count() == 1
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Undo")
    expect(keys).to_contain_text("Ctrl+Z")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_a_palm_beside_the_pen_changes_nothing(studio: Studio) -> None:
    page = studio.page
    begin(studio)
    studio.tool("Smaller brush")
    session = page.context.new_cdp_session(page)

    def pen(kind: str, row: float, column: float) -> None:
        x, y = studio.at(row, column)
        down = {"button": "left", "buttons": 1, "pointerType": "pen", "force": 0.5, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **down})

    def palm(kind: str, *places: tuple[int, int]) -> None:
        points = [{"x": x, "y": y} for x, y in (studio.at(*place) for place in places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    pen("mousePressed", 3, 3)
    palm("touchStart", (12, 12))
    pen("mouseMoved", 3, 6)
    palm("touchCancel")
    pen("mouseMoved", 3, 8)
    pen("mouseReleased", 3, 8)
    assert studio.masked == {(3, column) for column in range(3, 9)}


def test_pictures_come_by_paste_by_link_and_from_the_strip(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("Control+s")
    toast = page.locator(".toast-body")
    expect(toast).to_contain_text("no picture to save")
    message, button = toast.bounding_box(), page.locator("#generate").bounding_box()
    assert message["y"] > button["y"] + button["height"], "what is said does not lie over Generate"
    studio.set_number("steps", 2)
    studio.generate()
    made = studio.state["recipe"]
    page.evaluate(PASTE, list(teal()))
    expect(page.locator(".results [aria-current=true]")).to_have_count(0)
    assert studio.state["recipe"] is None
    page.locator(".results img").first.drag_to(studio.surface)
    expect(page.locator(".results [aria-current=true]")).to_have_count(1)
    assert studio.state["recipe"] == made, "with all that is known of it"
    page.route("**/words", lambda route: route.fulfill(body="no picture", content_type="text/plain"))
    page.route("**/picture", lambda route: route.fulfill(body=teal(), content_type="image/png"))
    page.evaluate(LINK, "words")
    expect(page.locator(".live")).to_contain_text("cannot be fetched: save it as a file")
    assert studio.state["recipe"] == made
    page.evaluate(LINK, "picture")
    expect(page.locator(".results [aria-current=true]")).to_have_count(0)
    assert studio.state["recipe"] is None
