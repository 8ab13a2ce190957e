"""How long the app of a checkout takes to start, and its page to appear in a browser."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep, time
from urllib.error import URLError
from urllib.request import urlopen

try:
    from playwright.sync_api import sync_playwright
except ModuleNotFoundError:  # an extra; without it first paint is not measured
    sync_playwright = None  # type: ignore[assignment]

START_TIMEOUT = 120.0
"""Seconds to wait for the app to answer."""


@contextmanager
def running_app(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    """Runs the app of a checkout; yields its process, its URL and its start time in seconds since 1970."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    environment["PYTHONPATH"] = str(home)
    began = time()
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=home,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, f"http://127.0.0.1:{port}/", began
    finally:
        process.terminate()
        process.wait()


def start_seconds(home: Path, first_paint: Callable[[str], float]) -> float:
    """From spawning ``python app.py`` in a checkout to the first paint of its page."""
    with running_app(home) as (process, url, began):
        wait_for(process, url)
        return first_paint(url) - began


def wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    """Returns when the app answers.

    Raises:
        ValueError: if it exits, or does not answer within ``START_TIMEOUT``.
    """
    deadline = monotonic() + START_TIMEOUT
    while monotonic() < deadline:
        if process.poll() is not None:
            raise ValueError(
                f"`python app.py` exited with code {process.returncode} before it answered; run it to see why"
            )
        try:
            with urlopen(url, timeout=START_TIMEOUT):
                return
        except (URLError, ConnectionError):
            sleep(0.02)
    raise ValueError(f"`python app.py` did not answer within {START_TIMEOUT:.0f} s; run it to see why")


@contextmanager
def first_paint_by_browser() -> Iterator[Callable[[str], float] | None]:
    """Yields a function from a URL to its first paint in seconds since 1970; None without Chromium."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None or sync_playwright is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])

        def first_paint(url: str) -> float:
            page = browser.new_page()
            page.set_default_timeout(START_TIMEOUT * 1000)
            page.goto(url)
            entry = "performance.getEntriesByName('first-contentful-paint')[0]"
            page.wait_for_function(entry)
            painted = page.evaluate(f"performance.timeOrigin + {entry}.startTime")
            page.close()
            return painted / 1000

        yield first_paint
        browser.close()
