"""A single worker thread that is shared fairly: the run with the least time so far has its step next.

Gradio would run events one after another to completion, or concurrently in threads whose torch threads
compete.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from functools import update_wrapper
from inspect import Parameter, isgeneratorfunction, signature
from threading import Condition, Lock, Thread
from time import perf_counter, sleep
from typing import Any

import gradio as gr

LINGER = 0.05
"""Seconds for which the run with the least time may return for its next step before others get it."""

ALIKE = 0.25
"""People whose times differ by less than these seconds count as equal: the shorter run then goes first."""

AT_ONCE = 300
"""Maximum number of events that take turns: as many as there are sessions. Others would wait in Gradio's
queue, where the page says neither how many people there are nor how long it takes."""

ELSEWHERE = 16
"""Number of concurrent steps if a GPU or other machines compute them."""

LINE: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": AT_ONCE}
"""Options of an event that takes turns."""

_ENDED = object()


class Idle:
    """How long there has been no work."""

    def __init__(self) -> None:
        self._working = 0
        self._lock = Lock()
        self._since = perf_counter()

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """Context of a piece of work."""
        with self._lock:
            self._working += 1
        try:
            yield
        finally:
            with self._lock:
                self._since = perf_counter()
                self._working -= 1

    def wait(self, seconds: float) -> None:
        """Waits until there has been no work for ``seconds``, counted from this call."""
        began = perf_counter()
        while (left := max(self._since, began) + seconds - perf_counter()) > 0 or self._working:
            sleep(max(left, 0.1))


IDLE = Idle()


@dataclass(frozen=True)
class Standing:
    """The place of a run among those of others.

    Attributes:
        people: number of people who take turns, including the one who requested the run.
        seconds: estimated seconds until the run is done, if nobody else comes.
    """

    people: int
    seconds: float


@dataclass(eq=False)
class _Run:
    turns: "Turns"
    person: str
    left: float = 0.0  # expected seconds; 0 without an expectation


@dataclass(eq=False)
class _Turn:
    run: _Run
    work: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    result: "Future[Any]" = field(default_factory=Future)


_RUN: ContextVar[_Run | None] = ContextVar("run", default=None)


def expect(seconds: float) -> None:
    """Set, from within a run, the seconds of work that are left."""
    if run := _RUN.get():
        run.left = seconds


def allow(threads: int) -> None:
    """Let so many steps be computed at once, from within a run."""
    if run := _RUN.get():
        run.turns.allow(threads)


def standing() -> Standing | None:
    """The standing of the run that calls this; None outside of a run."""
    run = _RUN.get()
    return None if run is None else run.turns.standing(run)


class Turns:
    """Work of several people, done by one thread in turns that are fair by time (weighted fair queueing,
    Demers, Keshav and Shenker, SIGCOMM 1989, with equal weights).

    A person who arrives, or returns after a pause, is counted as having had the fair share of those at work;
    so pauses earn no credit, and newcomers cannot delay the others for ever. Among people with equal time,
    the shortest run comes first.

    Args:
        threads: number of threads; more than one only if the work is waiting for a GPU or other machines.
    """

    def __init__(self, threads: int = 1) -> None:
        self._changed = Condition()
        self._waiting: list[_Turn] = []
        self._runs: set[_Run] = set()
        self._had: dict[str, float] = {}  # seconds
        self._due = 0.0  # what each should have had; those with no more, and without a run, are forgotten
        self._last: tuple[_Run, float] | None = None
        self._threads, self._started = threads, 0

    def allow(self, threads: int) -> None:
        """Raises the number of threads to ``threads``."""
        with self._changed:
            self._threads = max(self._threads, threads)

    def do(self, person: str, work: Callable[[], Any]) -> Any:
        """The result of ``work``, done at the turn of ``person``; raises what it raises."""
        with self._changed:
            self._enter(person)
        return self._do(_Run(self, person), work)

    def each(self, person: str, steps: Iterator[Any]) -> Iterator[Any]:
        """Iterates, with a turn for each step."""
        run = _Run(self, person)
        with self._changed:
            self._enter(person)
            self._runs.add(run)
        try:
            while (value := self._do(run, lambda: next(steps, _ENDED))) is not _ENDED:
                yield value
        finally:
            with self._changed:
                self._runs.discard(run)

    def standing(self, run: _Run) -> Standing:
        """The standing of a run that is under way."""
        with self._changed:
            left = dict.fromkeys((each.person for each in self._runs), 0.0)
            for each in self._runs:
                left[each.person] += each.left
        mine = left.pop(run.person, run.left)
        return Standing(1 + len(left), mine + sum(min(other, mine) for other in left.values()))

    def _enter(self, person: str) -> None:
        if all(run.person != person for run in self._runs):
            self._had[person] = max(self._had.get(person, 0.0), self._due)

    def _do(self, run: _Run, work: Callable[[], Any]) -> Any:
        turn = _Turn(run, work)
        turn.context.run(_RUN.set, run)
        with self._changed:
            self._waiting.append(turn)
            while self._started < self._threads:
                self._started += 1
                Thread(target=self._work, name="model", daemon=True).start()
            self._changed.notify_all()  # one that waits for a person's next step would not take this one
        return turn.result.result()

    def _work(self) -> None:
        while True:
            self._serve(self._next())

    def _serve(self, turn: _Turn) -> None:
        # A function of its own: a thread that waits must not keep an abandoned run from ending.
        began = perf_counter()
        try:
            with IDLE.interrupted():
                value = turn.context.run(turn.work)
        except BaseException as error:
            self._spent(turn.run, perf_counter() - began, done=True)
            turn.result.set_exception(error)
        else:
            self._spent(turn.run, perf_counter() - began, done=value is _ENDED)
            turn.result.set_result(value)

    def _next(self) -> _Turn:
        with self._changed:
            while True:
                first = min(self._waiting, key=lambda turn: self._rank(turn.run), default=None)
                patience = self._owed(first)
                if first is not None and patience <= 0:
                    break
                self._changed.wait(patience if first else None)
            self._last = None
            self._waiting.remove(first)
            return first

    def _rank(self, run: _Run) -> tuple[int, float, float]:
        """The lowest rank comes first."""
        had = self._had.get(run.person, self._due)
        return int(had / ALIKE), run.left, had

    def _owed(self, first: _Turn | None) -> float:
        """Seconds for which the person with the last turn may still precede ``first``."""
        if self._last is None or first is None:
            return 0.0
        run, ended = self._last
        if self._rank(run) >= self._rank(first.run):
            return 0.0
        return ended + LINGER - perf_counter()

    def _spent(self, run: _Run, seconds: float, done: bool) -> None:
        with self._changed:
            run.left = max(run.left - seconds, 0.0)
            self._had[run.person] = self._had.get(run.person, self._due) + seconds
            self._last = None if done else (run, perf_counter())
            here = {each.person for each in self._runs} | {turn.run.person for turn in self._waiting}
            self._due += seconds / len(here | {run.person})
            self._had = {who: had for who, had in self._had.items() if had > self._due or who in here}


def take_turns(demo: gr.Blocks, threads: int = 1) -> None:
    """Let all listeners of an app that wait in one line take turns, a generator for each of its steps.

    Args:
        demo: the app.
        threads: see :class:`Turns`.
    """
    turns = Turns(threads)
    for listener in demo.fns.values():
        if listener.fn is not None and listener.concurrency_id == LINE["concurrency_id"]:
            listener.fn = _in_turn(listener.fn, turns)


def _in_turn(function: Callable[..., Any], turns: Turns) -> Callable[..., Any]:
    """The function with a further first parameter, the request, which Gradio provides."""

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
    """The identity of a browser tab or API client."""
    if request is None:
        return ""
    return str(getattr(request, "session_hash", None) or getattr(request.client, "host", ""))
