"""Choosing the fastest engine on this machine; the measurements are cached."""

import json
import os
import platform
from collections.abc import Mapping
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from unleash.models.engines.cache import cached_file
from unleash.models.engines.engine import Engine, device_of
from unleash.models.protocol import Condition, ImageTokenizer, TokenPredictor, repeated
from unleash.writing import write_whole

FEW = 1000
"""Runs with fewer steps than this do not convert and time engines."""

RUNS = 5
"""Number of steps of which the median is taken."""


def fastest(
    engines: Mapping[str, type[Engine]],
    tokenizer: ImageTokenizer,
    predictor: TokenPredictor,
    condition: Condition,
    source: Path | None = None,
    steps: float = inf,
) -> Engine:
    """The engine with the shortest predicted time, of those that work here and give torch's logits.

    Measuring takes some seconds; the result is cached, for this processor and these versions.

    Args:
        engines: engines by name, torch first.
        tokenizer: on the device that it stays on.
        predictor: on the device that it stays on.
        condition: of one picture, to measure with.
        source: the folder that both were loaded from; None: nothing is cached.
        steps: number of steps to compute. The start-up time of an engine is divided among them; with fewer
            than ``FEW``, nothing is measured.
    """
    device = device_of(predictor)
    possible = {name: kind for name, kind in engines.items() if kind.problem(device) is None}
    kept = None if source is None else kept_choice(source, device)
    if kept is not None and kept.is_file():
        timed = {name: Timing(*each) for name, each in json.loads(kept.read_text("utf-8")).items()}
        timed = {name: timing for name, timing in timed.items() if name in possible}
        if timed:
            best = min(timed, key=lambda name: timed[name].start / max(steps, 1) + timed[name].step)
            return possible[best](tokenizer, predictor, source)
    if len(possible) == 1 or steps < FEW:
        return next(iter(possible.values()))(tokenizer, predictor, source)
    each = [kind(tokenizer, predictor, source) for kind in possible.values()]
    made = {engine.name: engine for engine in each if agrees(engine, condition)}
    timed = {name: timing(engine, condition) for name, engine in made.items()}
    if kept is not None:
        write_whole(kept, json.dumps(timed))
    return made[min(timed, key=lambda name: timed[name].step)]


def kept_choice(source: Path, device: torch.device) -> Path:
    """The file with the timings of a model's engines; it exists once they were measured."""
    return cached_file(source, f"fastest-{_machine(device)}.json")


def agrees(engine: Engine, condition: Condition) -> bool:
    """Whether an engine gives torch's logits to 1e-3, on a half-filled grid."""
    logits, wanted = _logits(engine, condition)
    return logits.shape == wanted.shape and torch.allclose(logits, wanted, rtol=1e-3, atol=1e-3)


def largest_difference(engine: Engine, condition: Condition) -> float:
    """The maximum absolute difference of a logit from torch's, on the same grid."""
    logits, wanted = _logits(engine, condition)
    return float((logits - wanted).abs().max())


def _logits(engine: Engine, condition: Condition) -> tuple[Tensor, Tensor]:
    """The logits of an engine, and those of torch."""
    side, size = engine.predictor.grid_size, engine.predictor.codebook_size
    drawn = torch.randint(0, size, (2, side, side), generator=torch.Generator().manual_seed(0))
    tokens = drawn.flatten().masked_fill(torch.arange(drawn.numel()) % 2 == 0, size).view_as(drawn)
    tokens, both = tokens.to(device_of(engine.predictor)), repeated(condition, 2)
    wanted = Engine(engine.tokenizer, engine.predictor).logits(tokens, both)
    return engine.logits(tokens, both), wanted


class Timing(NamedTuple):
    """The speed of an engine.

    Attributes:
        start: seconds until its first step, with converted networks.
        step: seconds per step.
    """

    start: float
    step: float


def timing(engine: Engine, condition: Condition, runs: int = RUNS) -> Timing:
    """Measures an engine whose networks have been converted."""
    step, began = step_seconds(engine, condition, runs), perf_counter()
    step_seconds(type(engine)(engine.tokenizer, engine.predictor, engine.source), condition, runs=1)
    return Timing(max(perf_counter() - began - 2 * step, 0.0), step)


def step_seconds(engine: Engine, condition: Condition, runs: int = RUNS) -> float:
    """The median time of a step with its preview: logits of a whole grid, and the picture of one."""
    side, device = engine.predictor.grid_size, device_of(engine.predictor)
    tokens = torch.full((1, side, side), engine.predictor.codebook_size, device=device)

    def step() -> float:
        began = perf_counter()
        engine.logits(tokens, condition)
        engine.decode(torch.zeros_like(tokens), "preview")
        if device.type == "cuda":
            torch.cuda.synchronize()
        return perf_counter() - began

    step()
    return median(step() for _ in range(runs))


def _machine(device: torch.device) -> str:
    """Device and processor, for a file name."""
    if device.type == "cuda":
        return f"cuda-{torch.cuda.get_device_name(device)}".replace(" ", "-").lower()
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{device.type}-{platform.machine()}-{capability}-{os.cpu_count()}".replace(" ", "-").lower()
