"""A run that nobody waits for any more ends, through whatever door it was asked for."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.utils import Status
from PIL import Image
from playwright.sync_api import Browser

from unleash import Recipe, Settings, TokenCanvas

from . import tiny
from .conftest import START, serving
from .studio import Studio

pytestmark = pytest.mark.slow

LARGE = TokenCanvas.blank(64, 64, tiny.CODES)
LONG = Recipe(model="tiny", canvas=LARGE, settings=Settings(steps=4096)).to_json()
KNOWN = json.dumps(TokenCanvas.from_codes(np.zeros((64, 64), int), tiny.CODES).to_dict())
COUNTING = """
from unleash.pipeline import UnleashPipeline
def counted(self, *given, predict=UnleashPipeline._predict):
    with open({path!r}, "a") as file:
        file.write(".")
    return predict(self, *given)
UnleashPipeline._predict = counted
"""


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that grows by a byte with every evaluation."""
    path = tmp_path_factory.mktemp("count") / "evaluations"
    path.touch()
    return path


@pytest.fixture(scope="module")
def url(count: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A studio whose first model is small, and whose evaluations are counted."""
    model = tiny.save(tmp_path_factory.mktemp("models") / "tiny")
    start = COUNTING.format(path=str(count)) + START
    with serving(
        model, tmp_path_factory.mktemp("gradio"), "owner", start
    ) as address:  # whose runs have no limit
        small(address)  # what is loaded once is loaded
        yield address


@pytest.fixture
def evaluations(count: Path) -> Callable[[], int]:
    """How many evaluations there were so far."""
    return lambda: count.stat().st_size


def small(url: str) -> float:
    """Seconds that a small request takes."""
    began = time.monotonic()
    Client(url, verbose=False).predict(steps=2, api_name="/generate")
    return time.monotonic() - began


def wait_for(evaluations: Callable[[], int], more: int) -> None:
    """Until a run is well under way."""
    wanted, end = evaluations() + more, time.monotonic() + 60
    while evaluations() < wanted:
        assert time.monotonic() < end, "the run does not begin"
        time.sleep(0.02)


def ends(evaluations: Callable[[], int], leave: Callable[[], Any], url: str) -> None:
    """After it is left a run takes two steps more at most, and the line is free."""
    before = evaluations()
    leave()
    time.sleep(3)
    assert evaluations() - before <= 2
    assert_free(url)


def assert_free(url: str) -> None:
    """A small request takes about as long as it does when the line has long been empty."""
    assert small(url) <= 2 * small(url) + 3


def asked(client: Client, name: str, picture: Path) -> Any:
    """Something long, under way."""
    given: dict[str, Any] = {
        "generate": {"recipe": LONG},
        "extend": {"image": handle_file(picture), "left": 48, "bottom": 48, "steps": 4096},
        "inspect": {"canvas": KNOWN, "spacing": 16},
    }[name]
    return client.submit(**given, api_name=f"/{name}")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture of the model's size."""
    path = tmp_path / "picture.png"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


@pytest.mark.parametrize("name", ["generate", "extend", "inspect"])
def test_a_cancelled_job_ends(url: str, evaluations: Callable[[], int], picture: Path, name: str) -> None:
    client = Client(url, verbose=False)
    job = asked(client, name, picture)
    wait_for(evaluations, 4)
    ends(evaluations, job.cancel, url)


KILLED = """
import sys
from gradio_client import Client
Client(sys.argv[1], verbose=False).predict(recipe=sys.argv[2], api_name="/generate")
"""


def test_the_job_of_a_killed_client_ends(url: str, evaluations: Callable[[], int]) -> None:
    client = subprocess.Popen([sys.executable, "-c", KILLED, url, LONG])
    wait_for(evaluations, 4)
    ends(evaluations, lambda: client.send_signal(signal.SIGKILL), url)
    client.wait(10)


ONE_AT_ONCE = """
from unleash.studio.server import turns
turns.LINE["concurrency_limit"] = 1
"""


def test_a_job_that_waits_in_line_is_taken_out_of_it(
    count: Path, evaluations: Callable[[], int], tmp_path: Path
) -> None:
    start = ONE_AT_ONCE + COUNTING.format(path=str(count)) + START
    with serving(tiny.save(tmp_path / "tiny"), tmp_path / "gradio", start=start) as address:
        first, second = Client(address, verbose=False), Client(address, verbose=False)
        running = first.submit(recipe=LONG, api_name="/generate")
        wait_for(evaluations, 4)
        waiting = second.submit(recipe=LONG, api_name="/generate")
        while waiting.status().code is not Status.IN_QUEUE:
            time.sleep(0.02)
        waiting.cancel()
        ends(evaluations, running.cancel, address)


def test_one_of_two_jobs_that_take_turns_ends_and_the_other_goes_on(
    url: str, evaluations: Callable[[], int]
) -> None:
    first, second = Client(url, verbose=False), Client(url, verbose=False)
    running, other = (client.submit(recipe=LONG, api_name="/generate") for client in (first, second))
    while not (running.status().code is other.status().code is Status.ITERATING):
        time.sleep(0.02)
    other.cancel()
    wait_for(evaluations, 50)
    assert not running.done()
    ends(evaluations, running.cancel, url)


def test_the_runs_of_a_closed_page_end(browser: Browser, url: str, evaluations: Callable[[], int]) -> None:
    context = browser.new_context()
    studio = Studio(context.new_page()).visit(url)
    studio.set_number("steps", 64)
    studio.set_number("pictures", 8)
    studio.page.click("#generate")
    wait_for(evaluations, 4)
    context.close()  # which takes the browser a while
    ends(evaluations, lambda: None, url)


def test_a_stopped_run_ends(browser: Browser, url: str, evaluations: Callable[[], int]) -> None:
    context = browser.new_context()
    studio = Studio(context.new_page()).visit(url)
    studio.begin_a_long_run()
    studio.stop()
    ends(evaluations, lambda: None, url)
    context.close()


def test_nobody_goes_round_the_line(url: str, evaluations: Callable[[], int]) -> None:
    before = evaluations()
    for path in ("run", "api"):
        answer = httpx.post(f"{url}/gradio_api/{path}/generate", json={"data": [4096]}, timeout=10)
        assert answer.status_code == 404
    assert evaluations() == before


AGENT = """
import asyncio, sys
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

async def main(url, recipe):
    async with streamablehttp_client(url + "/gradio_api/mcp/") as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            name = next(tool for tool in tools if tool.endswith("generate"))
            await session.call_tool(name, {"recipe": recipe})

asyncio.run(main(*sys.argv[1:]))
"""


def test_the_tool_call_of_a_lost_agent_ends(
    count: Path, evaluations: Callable[[], int], tmp_path: Path
) -> None:
    pytest.importorskip("mcp")
    start = COUNTING.format(path=str(count)) + START.replace("quiet=False", "quiet=False, mcp_server=True")
    with serving(tiny.save(tmp_path / "tiny"), tmp_path / "gradio", "owner", start) as address:
        small(address)
        agent = subprocess.Popen([sys.executable, "-c", AGENT, address, LONG])
        wait_for(evaluations, 4)
        before = evaluations()
        agent.kill()
        time.sleep(3)
        assert evaluations() - before <= 2
        assert_free(address)
        agent.wait(10)
