"""Makes the README's pictures by using the studio in a browser: `python assets/record.py`.

Needs the extra `dev` and a Chromium. Run it from the repository's root.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.studio import Studio  # noqa: E402

WIDTH, HEIGHT = 1180, 740
SHOWN = 760
"""Pixels across of the moving picture."""

EXAMPLE = "Begin with church, day"
STEPS, SEED = 32, 1
"""More steps than a picture needs: a screenshot takes longer than a step, and many should be seen."""

STROKE, BRUSH = ((4, 14), (12, 14)), 3
"""From which cell to which the mask is painted, (row, column) each, and how many cells the brush is wide."""

BUSH, TREE = (10, 3), (7, 14)
"""Whose code is picked up, and where it is pinned."""

POINTER = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))
"""The corners of the mouse's arrow, which screenshots lack."""


class Film:
    """Screenshots, and for how many milliseconds each is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.at = (WIDTH * 0.6, HEIGHT * 0.6)
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def take(self, milliseconds: int) -> None:
        """Adds what the page shows now."""
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        arrow = [(self.at[0] + x, self.at[1] + y) for x, y in POINTER]
        ImageDraw.Draw(shot).polygon(arrow, fill="black", outline="white")
        size = (SHOWN, round(SHOWN * shot.height / shot.width))
        self.frames.append(shot.resize(size, Image.Resampling.LANCZOS))
        self.times.append(milliseconds)

    def move(self, x: float, y: float, steps: int = 4) -> None:
        """Moves the mouse, and films it on its way."""
        start = self.at
        for step in range(1, steps + 1):
            share = step / steps
            self.at = (start[0] + (x - start[0]) * share, start[1] + (y - start[1]) * share)
            self.page.mouse.move(*self.at)
            self.take(70)

    def click(self, x: float, y: float) -> None:
        """Goes to a place on the page and clicks."""
        self.move(x, y)
        self.page.mouse.click(x, y)

    def press(self, target: Locator) -> None:
        """Goes to a button and clicks it."""
        box = target.bounding_box()
        assert box is not None
        self.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def run(self, studio: Studio) -> None:
        """Presses Generate and films until the picture is whole."""
        self.press(self.page.locator("#generate"))
        self.page.wait_for_function("document.querySelector('.run .words').textContent.startsWith('Step')")
        said = ""
        while studio.run.get_attribute("data-state") != "idle":
            if (words := studio.words.inner_text()) != said:
                said = words
                self.take(110)
        self.take(600)

    def save(self, path: Path) -> None:
        """Writes a GIF with one palette for all frames, so that still parts cost nothing."""
        sample = Image.new("RGB", (SHOWN, 4 * self.frames[0].height))
        for i in range(4):
            sample.paste(self.frames[(len(self.frames) - 1) * i // 3], (0, i * self.frames[0].height))
        palette = sample.quantize(255, dither=Image.Dither.NONE)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames]
        frames[0].save(
            path, save_all=True, append_images=frames[1:], duration=self.times, loop=0, optimize=True
        )


@contextmanager
def app() -> Iterator[str]:
    """The studio in a process of its own; yields where it listens."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        for line in process.stdout or ():
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found.group()
                break
    finally:
        process.terminate()


def film(page: Page, studio: Studio) -> None:
    """Opens an example, paints where a tree is to be, pins a code of the bush there, and has it filled."""
    page.get_by_label("Lock").check()
    studio.set_number("seed", SEED)
    studio.set_number("steps", STEPS)
    page.evaluate("scrollTo(0, 0)")
    page.locator("#options .brush-size").fill(str(BRUSH))
    reel = Film(page)
    reel.take(900)
    reel.press(page.get_by_title(EXAMPLE))
    expect(page.locator(".counts")).to_contain_text("256 kept")
    reel.take(900)
    first, last = (studio.at(*cell) for cell in STROKE)
    reel.move(*first)
    page.mouse.down()
    reel.move(*last, steps=8)
    page.mouse.up()
    reel.take(600)
    picture(studio, "mask")
    reel.press(page.get_by_role("button", name="Eyedropper", exact=True))
    reel.click(*studio.at(*BUSH))
    reel.take(400)
    reel.press(page.get_by_role("button", name="Pin brush", exact=True))
    reel.click(*studio.at(*TREE))
    reel.take(700)
    picture(studio, "pin")
    reel.run(studio)
    reel.move(WIDTH * 0.75, HEIGHT * 0.75)
    reel.take(2500)
    picture(studio, "fill")
    reel.save(ROOT / "assets" / "studio.gif")


def picture(studio: Studio, name: str) -> None:
    """Saves what the canvas shows."""
    studio.surface.screenshot(path=ROOT / "assets" / f"{name}.png")


def main() -> None:
    """Starts the app and films it."""
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        film(page, Studio(page).visit(url))
        browser.close()


if __name__ == "__main__":
    main()
