"""Reuse of keys and values between steps: ReCAP (arXiv 2505.19089).

After each full evaluation, some steps compute few cells only, which attend to all others as they were then.
"""

from collections.abc import Hashable

import torch
from torch import Tensor

from unleash.models.engines import Engine
from unleash.models.protocol import Condition, Memory


class Reuse:
    """The evaluations of a run of one image, of which one in ``every`` is full.

    The others compute the cells that are asked about and those whose codes are not what they were at the last
    full one. Nothing depends on any other evaluation between, so a run resumes from ``base``.

    Args:
        engine: computes the model.
        every: steps for each full evaluation.
        done: number of steps that are done.
        base: (1, h, w) long, the codes at the last full evaluation; None if ``done`` is 0.
    """

    def __init__(self, engine: Engine, every: int, done: int = 0, base: Tensor | None = None) -> None:
        self.base = base
        self._engine, self._every, self._step = engine, every, done
        self._memories: dict[Hashable, tuple[Tensor, Memory]] = {}

    def begin(self, codes: Tensor) -> None:
        """Begin the next step, with codes (1, h, w) long."""
        if self._step % self._every == 0 or self.base is None:
            self.base = codes.clone()
            self._memories.clear()
        self._step += 1

    def logits(
        self, key: Hashable, codes: Tensor, asked: Tensor, condition: Condition
    ) -> tuple[Tensor, Tensor]:
        """Logits (C, h * w, K), and the cells (1, h, w) bool of which they hold.

        Args:
            key: names the condition: another one has another key.
            codes: (1, h, w) long of this step.
            asked: (1, h, w) bool.
            condition: of C predictions.
        """
        assert self.base is not None
        number = len(condition[0]) if condition else 1  # models without a condition have no guidance
        if key not in self._memories:
            whole = self.base.expand(number, -1, -1)
            self._memories[key] = self._engine.remember(whole, condition)
        logits, memory = self._memories[key]
        changed = codes != self.base
        if not changed.any():
            return logits, torch.ones_like(asked)
        computed = changed | asked
        cells = computed.flatten().nonzero()[:, 0]
        logits = logits.new_zeros(logits.shape)
        logits[:, cells] = self._engine.recall(codes.expand(number, -1, -1), condition, cells, memory)
        return logits, computed
