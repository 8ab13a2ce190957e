"""One thread works for everybody, a step at a time, and whoever has had least of it comes next.

Gradio would serve one event after another, each to its end, or many at once, each in a thread of its own with
threads of torch that get in each other's way.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import update_wrapper
from inspect import Parameter, isgeneratorfunction, signature
from threading import Condition, Thread
from time import perf_counter, sleep
from typing import Any

import gradio as gr

LINGER = 0.05
"""Seconds in which a run that is owed time may come back for its next step before another gets it."""

AT_ONCE = 64
"""Events that take turns; more wait until one of them has ended."""

LINE: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": AT_ONCE}
"""Options of an event that takes turns."""

_ENDED = object()


class Idle:
    """How long nobody has been worked for."""

    def __init__(self) -> None:
        self._working = 0
        self._since = perf_counter()

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """While it lasts somebody is worked for."""
        self._working += 1
        try:
            yield
        finally:
            self._since = perf_counter()
            self._working -= 1

    def wait(self, seconds: float) -> None:
        """Until nobody has been worked for in the last ``seconds``, or since now."""
        began = perf_counter()
        while (left := max(self._since, began) + seconds - perf_counter()) > 0 or self._working:
            sleep(max(left, 0.1))


IDLE = Idle()


@dataclass(eq=False)
class _Turn:
    person: str
    work: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    result: "Future[Any]" = field(default_factory=Future)


class Turns:
    """Work of several people, done by one thread in turns that are fair by time (start-time fair queueing,
    Goyal, Vin and Cheng, SIGCOMM 1996).

    Who comes back after a pause is owed nothing for it; who just came in is served as soon as whoever is
    ahead of them has had one turn.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: list[_Turn] = []
        self._had: dict[str, float] = {}  # seconds; who has had no more than _now is not among them
        self._now = 0.0
        self._last: tuple[str, float] | None = None
        self._thread: Thread | None = None

    def do(self, person: str, work: Callable[[], Any]) -> Any:
        """The result of ``work``, done when it is the turn of ``person``; what it raises is raised here."""
        turn = _Turn(person, work)
        with self._changed:
            self._had[person] = max(self._had.get(person, 0.0), self._now)
            self._waiting.append(turn)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="model", daemon=True)
                self._thread.start()
            self._changed.notify()
        return turn.result.result()

    def each(self, person: str, steps: Iterator[Any]) -> Iterator[Any]:
        """What an iterator gives, each step of it a turn."""
        while (value := self.do(person, lambda: next(steps, _ENDED))) is not _ENDED:
            yield value

    def _work(self) -> None:
        while True:
            turn = self._next()
            began = perf_counter()
            value: Any = _ENDED
            try:
                with IDLE.interrupted():
                    value = turn.context.run(turn.work)
            except BaseException as error:
                self._spent(turn, perf_counter() - began, done=True)
                turn.result.set_exception(error)
            else:
                self._spent(turn, perf_counter() - began, done=value is _ENDED)
                turn.result.set_result(value)

    def _next(self) -> _Turn:
        with self._changed:
            while True:
                first = min(self._waiting, key=lambda turn: self._had[turn.person], default=None)
                patience = self._owed(first)
                if first is not None and patience <= 0:
                    break
                self._changed.wait(patience if first else None)
            self._waiting.remove(first)
            self._last, self._now = None, self._had[first.person]
            return first

    def _owed(self, first: _Turn | None) -> float:
        """Seconds for which whoever had the last turn may yet come before ``first``."""
        if self._last is None or first is None:
            return 0.0
        person, ended = self._last
        if self._had.get(person, self._now) >= self._had[first.person]:
            return 0.0
        return ended + LINGER - perf_counter()

    def _spent(self, turn: _Turn, seconds: float, done: bool) -> None:
        with self._changed:
            self._had[turn.person] += seconds
            self._last = None if done else (turn.person, perf_counter())
            kept = {waiting.person for waiting in self._waiting}
            self._had = {who: had for who, had in self._had.items() if had > self._now or who in kept}


def take_turns(demo: gr.Blocks) -> None:
    """Let all listeners of an app that wait in one line take turns, a generator for each of its steps."""
    turns: dict[str, Turns] = {}
    for listener in demo.fns.values():
        if listener.fn is not None and listener.concurrency_id == LINE["concurrency_id"]:
            listener.fn = _in_turn(listener.fn, turns.setdefault(listener.concurrency_id, Turns()))


def _in_turn(function: Callable[..., Any], turns: Turns) -> Callable[..., Any]:
    """The function, which takes besides, first of all, the request that Gradio gives it."""

    def at_once(request: gr.Request, *given: Any) -> Any:
        return turns.do(_person(request), lambda: function(*given))

    def by_steps(request: gr.Request, *given: Any) -> Iterator[Any]:
        yield from turns.each(_person(request), function(*given))

    called: Callable[..., Any] = by_steps if isgeneratorfunction(function) else at_once
    own = signature(function)
    first = Parameter("whose_turn", Parameter.POSITIONAL_ONLY, annotation=gr.Request)
    update_wrapper(called, function)
    called.__signature__ = own.replace(parameters=[first, *own.parameters.values()])  # type: ignore[attr-defined]
    called.__annotations__ = {first.name: gr.Request, **function.__annotations__}
    return called


def _person(request: gr.Request | None) -> str:
    """Who asks: a tab of a browser or a client of the API."""
    if request is None:
        return ""
    return str(getattr(request, "session_hash", None) or getattr(request.client, "host", ""))
