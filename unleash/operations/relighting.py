"""A picture in another light: what its new label would not have there is drawn again under that label."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.canvas.variation import present
from unleash.operations.making import Draft, Frame
from unleash.pipeline import UnleashPipeline
from unleash.sampling.work import Work

ROUNDS = 4
"""Runs, each of which sees what the ones before it have drawn."""

_SPACING = 2
"""Cells from one to the next of those that are asked about in one evaluation."""


def relight(canvas: TokenCanvas, strength: float = 0.6, from_label: str | None = None) -> Draft:
    """Draw what is unlikely under a new label, and was likelier under the old one, again in several runs.

    The new label is that of the settings with which the draft is made, and their ``steps`` are shared out
    among the runs. Before each run every cell is asked about, given all others, under both labels. The run
    masks the cells whose code has the lowest log-ratio log p_new - log p_old, and fills them. So what both
    labels have in common, the structure of the picture, stays longest. Pins stay. The recipe is that of the
    last run, which begins with what the ones before it left.

    Args:
        canvas: the picture; what is masked counts as what is beneath.
        strength: the share of the cells that each run masks, from 0 to 1.
        from_label: the old label; None: the picture is asked about without one.

    Raises:
        ValueError: if there is no whole picture, the strength is out of range, or nothing would change.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"the strength of a variation is from 0 to 1, not {strength}")
    picture = present(canvas)
    count = round(strength * int(picture.kept.sum()))
    if not count:
        raise ValueError("nothing would change: choose a greater strength, or take pins off")
    return Draft(picture, paint=partial(_runs, count=count, old=from_label))


def _runs(
    pipe: UnleashPipeline, canvas: TokenCanvas, settings: Settings, count: int, old: str | None
) -> Iterator[Frame | None]:
    if settings.label is None:
        known = ", ".join(pipe.labels) or "none, so it cannot relight"
        raise ValueError(f"a label is needed to light the picture by; this model's are: {known}")
    settings = settings.model_copy(update={"steps": -(-settings.steps // ROUNDS)})
    for done in range(ROUNDS):
        ratio = yield from _log_ratio(pipe, canvas, settings.label, old)
        cells = np.argwhere(canvas.kept)
        start = canvas.mask(cells[np.argsort(ratio[canvas.kept], kind="stable")[:count]])
        for step in pipe.stream(start, settings=settings):
            yield Frame(step, done * step.total + step.index, ROUNDS * step.total, start, settings)
        canvas = step.canvas


def share_changed(before: TokenCanvas, after: TokenCanvas) -> float:
    """The share of cells that show another code than before."""
    return float((present(before).codes != present(after).codes).mean())


def _log_ratio(
    pipe: UnleashPipeline, picture: TokenCanvas, new: str | None, old: str | None
) -> Work[NDArray[np.float32]]:
    """(h, w) in bits, how much likelier each code is under the new label than under the old one."""
    under_new = (yield from pipe.inspecting(picture, new, spacing=_SPACING)).surprise
    under_old = (yield from pipe.inspecting(picture, old, spacing=_SPACING)).surprise
    return under_old - under_new
