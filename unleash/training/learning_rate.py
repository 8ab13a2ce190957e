"""The learning rate over a training."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from unleash.training.clock import Clock


def warmup_stable_decay(optimizer: Optimizer, clock: Clock, decay: float, warmup: int = 100) -> LambdaLR:
    """Rises over ``warmup`` steps, stays, and falls to zero over the last share ``decay`` of the training."""

    def factor(step: int) -> float:
        return min(1.0, (step + 1) / warmup, max(0.0, 1 - clock.share_at(step)) / max(decay, 1e-9))

    return LambdaLR(optimizer, factor)
