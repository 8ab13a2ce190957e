"""The studio as a person uses it: the page object of the browser tests."""

import json
from typing import Any

from playwright.sync_api import Page, expect

# The page writes what is on the canvas a moment later, and at once when it is about to go.
KEPT = """(() => {
    window.dispatchEvent(new Event("pagehide"));
    return JSON.parse(localStorage.getItem("unleash.canvas.1"));
})()"""


class Studio:
    """One page of the app.

    What is on the canvas is read where the page keeps it for a reload: the same layers that Generate sends.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.surface = page.locator(".stage .surface")
        self.words = page.locator(".run .words")
        self.run = page.locator(".run")

    def visit(self, url: str) -> "Studio":
        self.page.goto(url)
        self.page.wait_for_selector("[data-ready]")
        self.page.wait_for_selector("#palette [data-word]")
        return self

    # -- the canvas --------------------------------------------------------------------------------

    @property
    def state(self) -> dict[str, Any]:
        """The canvas, as it is kept for a reload."""
        return self.page.evaluate(f"{KEPT}.state")

    @property
    def mask_token(self) -> int:
        """What stands for no code; codes are less."""
        return self.state["codebook"]

    @property
    def masked(self) -> set[tuple[int, int]]:
        state = self.state
        return {divmod(i, state["width"]) for i, masked in enumerate(state["masked"]) if masked}

    @property
    def pins(self) -> dict[tuple[int, int], int]:
        state = self.state
        return {divmod(int(cell), state["width"]): code for cell, code in state["pins"].items()}

    def at(self, row: float, column: float) -> tuple[float, float]:
        box = self.surface.bounding_box()
        side = box["width"] / 16
        return box["x"] + (column + 0.5) * side, box["y"] + (row + 0.5) * side

    def drag(self, *cells: tuple[float, float]) -> None:
        first, *rest = cells
        self.page.mouse.move(*self.at(*first))
        self.page.mouse.down()
        for cell in rest:
            self.page.mouse.move(*self.at(*cell), steps=5)
        self.page.mouse.up()

    def click(self, row: int, column: int) -> None:
        self.page.mouse.click(*self.at(row, column))

    def tool(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose_code(self, code: int) -> None:
        """Find a tile by its number and select it."""
        search = self.page.locator("#palette input[type=search]")
        search.fill(str(code))
        self.page.locator(f"#code-{code}").click()
        search.fill("")

    # -- runs --------------------------------------------------------------------------------------

    def generate(self) -> None:
        """Press Generate and wait for the end of the run."""
        before = self.page.locator(".results li").count()
        self.page.click("#generate")
        expect(self.page.locator(".results li")).to_have_count(before + self.pictures)
        self.wait_idle()

    def begin_a_long_run(self) -> None:
        """Mask all and press Generate for more than can be done while the test looks on."""
        self.tool("Mask all")
        self.set_number("steps", 64)
        self.set_number("pictures", 8)
        self.page.click("#generate")
        expect(self.words).to_contain_text("Step")

    def stop(self) -> None:
        self.page.click("#stop")
        self.wait_idle()

    def wait_idle(self) -> None:
        expect(self.run).to_have_attribute("data-state", "idle")

    @property
    def pictures(self) -> int:
        return int(self.page.input_value("#pictures input[type=number]"))

    def set_number(self, control: str, value: float) -> None:
        box = self.page.locator(f"#{control} input[type=number]")
        box.fill(str(value))
        box.press("Tab")

    def set_sampling(self, control: str, value: float) -> None:
        """Set one of the controls that are folded away."""
        self.page.get_by_text("Model and sampling").click()
        self.page.wait_for_timeout(
            300
        )  # Gradio makes its fields now and gives them their values; nobody is so quick
        self.set_number(control, value)

    def watch_frames(self) -> None:
        """Keep what the progress says from now on."""
        self.page.evaluate(
            """() => {
                window.frames_seen = [];
                new MutationObserver(() => {
                    const [words] = document.querySelectorAll(".run .words");
                    window.frames_seen.push(words.textContent);
                }).observe(document.querySelector(".run .words"), { childList: true });
            }"""
        )

    @property
    def frames(self) -> list[str]:
        seen = self.page.evaluate("window.frames_seen")
        return [words for words in seen if words.startswith("Step")]

    # -- files -------------------------------------------------------------------------------------

    def open(self, *files: Any) -> None:
        self.page.locator("#header input[type=file]").set_input_files(*files)

    def choose_fit(self, name: str = "Crop to a square") -> None:
        """Answer how a picture of another shape is opened."""
        dialog = self.page.get_by_role("dialog", name="How should this picture be opened?")
        dialog.get_by_label(name).check()
        dialog.get_by_role("button", name="Open").click()

    def save(self) -> Any:
        with self.page.expect_download() as download:
            self.page.click("#header [data-command=save]")
        return download.value

    @property
    def looks(self) -> str:
        """All that the stage shows: picture, marks, tip of the tool."""
        sheets = "[...document.querySelectorAll('.stage canvas')]"
        return self.page.evaluate(f"{sheets}.map((sheet) => sheet.toDataURL()).join()")

    def save_mask(self) -> Any:
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name="Selections").click()
            self.page.get_by_role("button", name="Save as PNG").click()
        self.page.keyboard.press("Escape")
        return download.value

    def drop(self, name: str, kind: str, data: bytes) -> None:
        """Let a file fall on the canvas."""
        self.page.evaluate(
            """([name, type, bytes]) => {
                const files = new DataTransfer();
                files.items.add(new File([new Uint8Array(bytes)], name, { type }));
                const frame = document.querySelector(".frame");
                for (const event of ["dragenter", "dragover", "drop"])
                    frame.dispatchEvent(
                        new DragEvent(event, { dataTransfer: files, bubbles: true, cancelable: true })
                    );
            }""",
            json.loads(json.dumps([name, kind, list(data)])),
        )
