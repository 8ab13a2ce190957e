"""How fast this machine multiplies matrices, most of a transformer's work."""

from functools import cache
from time import perf_counter

import torch

_SIDE = 1024


@cache
def products_per_second(runs: int = 4) -> float:
    """Multiply-adds per second in float32, the best of several matrix products; takes about 0.1 s."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a = torch.randn(_SIDE, _SIDE, device=device)
    best = float("inf")
    for _ in range(runs):
        began = perf_counter()
        (a @ a).sum().item()  # synchronises the device
        best = min(best, perf_counter() - began)
    return _SIDE**3 / best
