"""The app in a process of its own, and Chromium to look at it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from . import tiny
from .studio import Studio

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "weights" / "scenes"
START = """
import sys
from unleash.studio import build, launch
whose, *models = sys.argv[1:]
launch(build(models, may_add=whose == "owner"), server_name="127.0.0.1", server_port=None, quiet=False)
"""

LEAVING = ("signal is aborted", "errored out")

expect.set_options(timeout=60_000)


@pytest.fixture(scope="package")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model, or a random one as long as none is bundled."""
    if (BUNDLED / "model_index.json").exists():
        return BUNDLED
    return tiny.save(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="package")
def url(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app listens, as visitors have it."""
    with serving(model, tmp_path_factory.mktemp("gradio")) as address:
        yield address


@contextmanager
def serving(
    model: Path, temporary: Path, whose: str = "visitors", start: str = START, others: Sequence[Path] = ()
) -> Iterator[str]:
    """Where an app listens; it chooses a free port itself. Its ``owner`` may add models."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "GRADIO_SERVER_PORT": str(_free_port()),
        "GRADIO_TEMP_DIR": str(temporary),
    }
    app = subprocess.Popen(
        [sys.executable, "-c", start, whose, *map(str, [model, *others])],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    for line in app.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        pytest.fail("the app did not start:\n" + "".join(said))
    # Its output must be read on, or the pipe fills and the app stands still.
    threading.Thread(target=app.stdout.read, daemon=True).start()
    yield found.group()
    app.terminate()
    app.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, closed after the last browser test: playwright's loop would be in the way of others."""
    with sync_playwright() as playwright:
        system = shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=system,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page of a visitor, which must end without an error in its console.

    Args:
        browser: where a context is made.
        options: those of the context.
    """
    size = {"width": 1280, "height": 800}
    context = browser.new_context(viewport=size, accept_downloads=True, **options)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    # Gradio takes the end of a page for an error of what the server still sends.
    page.on("framenavigated", lambda _: forget(errors))
    yield page
    before_closing = list(errors)
    context.close()
    assert before_closing == []


def forget(errors: list[str]) -> None:
    """Remove what was only said because the page was left."""
    errors[:] = [error for error in errors if not any(text in error for text in LEAVING)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new visitor."""
    with visitor(browser) as page:
        yield page


@pytest.fixture
def studio(page: Page, url: str) -> Studio:
    """A fresh studio, its codebook decoded."""
    return Studio(page).visit(url)


@pytest.fixture(scope="package")
def kept(browser: Browser, url: str) -> StorageState:
    """What the browser keeps of a visitor who made a picture of four steps, with its seed locked."""
    with visitor(browser) as page:
        studio = Studio(page).visit(url)
        studio.set_number("steps", 4)
        page.locator("#lock input").check()
        studio.generate()
        assert studio.state["picture"]  # and so all of it is stored
        page.wait_for_timeout(1000)
        return page.context.storage_state(indexed_db=True)


@pytest.fixture
def painted(browser: Browser, url: str, kept: StorageState) -> Iterator[Studio]:
    """A studio with a generated picture on it, always the same, and nothing masked."""
    with visitor(browser, storage_state=kept) as page:
        studio = Studio(page).visit(url)
        expect(page.locator(".results li")).to_have_count(1)
        yield studio
