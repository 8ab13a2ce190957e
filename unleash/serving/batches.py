"""Evaluations that several people ask for at once, in as few calls of a network as their shapes allow."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from unleash.models.engines import Engine
from unleash.models.protocol import Condition, joined


class Asked(NamedTuple):
    """Logits that somebody asks for.

    Attributes:
        tokens: (B, h, w) long, K where masked.
        condition: of B.
    """

    tokens: Tensor
    condition: Condition

    @property
    def shape(self) -> Hashable:
        """What those have in common that can be evaluated together."""
        return tuple(tuple(part.shape[1:]) for part in (self.tokens, *self.condition))


def logits_together(engine: Engine, asked: Sequence[Asked]) -> list[Tensor]:
    """The logits (B, h * w, K) of each, those of a shape in one evaluation."""
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
