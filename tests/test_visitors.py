"""What stays of visitors: no more than of the last few hundred."""

from pathlib import Path

import pytest

from tests.browser import tiny
from tests.hostile.visitors import visit

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as on Linux")


@pytest.mark.slow
def test_memory_stays_flat_once_as_many_came_as_are_remembered(tmp_path):
    stay = visit(tiny.save(tmp_path / "model"), tmp_path / "files", visitors=120, sessions=20)
    # A session takes 350 kB; what caches take at the beginning is spread over the others here.
    assert stay.kilobytes_each < 150, stay
