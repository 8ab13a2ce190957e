"""Batches of concurrent requests for logits."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from unleash.models.engines import Engine
from unleash.models.protocol import Condition, joined


class Asked(NamedTuple):
    """A request for logits.

    Attributes:
        tokens: (B, h, w) long, K where masked.
        condition: the condition for a batch of B.
    """

    tokens: Tensor
    condition: Condition

    @property
    def shape(self) -> Hashable:
        """Requests with the same shape can be evaluated in one batch."""
        return tuple(tuple(part.shape[1:]) for part in (self.tokens, *self.condition))


def logits_together(engine: Engine, asked: Sequence[Asked]) -> list[Tensor]:
    """The logits (B, h * w, K) of each request; those of the same shape are evaluated in one batch."""
    found: dict[int, Tensor] = {}
    alike = defaultdict(list)
    for number, one in enumerate(asked):
        alike[one.shape].append(number)
    for numbers in alike.values():
        tokens = torch.cat([asked[number].tokens for number in numbers])
        logits = engine.logits(tokens, joined([asked[number].condition for number in numbers]))
        parts = logits.split([len(asked[number].tokens) for number in numbers])
        found |= dict(zip(numbers, parts, strict=True))
    return [found[number] for number in range(len(asked))]
