"""Relighting: cells with codes of the old light are drawn again with codes of the new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
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

_HEALED = 0.3
"""Share of the cells that the last run draws again."""


def relight(canvas: TokenCanvas, strength: float = 0.5, from_label: str | None = None) -> Draft:
    """Draw a picture again with a new label, in several runs that keep its structure.

    The new label is that of the settings with which the draft is made, and their ``steps`` are divided
    among the runs. Codes of the old light are those that are less likely under the new label than under
    the old one on a blank canvas: given its neighbours, a cell would be drawn in their light, whatever
    the label. The first two runs each draw half of the cells with such codes again, with a rule against
    them, so that the other half gives the structure; the third one all that are left. The last run
    has no such rule: it masks the most surprising cells under the new label, and its recipe reproduces the
    picture. Pins stay.

    Args:
        canvas: the picture; masked cells count with their base codes.
        strength: from 0 to 1, how strictly codes of the old light are avoided; 1 excludes them, but keeps
            the least structure.
        from_label: the old label; None: the label with the highest likelihood of the picture's codes.

    Raises:
        ValueError: if the picture is incomplete, the strength is out of range, or nothing would change.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"the strength must be from 0 to 1, not {strength}")
    picture = present(canvas)
    if not strength or not picture.kept.any():
        raise ValueError("nothing would change: choose a greater strength, or remove pins")
    return Draft(picture, paint=partial(_runs, strictness=1 - (1 - strength) ** 4, old=from_label))


def share_changed(before: TokenCanvas, after: TokenCanvas) -> float:
    """The share of the cells, from 0 to 1, whose code has changed."""
    return float((before.codes != after.codes).mean())


def _runs(
    pipe: UnleashPipeline, canvas: TokenCanvas, settings: Settings, strictness: float, old: str | None
) -> Iterator[Frame | None]:
    new, rules = settings.label, canvas.rules
    if new is None:
        known = ", ".join(pipe.labels) or "none, so it cannot relight"
        raise ValueError(f"give a label for the new light; this model's are: {known}")
    under_new = yield from _likelihood(pipe, new)
    under_old = yield from _likelihood(pipe, old) if old not in (None, new) else _likeliest(pipe, canvas, new)
    avoided = np.flatnonzero(under_new < under_old)
    settings = settings.model_copy(update={"steps": -(-settings.steps // ROUNDS)})
    random = np.random.default_rng(settings.seed)
    for done in range(ROUNDS):
        old_light = np.argwhere(canvas.kept & np.isin(canvas.codes, avoided))
        if done == ROUNDS - 1 or not len(old_light):
            seen = yield from pipe.inspecting(canvas, new, spacing=2)
            start = canvas.mask(seen.most_surprising(ceil(_HEALED * canvas.kept.sum())))
        else:
            share = 1 if done == ROUNDS - 2 else 0.5
            cells = random.permutation(old_light)[: ceil(share * len(old_light))]
            start = canvas.mask(cells).forbid(cells, avoided.tolist(), strictness)
        for step in pipe.stream(start, settings=settings):
            yield Frame(step, done * step.total + step.index, ROUNDS * step.total, start, settings)
        canvas = replace(step.canvas, rules=rules)


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
