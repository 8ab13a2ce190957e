"""Work that can be ended between two evaluations of a model.

It is a generator that pauses after each evaluation and returns its result; to end it, close it.
"""

from collections.abc import Generator, Iterator
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")
Pause = TypeVar("Pause")

Work: TypeAlias = Generator[None, None, Result]


def finished(work: Work[Result]) -> Result:
    """Does the work without a pause; returns its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def in_steps(work: Work[Result], pause: Pause) -> Iterator[Pause | Result]:
    """Yields ``pause`` at each pause of the work, and finally its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            yield end.value
            return
        yield pause
