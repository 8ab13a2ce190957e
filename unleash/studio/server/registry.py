"""Runs by the names that the page gives them, to stop them or change their settings."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeGuard

from unleash.canvas.settings import Settings

LONGEST_NAME = 40
"""Maximum length of a run's name."""

REMEMBERED = 4096
"""Maximum number of ended or not yet started runs that are remembered."""


@dataclass(eq=False)
class Told:
    """The control of a run.

    Attributes:
        stopped: whether it is to end at the next step.
        closed: whether it is too late to change settings: the run is in its last step, or has ended.
        ended: whether it has ended.
    """

    stopped: bool = False
    closed: bool = False
    ended: bool = False
    _settings: deque[Settings] = field(default_factory=lambda: deque(maxlen=1))

    def say(self, settings: Settings) -> None:
        """Set new settings, replacing those not yet read."""
        self._settings.append(settings)

    def hear(self) -> Settings | None:
        """The latest settings since the last call; None if there are none."""
        return self._settings.pop() if self._settings else None


_LOCK = Lock()
_UNDER_WAY: dict[str, Told] = {}
_OTHERS: OrderedDict[str, Told] = OrderedDict()


@contextmanager
def under_way(name: str) -> Iterator[Told]:
    """Context in which the run ``name`` is under way; earlier messages to it are kept.

    Raises:
        ValueError: if a run with this name has already started.
    """
    with _LOCK:
        told = _OTHERS.get(name) or Told()
        if told.ended or name in _UNDER_WAY:
            raise ValueError("this run has already started: reload the page and generate again")
        _OTHERS.pop(name, None)
        _UNDER_WAY[name] = told
    try:
        yield told
    finally:
        told.closed = told.ended = True
        with _LOCK:
            del _UNDER_WAY[name]
            _remember(name, told)


def busy() -> bool:
    """Whether a run is under way."""
    return bool(_UNDER_WAY)


def stop(name: Any) -> None:
    """End the run ``name`` at its next step, or at its start if it is waiting. Called by the page."""
    if is_name(name):
        _told(name).stopped = True


def steer(name: str, settings: Settings) -> bool:
    """Change the settings of a run; returns whether it was early enough."""
    told = _told(name)
    told.say(settings)
    return not told.closed


def ended(name: Any) -> bool:
    """Whether the run ``name`` has ended. Called by the page, which may have missed its end."""
    told = _OTHERS.get(name) if is_name(name) else None
    return told is not None and told.ended


def is_name(name: Any) -> TypeGuard[str]:
    """Whether this is a valid name of a run."""
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME


def _told(name: str) -> Told:
    with _LOCK:
        if name in _UNDER_WAY:
            return _UNDER_WAY[name]
        return _remember(name, _OTHERS.get(name) or Told())


def _remember(name: str, told: Told) -> Told:
    _OTHERS[name] = told
    while len(_OTHERS) > REMEMBERED:
        _OTHERS.popitem(last=False)
    return told
