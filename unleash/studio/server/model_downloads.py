"""Downloads of public models, requested on the page: one at a time, in a background thread."""

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
    """The state of a download.

    Attributes:
        name: name of the model.
        fetched: bytes so far.
        stage: ``fetching`` or ``converting``; ``done`` or, if it was cancelled or failed, ``ended``.
        said: how it ended, in one line.
    """

    name: str
    fetched: int = 0
    stage: str = "fetching"
    said: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.stage in ("done", "ended")


class Getter:
    """Downloads one model at a time, whether or not a page follows it."""

    def __init__(self) -> None:
        self.now: Fetch | None = None
        self._lock, self._stop = Lock(), Event()

    def begin(self, name: str) -> None:
        """Start the download of a known model.

        Raises:
            ValueError: if there is no such model, or another download is running.
        """
        if name not in KNOWN:
            raise ValueError(f"{quoted(name)} is not one of the public models: choose one in the table")
        with self._lock:
            if self.now is not None and not self.now.ended:
                raise ValueError(f"{self.now.name} is being downloaded: wait for it, or cancel it")
            self.now = Fetch(name)
            self._stop.clear()
        # A daemon thread: the studio does not wait for a download when it ends.
        Thread(target=self._fetch, args=(name,), name="fetch", daemon=True).start()

    def cancel(self) -> None:
        """Cancel the download, if there is one."""
        self._stop.set()

    def follow(self) -> Iterator[Message]:
        """Messages for the page: the table, and updates until the download is over."""
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
            self._change(stage="ended", said="Cancelled. The next download resumes where this one ended.")
        except ValueError as error:
            self._change(stage="ended", said=f"{error}.")
        except Exception:
            logging.getLogger(__name__).exception("%s could not be downloaded", name)
            self._change(stage="ended", said=f"{name} could not be downloaded: see the log of the studio.")
        else:
            self._change(stage="done", said=f"{name} is ready: press Use to paint with it.")

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
    """The table of public models, and the state of the download."""
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
