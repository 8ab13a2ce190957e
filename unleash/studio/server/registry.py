"""Runs by the names that the page gives them, and what each is told: to stop, to go on another way."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeGuard

from unleash.canvas.settings import Settings

LONGEST_NAME = 40
"""Characters of a run's name."""

REMEMBERED = 4096
"""Runs that are remembered, of those that have ended or have not begun."""


@dataclass(eq=False)
class Told:
    """What a run is told.

    Attributes:
        stopped: whether it should end at the next step.
        closed: whether it is too late for other settings: the run is in its last step, or has ended.
        ended: whether it has ended.
    """

    stopped: bool = False
    closed: bool = False
    ended: bool = False
    _settings: deque[Settings] = field(default_factory=lambda: deque(maxlen=1))

    def say(self, settings: Settings) -> None:
        """Leave word of other settings, in place of those not yet heard."""
        self._settings.append(settings)

    def hear(self) -> Settings | None:
        """The last settings told since this was called before; None if there are none."""
        return self._settings.pop() if self._settings else None


_LOCK = Lock()
_UNDER_WAY: dict[str, Told] = {}
_OTHERS: OrderedDict[str, Told] = OrderedDict()


@contextmanager
def under_way(name: str) -> Iterator[Told]:
    """While it lasts the run ``name`` is under way; what it was told before, it finds.

    Raises:
        ValueError: if a run of this name has begun already.
    """
    with _LOCK:
        told = _OTHERS.get(name) or Told()
        if told.ended or name in _UNDER_WAY:
            raise ValueError("this run has begun already: reload the page and generate again")
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
    """End the run ``name`` at its next step; at once when its turn comes, if it waits. For the page."""
    if is_name(name):
        _told(name).stopped = True


def steer(name: str, settings: Settings) -> bool:
    """Let a run go on under other settings; whether it is early enough for that."""
    told = _told(name)
    told.say(settings)
    return not told.closed


def ended(name: Any) -> bool:
    """Whether the run ``name`` has begun and ended. For the page, which may have missed that."""
    told = _OTHERS.get(name) if is_name(name) else None
    return told is not None and told.ended


def is_name(name: Any) -> TypeGuard[str]:
    """Whether the page may call a run so."""
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
