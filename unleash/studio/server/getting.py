"""Public models fetched from the page: one at a time, in a thread of its own."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread
from time import sleep
from typing import Any
from uuid import uuid4

from unleash.canvas.messages import quoted
from unleash.models.known import KNOWN
from unleash.studio.server.runs import Message

_PAUSE = 0.3
"""Seconds between two messages about a download."""


@dataclass(frozen=True)
class Fetch:
    """How far a model is.

    Attributes:
        name: of the model.
        fetched: bytes so far.
        stage: what is done with it, or how it ended.
        said: about its end, in a line.
    """

    name: str
    fetched: int = 0
    stage: str = "fetching"  # "converting", "done", "ended"
    said: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing is done any more."""
        return self.stage in ("done", "ended")


class Getter:
    """Fetches a model at a time, whether or not a page looks on."""

    def __init__(self) -> None:
        self.now: Fetch | None = None
        self._lock, self._stop = Lock(), Event()

    def begin(self, name: str) -> None:
        """Fetch the known model of this name.

        Raises:
            ValueError: if there is none, or another is being fetched.
        """
        if name not in KNOWN:
            raise ValueError(f"{quoted(name)} is none of the public models: choose one of the table")
        with self._lock:
            if self.now is not None and not self.now.ended:
                raise ValueError(f"{self.now.name} is being fetched: wait for its end, or cancel it")
            self.now = Fetch(name)
            self._stop.clear()
        # A daemon: a studio that ends does not wait for a download.
        Thread(target=self._fetch, args=(name,), name="fetch", daemon=True).start()

    def cancel(self) -> None:
        """End the download, if there is one."""
        self._stop.set()

    def follow(self) -> Iterator[Message]:
        """What the page shows, and again as the download goes on, up to its end."""
        while True:
            now = self.now
            yield message(now)
            if now is None or now.ended:
                return
            sleep(_PAUSE)

    def _fetch(self, name: str) -> None:
        from unleash.models.fetching import FetchStoppedError, fetch_known  # noqa: PLC0415 - takes seconds

        try:
            fetch_known(KNOWN[name], told=self._told)
        except FetchStoppedError:
            self._change(stage="ended", said="Cancelled. Files that had arrived whole are kept for the next time.")
        except ValueError as error:
            self._change(stage="ended", said=f"{error}.")
        except Exception:
            logging.getLogger(__name__).exception("%s was not fetched", name)
            self._change(stage="ended", said=f"{name} was not fetched: the studio's log says why.")
        else:
            self._change(stage="done", said=f"{name} is here: press Use to paint with it.")

    def _told(self, arrived: int | None) -> None:
        from unleash.models.fetching import FetchStoppedError  # noqa: PLC0415

        if self._stop.is_set():
            raise FetchStoppedError
        assert self.now is not None
        if arrived is None:
            self._change(stage="converting")
        else:
            self._change(fetched=self.now.fetched + arrived)

    def _change(self, **changes: Any) -> None:
        with self._lock:
            assert self.now is not None
            self.now = replace(self.now, **changes)


def message(now: Fetch | None) -> Message:
    """The table of public models, and how far the one is that is being fetched."""
    from unleash.models.fetching import disk_free, disk_needed, is_here  # noqa: PLC0415

    free, _ = disk_free()
    return {
        "id": uuid4().hex,
        "free": free,
        "models": [
            {
                "name": model.name,
                "paints": model.paints,
                "licence": model.licence,
                "download": model.download,
                "disk": disk_needed(model),
                "memory": model.memory,
                "here": is_here(model),
            }
            for model in KNOWN.values()
        ],
        "fetch": now and {"name": now.name, "fetched": now.fetched, "stage": now.stage, "said": now.said},
    }
