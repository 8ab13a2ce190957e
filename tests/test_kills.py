"""A training that is killed anywhere, and gone on with, makes the model that it would have made."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_no_kill_costs_more_than_time(tmp_path):
    # A process of its own: it forks, which nothing else should be there for.
    command = [sys.executable, "-m", "tests.hostile.trainings", str(tmp_path), "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("Outcome(kills=3, without_model=0, other_weights=0, failed=())"), (
        done.stdout + done.stderr
    )
