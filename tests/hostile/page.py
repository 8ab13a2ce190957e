"""A page in a real browser whose server is killed, and one that is used at random."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from time import monotonic
from typing import Any

from PIL import Image
from playwright.sync_api import Error, Page, TimeoutError, expect, sync_playwright

from tests.browser.studio import Studio
from tests.hostile.outcome import Outcome
from tests.hostile.served import Served

_SIDE = 16


def kill_server(studio: Served, kills: int, seed: int = 0) -> Outcome:
    """Kill the server under an open page at random moments of a run; the canvas must outlive it."""
    outcome, chance = Outcome("kills of the server", kills), random.Random(seed)
    with _page(outcome) as page:
        user = Studio(page).visit(studio.url)
        user.set_number("steps", 8)
        user.generate()
        for number in range(kills):
            row = chance.randrange(_SIDE)
            user.drag((row, 2), (row, 12))
            before, opening = user.state, chance.random() < 0.3
            if opening:
                user.open(_picture(chance))
                page.wait_for_timeout(chance.uniform(0, 800))
            elif chance.random() < 0.7:
                page.click("#generate")
                page.wait_for_timeout(chance.uniform(0, 800))
            page.evaluate("window.isOld = true")
            studio.kill()
            page.wait_for_timeout(chance.uniform(0, 300))
            studio.start()
            _wait_for_reload(page)
            if chance.random() < 0.5:
                page.reload()
                page.wait_for_selector("[data-ready]")
            try:
                user.wait_idle()
            except AssertionError:
                outcome.hung.append(f"kill {number}: the run never ended for the page")
                user.visit(studio.url)
            after = user.state
            # What the run had filled may be there; unless a picture opened, all else must be as it was.
            kept = [i for i, masked in enumerate(before["masked"]) if not masked]
            if not opening and any(before["base"][i] != after["base"][i] for i in kept):
                outcome.lost.append(f"kill {number}: cells are others")
            try:
                user.tool("Mask all")
                user.generate()
            except (AssertionError, Error) as error:
                outcome.hung.append(f"kill {number}: {str(error).splitlines()[0]}")
                user.visit(studio.url)
    outcome.crashed += studio.tracebacks
    return outcome


def use_at_random(studio: Served, seconds: float, seed: int = 0) -> Outcome:
    """Stop, undo, branch, reload and all else at random; no script error, and no canvas lost by a reload."""
    outcome, chance = Outcome("random use"), random.Random(seed)
    with _page(outcome) as page:
        user = Studio(page).visit(studio.url)
        user.set_number("steps", 4)
        deeds = _deeds(user, chance)
        began = monotonic()
        while monotonic() - began < seconds:
            name, deed = chance.choice(deeds)
            outcome.tried += 1
            try:
                deed()
                if name == "reload":
                    _reload(user, outcome)
            except (Error, AssertionError) as error:
                outcome.hung.append(f"{outcome.tried} {name}: {str(error).splitlines()[0]}")
                user.visit(studio.url)
        try:
            _press_stop(user)
            user.wait_idle()
            user.tool("Mask all")
            page.click("#generate")
            expect(user.words).to_contain_text("finished")
        except (Error, AssertionError) as error:
            outcome.hung.append(f"at the end: {str(error).splitlines()[0]}")
    outcome.crashed += studio.tracebacks
    outcome.figures["MB held"] = studio.megabytes
    return outcome


def _reload(user: Studio, outcome: Outcome) -> None:
    _press_stop(user)
    user.wait_idle()
    expect(user.page.locator("#header .words")).not_to_contain_text("Opening")
    before = user.state
    user.page.reload()
    user.page.wait_for_selector("[data-ready]")
    if (after := user.state) != before:
        other = [key for key in before if before[key] != after.get(key)]
        outcome.lost.append(f"{outcome.tried}: after a reload {', '.join(other)} differ")


def _wait_for_reload(page: Page) -> None:
    """Wait until Gradio has reloaded a page whose server came back, which it does if it missed it."""
    with suppress(TimeoutError):
        page.wait_for_function("!window.isOld", timeout=5000)
    page.wait_for_selector("[data-ready]")


def _press_stop(user: Studio) -> None:
    """Press it whether there is something to stop or not; playwright would wait until there is."""
    user.page.locator("#stop").dispatch_event("click")


def _deeds(user: Studio, chance: random.Random) -> list[tuple[str, Callable[[], object]]]:
    page = user.page

    def stroke() -> None:
        user.drag(*[(chance.randrange(_SIDE), chance.randrange(_SIDE)) for _ in range(3)])

    def press(key: str) -> Callable[[], None]:
        def pressed() -> None:
            page.mouse.click(*user.at(0, 0))
            page.keyboard.press(key)

        return pressed

    def branch() -> None:
        results = page.locator(".results li button")
        if count := results.count():
            results.nth(chance.randrange(count)).click(timeout=5000)

    def open_files() -> None:
        for _ in range(chance.choice((1, 1, 2))):
            user.open(_picture(chance))

    def settle() -> None:
        page.wait_for_timeout(chance.uniform(0, 1000))

    return [
        ("stroke", stroke),
        ("stroke", stroke),
        ("generate", lambda: page.click("#generate")),
        ("generate", lambda: page.click("#generate")),
        ("stop", lambda: _press_stop(user)),
        ("undo", press("Control+z")),
        ("undo", press("Control+z")),
        ("redo", press("Control+Shift+z")),
        ("mask all", lambda: user.tool("Mask all")),
        ("pin", lambda: user.choose_code(chance.randrange(64))),
        ("branch", branch),
        ("branch", branch),
        ("variations", lambda: user.set_number("pictures", chance.randint(1, 4))),
        ("open", open_files),
        ("wait", settle),
        ("wait", settle),
        ("reload", lambda: None),
    ]


def _picture(chance: random.Random) -> Any:
    """A picture of one colour, of a size that the page asks nothing about, as a browser is given files."""
    file = BytesIO()
    Image.new("RGB", (64, 64), tuple(chance.randrange(256) for _ in range(3))).save(file, "PNG")
    return {"name": f"{chance.randrange(99)}.png", "mimeType": "image/png", "buffer": file.getvalue()}


@contextmanager
def _page(outcome: Outcome) -> Iterator[Page]:
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        page = context.new_page()
        page.on("pageerror", lambda error: outcome.crashed.append(f"script error: {error!s:.300}"))
        yield page
        errors = list(outcome.crashed)
        context.close()
        browser.close()
        outcome.crashed = errors
