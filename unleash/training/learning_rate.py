"""The learning rate schedule."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from unleash.training.clock import Clock


def warmup_stable_decay(optimizer: Optimizer, clock: Clock, decay: float, warmup: int = 100) -> LambdaLR:
    """Warmup-stable-decay: linear warmup over ``warmup`` steps, constant, then linear decay to zero over the
    last fraction ``decay`` of the run."""

    def factor(step: int) -> float:
        return min(1.0, (step + 1) / warmup, max(0.0, 1 - clock.share_at(step)) / max(decay, 1e-9))

    return LambdaLR(optimizer, factor)
