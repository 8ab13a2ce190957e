"""What an artist comes for, in ten jobs: how many actions each takes, and whether what comes of it is right.

An action is a click, a key, a stroke, a field that is filled in, or a file that is chosen. Waiting is none.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from .studio import Studio

MOST_ACTIONS = 6
PATIENCE = 60_000  # ms: the predictions of all cells take sixteen evaluations

LIGHT = """async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const surface = new OffscreenCanvas(image.width, image.height).getContext("2d");
    surface.drawImage(image, 0, 0);
    const { data } = surface.getImageData(0, 0, image.width, image.height);
    return data.reduce((sum, value) => sum + value, 0) / data.length;
}"""


class Artist:
    """A person at the studio, whose actions are counted."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.page, self.actions = studio, studio.page, 0

    def click(self, target: str | Locator) -> None:
        self.actions += 1
        (self.page.locator(target) if isinstance(target, str) else target).click()

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def tab(self, name: str) -> None:
        self.click(self.page.get_by_role("tab", name=name))

    def choose(self, menu: str, option: str) -> None:
        """Open a menu, and click one of its options."""
        self.click(f"#{menu} input")
        self.click(self.page.get_by_role("option", name=option, exact=True))

    def word(self, word: str) -> None:
        """The tiles of a word, from wherever the catalogue is."""
        card = self.page.locator(f"#palette [data-word={word}]")
        if not card.is_visible():
            self.button("Words")
        self.click(card)

    def fill(self, field: str, value: object) -> None:
        self.actions += 1
        self.page.locator(field).fill(str(value))

    def key(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def stroke(self, *cells: tuple[float, float]) -> None:
        self.actions += 1
        self.studio.drag(*cells)

    def generate(self) -> None:
        self.actions += 1
        self.studio.generate()

    def runs(self, target: str | Locator, pictures: int) -> None:
        """Click what begins a run, and wait for its pictures."""
        before = self.strip
        self.click(target)
        expect(self.page.locator(".results li")).to_have_count(len(before) + pictures)
        self.studio.wait_idle()

    def open(self, path: Path) -> None:
        before = self.studio.state["picture"]
        self.actions += 1
        self.studio.open(path)
        while self.studio.state["picture"] == before:  # its canvas comes from the server
            self.page.wait_for_timeout(50)
        self.key("b")
        expect(self.page.locator("#options .keep-pixels")).to_be_visible()

    # -- what there is, which costs no action --------------------------------------------------------

    @property
    def strip(self) -> set[str]:
        """The pictures of the session."""
        return set(self.page.locator(".results img").evaluate_all("images => images.map(({ src }) => src)"))

    @property
    def base(self) -> np.ndarray:
        """The codes on the canvas."""
        state = self.studio.state
        return np.array(state["base"]).reshape(state["height"], state["width"])

    @property
    def masked(self) -> np.ndarray:
        state = self.studio.state
        return np.array(state["masked"]).reshape(state["height"], state["width"])

    @property
    def light(self) -> float:
        """How light the picture on the canvas is, 0 to 255."""
        return self.page.evaluate(LIGHT, self.studio.state["picture"]["url"])

    def start_with(self, scene: str) -> None:
        """Have a picture of a scene on the canvas, whatever was there."""
        self.studio.tool("New canvas")
        self.page.keyboard.press("b")
        self.page.get_by_title(f"Begin with {scene}").click()
        expect(self.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
        self.page.wait_for_timeout(300)


Job = Callable[[Artist, Path], bool]


def church_at_dusk_and_only_its_tower(artist: Artist, _: Path) -> bool:
    artist.choose("label", "church-dusk")
    artist.generate()
    before = artist.base
    artist.stroke((1, 7), (6, 7))
    asked = artist.masked
    artist.generate()
    changed = artist.base != before
    label = artist.studio.state["recipe"]["settings"]["label"]
    return label == "church-dusk" and bool(changed.any()) and not (changed & ~asked).any()


def a_window_where_one_wants_it(artist: Artist, _: Path) -> bool:
    before = artist.base
    artist.stroke((8, 3), (9, 4))
    asked = artist.masked
    artist.word("window")
    tile = artist.page.locator("#palette .code").nth(4)
    code = int(tile.get_attribute("data-code") or "")
    artist.click(tile)
    artist.stroke((9, 4), (9, 4))
    artist.generate()
    shown = artist.studio.pins == {(9, 4): code}
    return shown and not ((artist.base != before) & ~asked).any()


def a_region_of_ones_own_picture(artist: Artist, folder: Path) -> bool:
    path = folder / "mine.png"
    noise = np.random.default_rng(0).integers(0, 30, (256, 256, 3))
    shade = np.linspace(60, 200, 256)[:, None, None]
    Image.fromarray((shade + noise).astype(np.uint8)).save(path)
    artist.open(path)
    artist.stroke((10, 10), (12, 12))
    outside = np.kron(~artist.masked, np.ones((16, 16), bool))
    artist.generate()
    artist.actions += 1
    saved = np.array(Image.open(artist.studio.save().path()).convert("RGB"), dtype=int)
    given = np.array(Image.open(path), dtype=int)
    kept = (saved == given).all(-1)
    # The border of what is repainted is soft, a cell wide at most.
    far = ~np.kron(_grown(artist.base.shape, ~outside[::16, ::16]), np.ones((16, 16), bool))
    return saved.shape == given.shape and bool(kept[far].all()) and not kept[~outside].all()


def _grown(shape: tuple[int, ...], cells: np.ndarray) -> np.ndarray:
    padded = np.pad(cells, 1)
    near = [padded[r : r + shape[0], c : c + shape[1]] for r in range(3) for c in range(3)]
    return np.logical_or.reduce(near)


def some_window_here(artist: Artist, _: Path) -> bool:
    before = artist.base
    artist.word("window")
    artist.click("#palette .take")
    artist.stroke((8, 6), (10, 8))
    asked = artist.masked
    codes = {code for rule in artist.studio.state["rules"] for code in rule["codes"]}
    artist.generate()
    after = artist.base
    return bool(np.isin(after[asked], list(codes)).any()) and not ((after != before) & ~asked).any()


def _spoil(artist: Artist, cell: tuple[int, int]) -> None:
    """Grass in the sky, which is no part of the job."""
    page, studio = artist.page, artist.studio
    artist.word("grass")
    page.locator("#palette .code").first.click()
    page.keyboard.press("l")
    strength = page.locator("#options .rule [type=range]")
    strength.fill("4")
    studio.tool("Smaller brush")
    studio.click(*cell)
    studio.generate()
    page.keyboard.down("Alt")
    studio.click(*cell)
    page.keyboard.up("Alt")
    assert studio.state["rules"] == []
    strength.fill("1")
    studio.tool("Larger brush")
    page.keyboard.press("b")
    artist.actions = 0


def the_odd_cell(artist: Artist, _: Path) -> bool:
    _spoil(artist, (3, 3))
    before = artist.base
    artist.tab("Inspect")
    artist.click("#inspector .remask")
    expect(artist.page.locator(".counts")).to_contain_text("12 to fill", timeout=PATIENCE)
    asked = artist.masked
    artist.generate()
    return bool(artist.base[3, 3] != before[3, 3]) and not ((artist.base != before) & ~asked).any()


def one_of_four_and_more_like_it(artist: Artist, _: Path) -> bool:
    artist.studio.tool("Mask all")
    artist.fill("#pictures input[type=number]", 4)
    artist.page.keyboard.press("Tab")
    artist.generate()
    artist.click(artist.page.locator(".choices .choice").nth(1))
    chosen = artist.base
    artist.tab("Vary")
    artist.runs("#more", 4)
    artist.page.keyboard.press("Escape")
    alike = float((artist.base == chosen).mean())
    artist.studio.set_number("pictures", 1)
    return 0.5 <= alike < 1


def day_to_night(artist: Artist, _: Path) -> bool:
    before, day = artist.light, artist.base
    artist.tab("Vary")
    artist.choose("light", "church-night")
    artist.runs("#relight", 1)
    label = artist.studio.state["recipe"]["settings"]["label"]
    return label == "church-night" and artist.light < 0.7 * before and bool((artist.base == day).any())


def extend_and_stitch(artist: Artist, _: Path) -> bool:
    before = artist.base
    artist.tab("Size")
    artist.button("Extend right")
    artist.generate()
    wide = artist.base
    artist.click(artist.page.locator("#sizes .seconds .shown").nth(1))
    joined, asked = artist.base, artist.masked
    artist.generate()
    grown = wide.shape == (16, 20) and (wide[:, :16] == before).all()
    return bool(grown and joined.shape[1] > 20 and (artist.base == joined)[~asked].all())


def scrub_branch_export_reload(artist: Artist, _: Path) -> bool:
    artist.studio.tool("Mask all")
    artist.studio.generate()  # a picture whose steps are there
    before = artist.base
    artist.fill(".reel input", 2)
    artist.button("Continue from here")
    artist.generate()
    artist.actions += 1
    recipe = json.loads(Image.open(artist.studio.save().path()).text["unleash"])
    branch, strip = artist.base, artist.strip
    artist.actions += 1
    artist.page.reload()
    artist.page.wait_for_selector("#palette [data-word]")
    expect(artist.page.locator(".results li")).to_have_count(len(strip))
    kept = (artist.base == branch).all() and np.array_equal(recipe["codes"], branch)
    return bool(kept and (branch != before).any())


def live(artist: Artist, _: Path) -> bool:
    before = artist.base
    artist.key("t")
    artist.stroke((3, 3), (5, 5))
    expect(artist.page.locator(".counts")).to_have_text("0 to fill · 256 kept")
    artist.studio.wait_idle()
    changed = artist.base != before
    artist.page.keyboard.press("t")
    return bool(changed.any()) and not changed[8:].any()


DAY = "church, day"
JOBS: list[tuple[str, str | None, Job]] = [
    ("make a church at dusk and change only its tower", None, church_at_dusk_and_only_its_tower),
    ("put a window where one wants it", DAY, a_window_where_one_wants_it),
    ("repaint a region of one's own picture", None, a_region_of_ones_own_picture),
    ("some window here", DAY, some_window_here),
    ("find and repair the odd cell", DAY, the_odd_cell),
    ("choose of four, and more like it", DAY, one_of_four_and_more_like_it),
    ("day to night", DAY, day_to_night),
    ("extend and stitch", DAY, extend_and_stitch),
    ("live", DAY, live),
    ("scrub, branch, export, reload", None, scrub_branch_export_reload),
]


@pytest.fixture
def quick(studio: Studio) -> Studio:
    """A studio whose runs have few steps: what is counted are actions."""
    studio.set_number("steps", 6)
    return studio


@pytest.mark.timeout(600)  # ten jobs in one page
def test_no_job_takes_more_than_six_actions_or_loses_anything(quick: Studio, tmp_path: Path) -> None:
    report: list[dict[str, Any]] = []
    for name, scene, job in JOBS:
        artist = Artist(quick)
        if scene:
            artist.start_with(scene)
        had = artist.strip
        right = job(artist, tmp_path)
        report.append(
            {"job": name, "actions": artist.actions, "right": right, "lost": len(had - artist.strip)}
        )
        print(f"{artist.actions} actions, {'right' if right else 'WRONG'}: {name}")
    assert [one for one in report if one["actions"] > MOST_ACTIONS or not one["right"] or one["lost"]] == []
