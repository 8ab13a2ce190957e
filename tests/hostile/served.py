"""A studio in a process of its own, to be asked over HTTP and killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
_LEFT = re.compile(r"asyncio\.exceptions\.CancelledError|KeyError: '(?=[a-z]*[0-9])[a-z0-9]{9,12}'$")
"""What Gradio prints for a page that leaves; a session has digits in its name, and no key of ours has."""

_START = """
import sys
from unleash.studio import build, launch
launch(build(sys.argv[1:]), server_name="127.0.0.1", server_port=None, quiet=True)
"""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A studio of one model, at a port that stays the same when it is started again.

    Args:
        model: a folder.
        temporary: where the studio puts its files.
        before: Python that the process runs first.
    """

    def __init__(self, model: Path, temporary: Path, before: str = "") -> None:
        self._model, self._temporary, self._before = model, temporary, before
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.said: list[str] = []
        self._restore: int | None = None
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "GRADIO_SERVER_PORT": str(self.port),
            "GRADIO_TEMP_DIR": str(self._temporary),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._before + _START, str(self._model)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True).start()
        began = monotonic()
        while True:
            try:
                if self.client.get("/").status_code == 200:
                    return
            except httpx.HTTPError:
                if self._process.poll() is not None or monotonic() - began > 300:
                    raise RuntimeError("the studio did not start:\n" + "".join(self.said)) from None
                sleep(0.2)

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def megabytes(self) -> float:
        """The memory it holds."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def tracebacks(self) -> list[str]:
        """The last line of each traceback it has printed lately."""
        begun, last = False, []
        for line in self.said:
            if line.startswith("Traceback"):
                begun = True
            elif begun and line.strip() and not line.startswith(" "):
                if not _LEFT.match(line):
                    last.append(line.strip()[:300])
                begun = False
        return last

    def call(self, name: str, *data: Any) -> tuple[bool, str]:
        """Call an endpoint; whether it gave a result, and what it said."""
        asked = self.client.post(f"/gradio_api/call/{name}", json={"data": list(data)})
        if asked.status_code != 200:
            return False, asked.text
        event = asked.json()["event_id"]
        with self.client.stream("GET", f"/gradio_api/call/{name}/{event}") as answer:
            lines = list(answer.iter_lines())
        return "event: complete" in lines, "\n".join(lines)

    def trigger(self, event: int, data: list[Any], about: Any, session: str) -> tuple[bool, str]:
        """Trigger an event of the page, with data about it; whether it gave a result, and what it said."""
        asked = {"fn_index": event, "data": data, "event_data": about, "session_hash": session}
        answer = self.client.post("/gradio_api/queue/join", json={**asked, "trigger_id": None})
        if answer.status_code != 200:
            return False, answer.text
        with self.client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as lines:
            for line in lines.iter_lines():
                if '"process_completed"' in line:
                    said = json.loads(line.removeprefix("data: "))
                    return said["success"], str((said["output"] or {}).get("error"))
        return False, ""

    def visit(self, session: str) -> None:
        """Do what a browser does when it opens the page, in a session of its own."""
        self.client.get("/")
        if self._restore is None:
            listeners = self.client.get("/config").json()["dependencies"]
            self._restore = next(each["id"] for each in listeners if each["api_name"] == "restore")
        well, said = self.trigger(self._restore, [None], None, session)
        if not well:
            raise RuntimeError(said)

    def _listen(self, pipe: Any) -> None:
        for line in pipe:
            self.said.append(line)
            del self.said[:-500]
