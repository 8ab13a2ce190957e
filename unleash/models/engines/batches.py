"""Concurrent requests for logits, evaluated together on a GPU."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import torch
from torch import Tensor

from unleash.models.engines.engine import Engine
from unleash.models.protocol import Condition, ImageTokenizer, TokenPredictor, check_tokens, joined

ROWS = 8
"""Grids in each batch on a GPU. Always as many, since a GPU rounds differently in batches of other sizes."""


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
    """The logits (B, h * w, K) of each request; those of the same shape are evaluated together.

    Every batch has ``ROWS`` grids, the last one repeated if there are fewer. So the result of a request does
    not depend on which others there are, as long as a device computes the rows of a batch alike.
    """
    found: dict[int, Tensor] = {}
    alike = defaultdict(list)
    for number, one in enumerate(asked):
        alike[one.shape].append(number)
    for numbers in alike.values():
        parts = joined([(asked[number].tokens, *asked[number].condition) for number in numbers])
        logits = torch.cat(
            [_batch(engine, batch) for batch in zip(*(part.split(ROWS) for part in parts), strict=True)]
        )
        each = logits.split([len(asked[number].tokens) for number in numbers])
        found |= dict(zip(numbers, each, strict=True))
    return [found[number] for number in range(len(asked))]


def _batch(engine: Engine, parts: Sequence[Tensor]) -> Tensor:
    """The logits of up to ``ROWS`` grids and their condition, evaluated as ``ROWS``."""
    count = len(parts[0])
    tokens, *condition = (
        torch.cat([part, part[-1:].expand(ROWS - count, *part.shape[1:])]) for part in parts
    )
    return engine.logits(tokens, tuple(condition))[:count]


class BatchingEngine(Engine):
    """Torch, evaluating what several threads ask for at the same time in one batch.

    While a batch is computed, other requests gather and become the next one; none waits for others to come.
    """

    def __init__(
        self, tokenizer: ImageTokenizer, predictor: TokenPredictor, source: Path | None = None
    ) -> None:
        super().__init__(tokenizer, predictor, source)
        self._plain = Engine(tokenizer, predictor, source)
        self._waiting: list[tuple[Asked, Future[Tensor]]] = []
        self._adding, self._computing = Lock(), Lock()

    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """As torch's, in a batch of ``ROWS`` grids."""
        check_tokens(tokens, self.predictor.codebook_size)  # or everybody's batch would fail
        result: Future[Tensor] = Future()
        with self._adding:
            self._waiting.append((Asked(tokens, condition), result))
        with self._computing:
            if not result.done():
                self._compute()
        return result.result()

    def _compute(self) -> None:
        with self._adding:
            requests, self._waiting = self._waiting, []
        try:
            found = logits_together(self._plain, [asked for asked, _ in requests])
        except Exception as error:
            for _, result in requests:
                result.set_exception(error)
        else:
            for (_, result), logits in zip(requests, found, strict=True):
                result.set_result(logits)
