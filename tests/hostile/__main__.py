"""All attacks: ``python -m tests.hostile``. Their figures come last; it exits with 1 if one came through.

``--share 0.1`` makes each a tenth as large, ``--only NAME`` (repeatable) leaves out the others.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.hostile.outcome import Outcome, is_a_line  # noqa: E402 - found by what stands above


def main() -> int:
    """Run the attacks that were asked for."""
    asked = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    asked.add_argument("--share", type=float, default=1.0, help="of the full size (1)")
    asked.add_argument("--only", action="append", choices=ATTACKS, help="one attack")
    given = asked.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        for name in given.only or ATTACKS:
            began = monotonic()
            home = Path(folder) / name
            home.mkdir()
            for outcome in ATTACKS[name](home, given.share):
                outcome.figures["seconds"] = monotonic() - began
                for what in ("crashed", "hung", "lost"):
                    for line in getattr(outcome, what)[:5]:
                        print(f"{outcome.attack}: {what}: {line}", flush=True)
                outcomes.append(outcome)
    for outcome in outcomes:
        print(outcome)
    came_through = sum(not outcome.withstood for outcome in outcomes)
    print(f"{len(outcomes) - came_through} of {len(outcomes)} attacks withstood")
    return 1 if came_through else 0


def _recipes(home: Path, share: float) -> list[Outcome]:
    from tests.hostile import calls
    from tests.hostile.served import Served

    outcomes = [calls.by_python(_of(9000, share)), calls.by_shell(home, _of(500, share))]
    with Served(_model(home), home / "files") as studio:
        outcomes.append(calls.by_http(studio, _of(500, share)))
        outcomes.append(calls.crafted(studio, _of(200, share)))
        outcomes.append(calls.by_events(studio, _of(600, share)))
    return outcomes


def _pictures(home: Path, share: float) -> list[Outcome]:
    from tests.hostile.pictures import break_pictures

    return [break_pictures(home, _of(1000, share))]


def _bombs(home: Path, share: float) -> list[Outcome]:
    from test_picture_bounds import BOMBS, measured

    outcome = Outcome("picture bombs")
    tried = [(name, how) for how in ("open", "mask") for name in BOMBS]
    peaks, times = [], []
    for name, how in tried[:: max(1, round(1 / share))]:
        outcome.tried += 1
        try:
            said, peak, _, seconds = measured(BOMBS[name](), home, how)
        except (subprocess.SubprocessError, AssertionError) as error:
            outcome.crashed.append(f"{name}, {how}: {error!r:.300}")
            continue
        peaks.append(peak)
        times.append(seconds)
        if peak > 200 or seconds > 5:
            outcome.hung.append(f"{name}, {how}: {peak:.0f} MB, {seconds:.1f} s")
        if isinstance(said, str) and not is_a_line(said):
            outcome.crashed.append(f"{name}, {how}: {said!r:.300}")
    outcome.figures |= {"peak MB": max(peaks), "longest seconds": max(times)}
    return [outcome]


def _models(home: Path, share: float) -> list[Outcome]:
    from tests.hostile.models import bad_models, spoilt
    from unleash import UnleashPipeline

    outcome, longest, sound = Outcome("bad models"), 0.0, _model(home)
    for name, spoil in list(bad_models(140))[:: max(1, round(1 / share))]:
        outcome.tried += 1
        bad = spoilt(sound, spoil, home / "bad")
        began = monotonic()
        try:
            UnleashPipeline.from_pretrained(bad)
            outcome.crashed.append(f"{name}: opened")
        except ValueError as error:
            if "\n" in str(error):
                outcome.crashed.append(f"{name}: {error!r:.300}")
        except Exception as error:
            outcome.crashed.append(f"{name}: {error!r:.300}")
        longest = max(longest, monotonic() - began)
        if monotonic() - began > 10:
            outcome.hung.append(name)
    outcome.figures["longest seconds"] = longest
    return [outcome]


def _trainings(home: Path, share: float) -> list[Outcome]:
    command = [sys.executable, "-m", "tests.hostile.trainings", str(home), str(_of(20, share))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    outcome = Outcome("kills of a training", _of(20, share))
    if "without_model=0, other_weights=0, failed=()" not in done.stdout:
        outcome.lost.append((done.stdout + done.stderr)[-500:])
    return [outcome]


def _visitors(home: Path, share: float) -> list[Outcome]:
    from tests.hostile.visitors import visit

    stay = visit(_model(home), home / "files", max(20, _of(1000, share)))
    outcome = Outcome("visitors", stay.visitors)
    outcome.figures |= {"MB at the end": stay.megabytes[-1], "kB each": stay.kilobytes_each}
    return [outcome]


def _server(home: Path, share: float) -> list[Outcome]:
    from tests.hostile.page import kill_server
    from tests.hostile.served import Served

    with Served(_model(home), home / "files") as studio:
        return [kill_server(studio, _of(20, share))]


def _page(home: Path, share: float) -> list[Outcome]:
    from tests.hostile.page import use_at_random
    from tests.hostile.served import Served

    with Served(_model(home), home / "files") as studio:
        return [use_at_random(studio, 1800 * share)]


def _model(home: Path) -> Path:
    from tests.browser import tiny

    return tiny.save(home / "model")


def _of(count: int, share: float) -> int:
    return max(1, round(count * share))


ATTACKS: dict[str, Callable[[Path, float], list[Outcome]]] = {
    "recipes": _recipes,
    "pictures": _pictures,
    "bombs": _bombs,
    "models": _models,
    "trainings": _trainings,
    "visitors": _visitors,
    "server": _server,
    "page": _page,
}

if __name__ == "__main__":
    sys.exit(main())
