"""What an engine does, and torch doing it."""

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from unleash.models.protocol import (
    Condition,
    Detail,
    ImageTokenizer,
    Memory,
    TokenPredictor,
    can_reuse,
)


class Engine:
    """Two networks computed by torch, on whatever device they are.

    Args:
        tokenizer: pictures to codes and back.
        predictor: a distribution over codes for every cell.
        source: the folder that both were loaded from; None if there is none.
    """

    name: ClassVar[str] = "torch"
    reuses: ClassVar[bool] = True
    """Whether it computes `remember` and `recall`, for predictors that can."""

    def __init__(
        self, tokenizer: ImageTokenizer, predictor: TokenPredictor, source: Path | None = None
    ) -> None:
        self.tokenizer, self.predictor, self.source = tokenizer, predictor, source
        if problem := self.problem(device_of(predictor)):
            raise ValueError(problem)

    @classmethod
    def problem(cls, device: torch.device) -> str | None:
        """Why it cannot compute on a device, and what to do; None if it can."""
        del device
        return None

    @torch.no_grad()
    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """(B, h, w) long, K where masked, and a condition of B to (B, h * w, K) float."""
        return self.predictor.logits(tokens, condition)

    @torch.no_grad()
    def remember(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Memory]:
        """As `ReusingPredictor.remember`, for predictors that :func:`can_reuse`."""
        assert can_reuse(self.predictor)
        return self.predictor.remember(tokens, condition)

    @torch.no_grad()
    def recall(self, tokens: Tensor, condition: Condition, cells: Tensor, memory: Memory) -> Tensor:
        """As `ReusingPredictor.recall`, with the memory of this engine's :meth:`remember`."""
        assert can_reuse(self.predictor)
        return self.predictor.recall(tokens, condition, cells, memory)

    @torch.no_grad()
    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:
        """(B, h, w) long in [0, K) to (B, 3, H, W) float in [0, 1]."""
        return self.tokenizer.decode(codes, detail)


def device_of(network: Any) -> torch.device:
    """Where the weights of a network are."""
    return next(network.parameters()).device
