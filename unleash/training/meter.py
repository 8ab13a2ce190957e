"""Training throughput: pictures per second, time spent waiting for data, hardware utilisation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

import torch
from torch.utils.flop_counter import FlopCounterMode

Result = TypeVar("Result")


def matrix_limit(device: torch.device, precision: torch.dtype, seconds: float = 0.3) -> float:
    """Achievable FLOP/s, measured with products of large matrices in ``precision``."""
    gpu = device.type == "cuda"
    side = 8192 if gpu else 2048
    own = torch.Generator(device)  # leaves the training's random state untouched
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
    """Runs ``step`` and counts the FLOPs of its matrix products and convolutions.

    The step runs eagerly, so rounding may differ from a compiled one.

    Returns:
        The result of ``step``; the FLOPs.
    """
    # Compiled kernels cannot be counted.
    with torch.compiler.set_stance("force_eager"), FlopCounterMode(display=False) as counter:
        result = step()
    return result, counter.get_total_flops()


class Meter:
    """Accumulates throughput between two readings.

    Args:
        limit: achievable FLOP/s of the machine, see `matrix_limit`.
    """

    def __init__(self, limit: float) -> None:
        self.limit, self.per_picture = limit, 0.0
        self._restart()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Context that counts as waiting for data."""
        began = monotonic()
        yield
        self._waited += monotonic() - began

    def count(self, pictures: int) -> None:
        """Adds the pictures of a training step."""
        self._pictures += pictures

    def read(self) -> dict[str, float]:
        """``pictures_per_second`` and, as fractions, ``waiting`` and ``of_limit``, since the last reading."""
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
