"""Estimates of how long a run will take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from time import perf_counter

import torch

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
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


def pace(pipe: UnleashPipeline) -> Pace:
    """The speed of a model with its current engine, measured once."""
    return _measured(pipe, pipe.engine)


@lru_cache(maxsize=16)
def _measured(pipe: UnleashPipeline, engine: Engine) -> Pace:
    """From the second of two evaluations, since the first one warms up."""
    codes = torch.from_numpy(pipe.blank().codes)[None].to(pipe.device)
    cells = codes.numel()
    known = torch.zeros_like(codes)
    with torch.no_grad():
        window = _second(lambda: pipe.logits(codes))
        pictures = {detail: _second(partial(engine.decode, known, detail)) for detail in pipe.vqgan.details}
    return Pace(window, {detail: seconds / cells for detail, seconds in pictures.items()})


def seconds(
    pipe: UnleashPipeline, measured: Pace, canvas: TokenCanvas, settings: Settings, pictures: int
) -> float:
    """The estimated seconds to fill a canvas: evaluating its windows and decoding a preview per step.

    Raises:
        ValueError: if the canvas is too large or of another codebook, or the model lacks a label.
    """
    windows = pipe.evaluations_at_most(canvas, settings)
    before = max(min(settings.steps, int(canvas.unknown.sum())) - 1, 0)
    full = measured.cell["full"]
    drawn = before * measured.cell.get("preview", full) + measured.cell.get(settings.detail, full)
    return pictures * (windows * measured.window + canvas.size * drawn)


def _second(work: Callable[[], object]) -> float:
    for _ in range(2):
        began = perf_counter()
        work()
    return perf_counter() - began
