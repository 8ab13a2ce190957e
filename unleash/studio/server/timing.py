"""How long a run will take, said before it begins."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

import torch

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.pipeline import UnleashPipeline
from unleash.studio.server.menu import load


@dataclass(frozen=True)
class Pace:
    """How fast a model is on this machine.

    Attributes:
        window: seconds to evaluate one window of the model's size.
        cell: seconds to decode one cell of a picture.
    """

    window: float
    cell: float


@lru_cache(maxsize=16)
def pace(model: str) -> Pace:
    """The pace of a model, measured once: the second of two evaluations, for the first one warms up."""
    pipe = load(model)
    codes = torch.from_numpy(pipe.blank().codes)[None].to(pipe.device)
    cells = codes.numel()
    known = torch.zeros_like(codes)
    with torch.no_grad():
        window = _second(lambda: pipe.logits(codes))
        picture = _second(lambda: pipe.vqgan.decode(known))
    return Pace(window, picture / cells)


def seconds(
    pipe: UnleashPipeline, measured: Pace, canvas: TokenCanvas, settings: Settings, pictures: int
) -> float:
    """About how long filling a canvas will take: its windows, and at each step the picture so far.

    Raises:
        ValueError: if the canvas is too large or of another codebook.
    """
    windows = pipe.evaluations(canvas, settings=settings)
    passes = 2 if (settings.label or settings.prompt) and settings.guidance_scale != 1 else 1
    steps = min(settings.steps, int(canvas.unknown.sum()))
    return pictures * (windows * passes * measured.window + steps * canvas.size * measured.cell)


def _second(work: Callable[[], object]) -> float:
    for _ in range(2):
        began = perf_counter()
        work()
    return perf_counter() - began
