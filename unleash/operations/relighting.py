"""Relighting: cells with codes of the old light are drawn again with codes of the new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.progress import Progress
from unleash.canvas.settings import Settings
from unleash.canvas.variation import present
from unleash.operations.making import Draft, Frame
from unleash.sampling.work import Work

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

ROUNDS = 4
"""Number of consecutive runs."""

_MOST_LABELS = 32
"""Maximum number of labels among which the old one is searched; each costs an evaluation."""

_LEFT = 0.25
"""Least probability, under the new label, of the codes that are not avoided."""

_HEALED = 0.3
"""Share of the cells that the last run draws again."""


def relight(canvas: TokenCanvas, strength: float = 0.5, from_label: str | None = None) -> Draft:
    """Draw a picture again with a new label, in several runs that keep its structure.

    The new label is that of the settings with which the draft is made, and their ``steps`` are divided
    among the runs. Codes of the old light are those that are not clearly more likely under the new label than
    under the old one on a blank canvas: given its neighbours, a cell would be drawn in their light, whatever
    the label. The first two runs each draw half of the cells with such codes again, with a rule against
    them, so that the other half gives the structure; the third one all that are left. The last run
    has no such rule: it masks the most surprising cells under the new label, and its recipe reproduces the
    picture. Pins stay.

    Args:
        canvas: the picture; masked cells count with their base codes.
        strength: from 0 to 1, how strictly codes of the old light are avoided, and how clearly the others are
            of the new one: 4 times as likely at 0.5, 16 times at 1, which keeps the least structure.
        from_label: the old label; None: the label with the highest likelihood of the picture's codes.

    Raises:
        ValueError: if the picture is incomplete, the strength is out of range, or nothing would change.
    """
    paint = Relighting(strength, from_label)
    picture = present(canvas)
    if not strength or not picture.kept.any():
        raise ValueError("nothing would change: choose a greater strength, or remove pins")
    return Draft(picture, paint=paint)


def share_changed(before: TokenCanvas, after: TokenCanvas) -> float:
    """The share of the cells, from 0 to 1, whose code has changed."""
    return float((before.codes != after.codes).mean())


@dataclass(frozen=True)
class Since:
    """How far a stopped relighting came.

    Attributes:
        run: number of completed runs.
        canvas: the canvas before the current run.
        progress: the progress of the current run; None: what it draws again is not masked yet.
    """

    run: int
    canvas: TokenCanvas
    progress: Progress | None


@dataclass(frozen=True)
class Relighting:
    """The painter of a relighting; the arguments are those of :func:`relight`."""

    strength: float
    from_label: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError(f"the strength must be from 0 to 1, not {self.strength}")

    def __call__(
        self, pipe: UnleashPipeline, canvas: TokenCanvas, settings: Settings, since: Since | None = None
    ) -> Iterator[Frame | None]:
        """Yield the frames of the picture of a canvas, of a stopped one those that are left."""
        new, old, rules = settings.label, self.from_label, canvas.rules
        if new is None:
            known = ", ".join(pipe.labels) or "none, so it cannot relight"
            raise ValueError(f"give a label for the new light; this model's are: {known}")
        under_new = yield from _likelihood(pipe, new)
        given = old not in (None, new)
        under_old = yield from _likelihood(pipe, old) if given else _likeliest(pipe, canvas, new)
        avoided = np.flatnonzero(~_of_new_light(under_new, under_old, 16**self.strength))
        each = settings.model_copy(update={"steps": -(-settings.steps // ROUNDS)})
        first, canvas, progress = (since.run, since.canvas, since.progress) if since else (0, canvas, None)
        for run in range(first, ROUNDS):
            start = canvas if progress else (yield from self._start(pipe, canvas, each, run, avoided))
            for step in pipe.stream(start, settings=each, start=progress):
                yield Frame(step, run * step.total + step.index, ROUNDS * step.total, start, each, run)
            canvas, progress = replace(step.canvas, rules=rules), None

    def _start(
        self,
        pipe: UnleashPipeline,
        canvas: TokenCanvas,
        settings: Settings,
        run: int,
        avoided: NDArray[np.intp],
    ) -> Work[TokenCanvas]:
        """The canvas with what a run, counted from 0, draws again masked."""
        old_light = np.argwhere(canvas.kept & np.isin(canvas.codes, avoided))
        if run == ROUNDS - 1 or not len(old_light):
            seen = yield from pipe.inspecting(canvas, settings.label, spacing=2)
            return canvas.mask(seen.most_surprising(ceil(_HEALED * canvas.kept.sum())))
        share = 1 if run == ROUNDS - 2 else 0.5
        # Of its own seed, so that a run that is resumed need not draw those of the runs before.
        random = np.random.default_rng([settings.seed, run])
        cells = random.permutation(old_light)[: ceil(share * len(old_light))]
        return canvas.mask(cells).forbid(cells, avoided.tolist(), 1 - (1 - self.strength) ** 4)


def _of_new_light(
    under_new: NDArray[np.float32], under_old: NDArray[np.float32], times: float
) -> NDArray[np.bool_]:
    """(K,) whether each code is at least ``times`` as likely under the new label as under the old one.

    However alike the two are, the codes that are left have ``_LEFT`` of the probability under the new label.
    """
    ratio = under_new / np.maximum(under_old, np.finfo(np.float32).tiny)
    falling = np.argsort(-ratio)
    left = int((np.cumsum(under_new[falling]) < _LEFT).sum())
    return ratio >= min(times, float(ratio[falling[left]]))


def _likeliest(pipe: UnleashPipeline, canvas: TokenCanvas, new: str) -> Work[NDArray[np.float32]]:
    """As :func:`_likelihood`, for the label other than ``new`` under which a canvas is likeliest."""
    found = []
    others = [label for label in pipe.labels if label != new]
    for label in others if 0 < len(others) <= _MOST_LABELS else [None]:
        found.append((yield from _likelihood(pipe, label)))
    return max(found, key=lambda likelihood: np.log(likelihood[canvas.codes]).sum())


def _likelihood(pipe: UnleashPipeline, label: str | None) -> Work[NDArray[np.float32]]:
    """(K,) in [0, 1], the mean probability of each code on a blank canvas."""
    seen = yield from pipe.inspecting(pipe.blank(), label)
    return np.exp(seen.log_probs).mean((0, 1))
