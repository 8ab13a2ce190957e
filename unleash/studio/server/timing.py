"""Estimates of how long a run will take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings

if TYPE_CHECKING:
    from unleash.models.engines import Engine
    from unleash.models.protocol import Detail
    from unleash.pipeline import UnleashPipeline


@dataclass(frozen=True)
class Pace:
    """How fast a model is on this machine.

    Attributes:
        window: seconds to evaluate one window of the model's size.
        cell: seconds to decode one cell, for each of the model's details.
    """

    window: float
    cell: Mapping[Detail, float]


_FRESH = 300.0
"""Seconds after which the pace is measured again: the machine may have been busy with something else."""

_TRIES = 3


def pace(pipe: UnleashPipeline) -> Pace:
    """The speed of a model with its current engine, as it was some minutes ago at most."""
    return _measured(pipe, pipe.engine, int(monotonic() / _FRESH))


@lru_cache(maxsize=4)  # as many as models stay loaded: an entry keeps its model in memory
def _measured(pipe: UnleashPipeline, engine: Engine, time: int) -> Pace:
    """From the shortest of some evaluations: the first one warms up, others may have been disturbed."""
    import torch  # noqa: PLC0415 - takes seconds

    del time  # one measurement for each
    codes = torch.from_numpy(pipe.blank().codes)[None].to(pipe.device)
    cells = codes.numel()
    known = torch.zeros_like(codes)
    with torch.no_grad():
        window = _shortest(lambda: pipe.logits(codes))
        pictures = {detail: _shortest(partial(engine.decode, known, detail)) for detail in pipe.vqgan.details}
    return Pace(window, {detail: seconds / cells for detail, seconds in pictures.items()})


def seconds(
    pipe: UnleashPipeline,
    measured: Pace,
    canvas: TokenCanvas,
    settings: Settings,
    pictures: int,
    previews: bool = True,
) -> float:
    """The estimated seconds to fill a canvas: evaluating its windows and decoding its picture.

    With ``previews``, a picture is decoded after each step.

    Raises:
        ValueError: if the canvas is too large or of another codebook, or the model lacks a label.
    """
    windows = pipe.evaluations_at_most(canvas, settings)
    before = max(min(settings.steps, int(canvas.unknown.sum())) - 1, 0) if previews else 0
    full = measured.cell["full"]
    drawn = before * measured.cell.get("preview", full) + measured.cell.get(settings.detail, full)
    return pictures * (windows * measured.window + canvas.size * drawn)


def _shortest(work: Callable[[], object]) -> float:
    tries = []
    for _ in range(_TRIES):
        began = perf_counter()
        work()
        tries.append(perf_counter() - began)
    return min(tries)
