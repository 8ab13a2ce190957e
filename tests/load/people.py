"""People who ask a studio for pictures, each in a session of their own, as a browser or a client does."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import httpx

from tests.hostile.served import Served
from unleash import Recipe


@dataclass(frozen=True)
class Answer:
    """What somebody got.

    Attributes:
        recipe: of the picture, as JSON; None if there is none.
        said: by the studio instead.
        seconds: from asking to having it.
    """

    recipe: str | None
    said: str
    seconds: float


UNLIMITED = "import unleash.studio.server.blocks as blocks; blocks.LONGEST = float('inf')"
"""What a served studio runs first, to take requests of any length, as busy as the machine may be."""


class Studio:
    """A served studio, to ask for the pictures of recipes."""

    def __init__(self, served: Served) -> None:
        self._url = served.url
        with httpx.Client(base_url=self._url, timeout=60) as client:
            config = client.get("/config").json()
            takes = client.get("/gradio_api/info").json()["named_endpoints"]["/generate"]["parameters"]
        self._listener = next(each["id"] for each in config["dependencies"] if each["api_name"] == "generate")
        self._names = [parameter["parameter_name"] for parameter in takes]

    def ask(self, person: str, recipe: Recipe) -> Answer:
        """The picture of a recipe, for a person, who waits for it."""
        began = perf_counter()
        with self._client() as client:
            self._join(client, person, recipe)
            with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": person}) as told:
                for line in told.iter_lines():
                    if line.startswith("data:") and "process_completed" in line:
                        message = json.loads(line.removeprefix("data:"))
                        seconds = perf_counter() - began
                        if message["success"]:
                            return Answer(message["output"]["data"][1], "", seconds)
                        return Answer(None, str(message["output"]), seconds)
        return Answer(None, "the connection ended", perf_counter() - began)

    def ask_all(self, asked: Iterable[tuple[str, Recipe]], at_once: int) -> list[Answer]:
        """As :meth:`ask` for many, so many of them at once."""
        with ThreadPoolExecutor(at_once) as people:
            return list(people.map(lambda each: self.ask(*each), asked))

    @contextmanager
    def under_way(self, person: str, recipe: Recipe) -> Any:
        """While it lasts a person waits for the picture of a recipe; then they leave."""
        with self._client() as client:
            event = self._join(client, person, recipe)
            stream = client.stream("GET", "/gradio_api/queue/data", params={"session_hash": person})
            with stream as told:
                for line in told.iter_lines():
                    if "process_generating" in line:
                        break
                    if "process_completed" in line:
                        raise RuntimeError(f"it ends at once: {line}")
                yield
                gone = {"session_hash": person, "fn_index": self._listener, "event_id": event}
                httpx.post(f"{self._url}/gradio_api/cancel", json=gone, timeout=60).raise_for_status()

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, timeout=600)

    def _join(self, client: httpx.Client, person: str, recipe: Recipe) -> str:
        data = [recipe.to_json() if name == "recipe" else None for name in self._names]
        asked = {"data": data, "fn_index": self._listener, "session_hash": person, "trigger_id": None}
        joined = client.post("/gradio_api/queue/join", json=asked)
        joined.raise_for_status()
        return joined.json()["event_id"]
