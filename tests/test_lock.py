"""The lock is of what requirements.txt asks for, whole, with a hash for every file."""

import re
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = [ROOT / ".lock" / name for name in ("requirements.txt", "torch.txt")]
PYTHON = {"python_version": "3.11", "python_full_version": "3.11.9"}


def pins(text: str) -> dict[str, str]:
    asked = (Requirement(line) for line in text.splitlines() if re.match(r"\w", line))
    return {
        each.name: str(each.specifier) for each in asked if not each.marker or each.marker.evaluate(PYTHON)
    }


def test_it_has_the_versions_that_the_app_is_tested_with():
    asked = pins((ROOT / "requirements.txt").read_text())
    locked = {}
    for lock in LOCKS:
        locked |= pins(lock.read_text().replace(" \\", ""))
    assert asked.items() <= locked.items()


def test_both_files_agree():
    one, other = (pins(lock.read_text().replace(" \\", "")) for lock in LOCKS)
    assert {name: one[name] for name in one.keys() & other.keys()} == {
        name: other[name] for name in one.keys() & other.keys()
    }
    assert "torch" not in one


def test_every_file_has_a_hash():
    for lock in LOCKS:
        for entry in re.split(r"\n(?=\S)", lock.read_text().strip()):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}$", entry, re.MULTILINE), entry
