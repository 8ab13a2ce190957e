"""What a training makes of the machine: pictures a second, time spent waiting, share of the matrix limit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

import torch
from torch.utils.flop_counter import FlopCounterMode

Result = TypeVar("Result")


def matrix_limit(device: torch.device, precision: torch.dtype, seconds: float = 0.3) -> float:
    """Operations a second that products of large matrices of a precision reach."""
    gpu = device.type == "cuda"
    side = 8192 if gpu else 2048
    own = torch.Generator(device)  # the training's random numbers are not for this
    left, right = (torch.randn(side, side, device=device, dtype=precision, generator=own) for _ in range(2))
    product = left @ right
    _synchronize(device)
    began, count = monotonic(), 0
    while (spent := monotonic() - began) < seconds or not count:
        torch.matmul(left, right, out=product)
        count += 1
        if count % 8 == 0 or not gpu:
            _synchronize(device)
    _synchronize(device)
    spent = monotonic() - began
    return 2 * side**3 * count / spent


def counted(step: Callable[[], Result]) -> tuple[Result, int]:
    """What ``step`` returns, and the floating-point operations of its matrix products and convolutions.

    Counting may change how the step rounds.
    """
    # Compiled kernels cannot be counted.
    with torch.compiler.set_stance("force_eager"), FlopCounterMode(display=False) as counter:
        result = step()
    return result, counter.get_total_flops()


class Meter:
    """Counts between two readings.

    Args:
        limit: operations a second that the machine can do at most, see `matrix_limit`.
    """

    def __init__(self, limit: float) -> None:
        self.limit, self.per_picture = limit, 0.0
        self._restart()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Within it the training waits for data."""
        began = monotonic()
        yield
        self._waited += monotonic() - began

    def count(self, pictures: int) -> None:
        """So many pictures more were trained on."""
        self._pictures += pictures

    def read(self) -> dict[str, float]:
        """What was counted since the last reading: ``pictures_per_second``, ``waiting`` and ``of_limit``."""
        seconds = max(monotonic() - self._began, 1e-9)
        rate = self._pictures / seconds
        told = {"pictures_per_second": rate, "waiting": self._waited / seconds}
        if self.per_picture:
            told["of_limit"] = rate * self.per_picture / self.limit
        self._restart()
        return told

    def _restart(self) -> None:
        self._began, self._pictures, self._waited = monotonic(), 0, 0.0


def _synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
