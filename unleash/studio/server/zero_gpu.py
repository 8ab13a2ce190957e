"""GPUs that a ZeroGPU Space lends to a single call, which runs in a process of its own."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from math import ceil
from threading import Thread
from typing import Any

LOADING = 10
"""Seconds added to every prediction, for the model to be loaded in the other process."""

MOST = 120
"""Maximum seconds for which a GPU is asked."""


def here() -> bool:
    """Whether this is a ZeroGPU Space, as its package ``spaces`` says."""
    if find_spec("spaces") is None:
        return False
    from spaces.config import Config  # noqa: PLC0415 - only there

    return bool(Config.zero_gpu)


def lent(task: Callable[..., Iterator[Any]], seconds: float, *given: Any) -> Iterator[Any]:
    """What ``task(seconds, *given)`` yields on a GPU that is lent for the predicted ``seconds``.

    If the iterator is closed, the other process works on until the task ends: nothing can stop it.

    Args:
        task: a generator function of a module; it, ``given`` and what it yields are pickled.
        seconds: predicted on this machine's CPU, which is slower.
        given: its other arguments.
    """
    values = wrapped(task)(seconds, *given)
    try:
        for value in values:  # noqa: UP028 - ``yield from`` would close it
            yield value
    finally:  # to close it would wait for the other process, and hold everybody else up
        Thread(target=deque, args=(values, 0), daemon=True).start()


@cache
def wrapped(task: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The task as a call of ``spaces.GPU``; a Space without one at its start is ended by ZeroGPU."""
    import spaces  # noqa: PLC0415 - only there

    return spaces.GPU(task, duration=_duration)


def _duration(seconds: float, *_: Any) -> int:
    return min(LOADING + ceil(seconds), MOST)
