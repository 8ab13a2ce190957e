"""Who waits for a model in one line has it to themselves.

Gradio gives a place in the line away as soon as a run is cancelled, while the step under way is still being
computed. Here the next one begins when that has ended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from threading import Lock
from typing import Any

import gradio as gr


def take_turns(demo: gr.Blocks) -> None:
    """Let all listeners of an app that wait in one line, a place for one, also take turns."""
    locks: defaultdict[str, Lock] = defaultdict(Lock)
    for listener in demo.fns.values():
        if listener.fn is not None and listener.concurrency_limit == 1:
            listener.fn = _alone(listener.fn, locks[listener.concurrency_id])


def _alone(function: Callable[..., Any], lock: Lock) -> Callable[..., Any]:
    """The function, each step of a generator by itself, holding the lock."""

    @wraps(function)
    def at_once(*given: Any, **named: Any) -> Any:
        with lock:
            return function(*given, **named)

    @wraps(function)
    def by_steps(*given: Any, **named: Any) -> Iterator[Any]:
        steps = function(*given, **named)
        while True:
            # Never between steps: a run that is given up there would keep the lock.
            with lock:
                try:
                    value = next(steps)
                except StopIteration:
                    return
            yield value

    return by_steps if isgeneratorfunction(function) else at_once
