"""Many visitors, each of whom opens the page once: what stays of them in memory and on the disk."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.browser import tiny
from tests.hostile.served import Served
from unleash.studio.server.blocks import SESSIONS


@dataclass(frozen=True)
class Stay:
    """What stayed.

    Attributes:
        visitors: how many came.
        megabytes: of memory at each tenth of them.
        kilobytes_each: that one more visitor cost, once there had been as many as sessions are remembered.
    """

    visitors: int
    megabytes: tuple[int, ...]
    kilobytes_each: float


def visit(model: Path, folder: Path, visitors: int, sessions: int = SESSIONS) -> Stay:
    """Let visitors come one after the other to a studio of a model that remembers so many sessions."""
    held: dict[int, float] = {}
    before = f"import unleash.studio.server.blocks as blocks; blocks.SESSIONS = {sessions}"
    with Served(model, folder, before) as studio:
        for number in range(visitors + 1):
            if number % (visitors // 10) == 0 or number == sessions:
                held[number] = studio.megabytes
            studio.visit(f"visitor-{number}")
    full = min(sessions, visitors // 2)
    start = min(number for number in held if number >= full)
    each = (held[visitors] - held[start]) * 1024 / (visitors - start)
    return Stay(visitors, tuple(int(value) for value in held.values()), round(each, 1))


if __name__ == "__main__":
    home = Path(sys.argv[1])
    print(visit(tiny.save(home / "model"), home / "files", int(sys.argv[2])))
