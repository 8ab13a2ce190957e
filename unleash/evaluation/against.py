"""Two checkouts of the project timed in turn: what became of the times that a person waits."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from unleash.evaluation import bench
from unleash.evaluation.app_start import first_paint_by_browser, start_seconds
from unleash.evaluation.engine_table import busy_core

_STEP = """
from time import perf_counter
from unleash import UnleashPipeline
pipe = UnleashPipeline.from_pretrained("weights/scenes")
for _ in range(2):  # the first one warms up
    began = perf_counter()
    for step in pipe.stream(num_inference_steps=8, label=pipe.labels[0], seed=1):
        step.image
print((perf_counter() - began) / 8)
"""


def ratios(other: Path, runs: int) -> Iterator[bench.Figure]:
    """Time this checkout and another one, each in processes of its own, one after the other.

    Raises:
        ValueError: if the other is no checkout, or something fails in it.
    """
    if not (other / "app.py").is_file() or not (other / "unleash").is_dir():
        raise ValueError(f"{other} is no checkout of the project: it has no app.py and unleash/")
    with first_paint_by_browser() as first_paint:
        jobs: dict[str, Callable[[Path], float]] = {
            "generate, 4 steps": _generate,
            "step with its picture": _step,
            "step with its picture, beside a busy core": lambda home: _step(home, busy=True),
        }
        if first_paint is not None:
            jobs["start to first paint"] = lambda home: start_seconds(home, first_paint)
        for name, job in jobs.items():
            for home in (bench.REPOSITORY, other):
                job(home)  # from a cold disk
            pairs = [(job(bench.REPOSITORY), job(other)) for _ in range(runs)]
            ours, theirs = ([pair[i] for pair in pairs] for i in range(2))
            yield bench.Figure(f"{name}, here", "s", median(ours), ours, str(bench.REPOSITORY))
            yield bench.Figure(f"{name}, there", "s", median(theirs), theirs, str(other))
            each = [a / b for a, b in pairs]
            yield bench.Figure(f"{name}, ratio", "share", median(each), each, "here / there, per run")


def _generate(home: Path) -> float:
    with TemporaryDirectory() as folder:
        began = perf_counter()
        out = Path(folder) / "picture.png"
        _python(home, "-m", "unleash", "generate", "--steps", "4", "--seed", "1", "--out", str(out))
        return perf_counter() - began


def _step(home: Path, busy: bool = False) -> float:
    with busy_core() if busy else nullcontext():
        return float(_python(home, "-c", _STEP))


def _python(home: Path, *arguments: str) -> str:
    """What Python says when it imports the project from a checkout."""
    environment = os.environ | {"PYTHONPATH": str(home)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ValueError(f"{home} cannot be timed: {said[-1]}")
    return done.stdout
