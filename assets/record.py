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

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.studio import Studio  # noqa: E402

WIDTH, HEIGHT = 1180, 740
SHOWN = 760
"""Pixels across of the moving picture."""

LABEL, SEED, AGAIN = "church-day", 7, 9
"""What is painted from nothing, and the seed with which it is filled again."""

STEPS = 48
"""More than a picture needs: a screenshot takes longer than a step, and many should be seen."""

SPIRE = ((0, 6), (6, 10))
"""The corners of what is masked, (row, column) each."""

ROOF, ROOF_AT = (9, 11), (5, 8)
"""Whose code is picked up, and where it is pinned."""


class Film:
    """Screenshots, and for how many milliseconds each is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def take(self, milliseconds: int) -> None:
        """Adds what the page shows now."""
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        size = (SHOWN, round(SHOWN * shot.height / shot.width))
        self.frames.append(shot.resize(size, Image.Resampling.LANCZOS))
        self.times.append(milliseconds)

    def run(self, studio: Studio) -> None:
        """Presses Generate and films until the picture is whole."""
        self.page.click("#generate")
        self.page.wait_for_function("document.querySelector('.words').textContent.startsWith('Step')")
        said = ""
        while studio.run.get_attribute("data-state") != "idle":
            if (words := studio.words.inner_text()) != said:
                said = words
                self.take(110)
        self.take(1200)

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


def choose(page: Page, control: str, option: str) -> None:
    """Picks an option of a menu."""
    page.locator(f"#{control} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def film(page: Page, studio: Studio) -> None:
    """Paints a church from nothing, masks its spire, pins a red roof there and fills the rest anew."""
    reel = Film(page)
    choose(page, "label", LABEL)
    page.get_by_label("Lock").check()
    studio.set_number("seed", SEED)
    studio.set_number("steps", STEPS)
    page.evaluate("scrollTo(0, 0)")
    reel.take(900)
    reel.run(studio)
    studio.tool("Clear mask")
    studio.set_number("seed", AGAIN)
    studio.tool("Rectangle")
    (top, left), (bottom, right) = SPIRE
    page.mouse.move(*studio.at(top, left))
    page.mouse.down()
    for share in (0.3, 0.6, 1.0):
        page.mouse.move(*studio.at(top + (bottom - top) * share, left + (right - left) * share))
        reel.take(140)
    page.mouse.up()
    reel.take(700)
    picture(studio, "mask")
    studio.tool("Eyedropper")
    studio.click(*ROOF)
    reel.take(500)
    studio.tool("Pin brush")
    studio.click(*ROOF_AT)
    reel.take(900)
    picture(studio, "pin")
    reel.run(studio)
    reel.take(1500)
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
