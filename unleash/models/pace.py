"""How fast this machine multiplies matrices, of which most of a transformer's work consists."""

from functools import cache
from time import perf_counter

import torch

_SIDE = 1024


@cache
def products_per_second(runs: int = 4) -> float:
    """Multiply-adds a second in float32, the best of some matrix products, in about 0.1 s."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a = torch.randn(_SIDE, _SIDE, device=device)
    best = float("inf")
    for _ in range(runs):
        began = perf_counter()
        (a @ a).sum().item()  # waits for the device
        best = min(best, perf_counter() - began)
    return _SIDE**3 / best
