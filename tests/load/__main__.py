"""Many people at one studio: ``python -m tests.load``. The figures come last; exits with 1 if one is missed.

``--people``, ``--steps``, ``--runs`` and ``--side`` say how many and how much, ``--only NAME`` (repeatable)
leaves out the other measures, ``--model tiny`` takes a small random model instead of the bundled one.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.browser import tiny
from tests.hostile.served import Served
from tests.load import measures
from tests.load.people import UNLIMITED, Studio
from unleash import UnleashPipeline

ROOT = Path(__file__).parents[2]
MEASURES = ("at-once", "beside", "memory")


def main() -> int:
    """Measure what was asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    asked.add_argument("--people", type=int, default=50, help="at once (50)")
    asked.add_argument("--steps", type=int, default=8, help="of a picture (8)")
    asked.add_argument("--runs", type=int, default=1000, help="over which memory is flat (1000)")
    asked.add_argument("--side", type=int, default=64, help="cells on a side of the huge request (64)")
    asked.add_argument("--model", default=str(ROOT / "weights" / "scenes"), help="a folder, or tiny")
    asked.add_argument("--only", action="append", choices=MEASURES, help="one measure")
    given = asked.parse_args()

    figures = []
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        home = Path(folder)
        model = tiny.save(home / "tiny") if given.model == "tiny" else Path(given.model)
        pipe = UnleashPipeline.from_pretrained(model)
        with Served(model, home / "files", UNLIMITED) as served:
            studio = Studio(served)
            each = {
                "at-once": lambda: measures.at_once(studio, pipe, given.people, given.steps),
                "beside": lambda: measures.beside(studio, pipe, given.steps, given.side),
                "memory": lambda: measures.memory(served, studio, pipe, given.runs, min(given.people, 8)),
            }
            for name in given.only or MEASURES:
                began = perf_counter()
                figures += each[name]()
                print(f"{name}: {perf_counter() - began:.0f} s", flush=True)
    for figure in figures:
        print(figure)
    missed = sum(not figure.good for figure in figures)
    print(f"{len(figures) - missed} of {len(figures)} figures as wanted")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
