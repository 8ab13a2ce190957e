"""The learning rate over a training."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warm_stable_decay(optimizer: Optimizer, steps: int, decay: float, warmup: int = 100) -> LambdaLR:
    """Rises over ``warmup`` steps, stays, and falls to zero over the last share ``decay`` of ``steps``."""
    falling = max(1, round(steps * decay))

    def factor(step: int) -> float:
        return min(1.0, (step + 1) / warmup, max(0.0, (steps - step) / falling))

    return LambdaLR(optimizer, factor)
