"""The engines side by side: how fast each is here, and how near to torch."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from unleash.models.engines import engines_here
from unleash.models.engines.choosing import largest_difference, step_seconds, timing
from unleash.pipeline import UnleashPipeline


@dataclass(frozen=True)
class EngineTimes:
    """How fast an engine is.

    Attributes:
        engine: its name.
        step: seconds of a step with its preview.
        busy: the same while another process keeps a core busy.
        start: seconds until the first step, once the networks are converted.
        difference: the largest of a logit from torch's.
    """

    engine: str
    step: float
    busy: float
    start: float
    difference: float


def measure(model: str, runs: int) -> Iterator[EngineTimes]:
    """Time every engine that can be used here; ``model`` and ``runs`` as of ``bench.measure``."""
    pipe = UnleashPipeline.from_pretrained(model)
    condition = pipe.condition()
    for engine in engines_here(pipe.vqgan, pipe.transformer, pipe.engine.source):
        difference = largest_difference(engine, condition)
        start, idle = timing(engine, condition, runs)
        with busy_core():
            busy = step_seconds(engine, condition, runs)
        yield EngineTimes(engine.name, idle, busy, start, difference)


def table(engines: Sequence[Mapping[str, Any]]) -> Table:
    """What was measured, a row for each engine."""
    shown = Table("engine", "step", "beside a busy core", "until the first", "furthest from torch")
    for row in engines:
        times = [f"{row[name] * 1000:.0f} ms" for name in ("step", "busy")]
        shown.add_row(row["engine"], *times, f"{row['start']:.1f} s", f"{row['difference']:.1g}")
    return shown


@contextmanager
def busy_core() -> Iterator[None]:
    """While it lasts another process keeps one core busy, as a browser does."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()
