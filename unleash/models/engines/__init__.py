"""Engines: what computes a model's two networks, torch itself or a faster runtime.

An engine computes what the protocol asks of an `ImageTokenizer` and a `TokenPredictor` of any family. Each
has a name; ``auto`` is the fastest on this machine.
"""

from math import inf
from pathlib import Path

from unleash.canvas.settings import SCHEME, EngineName, check_engine
from unleash.models.engines.choosing import agrees, fastest, kept_choice
from unleash.models.engines.engine import Engine, device_of
from unleash.models.engines.openvino import OpenVINOEngine
from unleash.models.engines.remote import RayEngine
from unleash.models.protocol import Condition, ImageTokenizer, TokenPredictor

_CLASSES: dict[str, type[Engine]] = {"torch": Engine, "openvino": OpenVINOEngine}

__all__ = ["Engine", "EngineName", "engine_named", "engines_here", "is_chosen"]


def engine_named(
    name: EngineName,
    tokenizer: ImageTokenizer,
    predictor: TokenPredictor,
    condition: Condition = (),
    source: Path | None = None,
    steps: float = inf,
) -> Engine:
    """The engine of a name for two networks.

    Args:
        name: see ``EngineName``.
        tokenizer: on the device that it stays on.
        predictor: likewise.
        condition: of one picture, to measure with.
        source: the folder that both were loaded from; None: converted networks and timings are not kept.
        steps: number of steps to compute, for ``auto``.

    Raises:
        ValueError: if there is no such engine, it cannot be used here, or its logits are wrong.
    """
    check_engine(name)
    if name == "auto":
        return fastest(_CLASSES, tokenizer, predictor, condition, source, steps)
    engine: Engine
    if name.startswith(SCHEME):
        engine = RayEngine(tokenizer, predictor, source, name)
    else:
        engine = _CLASSES[name](tokenizer, predictor, source)
    if name != "torch" and not agrees(engine, condition):
        raise ValueError(f'"{name}" gives other logits than torch for this model: choose torch')
    return engine


def engines_here(
    tokenizer: ImageTokenizer, predictor: TokenPredictor, source: Path | None = None
) -> list[Engine]:
    """Every engine that supports the device of two networks, whether its logits are right or not."""
    kinds = [kind for kind in _CLASSES.values() if kind.problem(device_of(predictor)) is None]
    return [kind(tokenizer, predictor, source) for kind in kinds]


def is_chosen(engine: Engine) -> bool:
    """Whether the engines for these networks have been measured, so that ``auto`` is immediate."""
    return engine.source is None or kept_choice(engine.source, device_of(engine.predictor)).is_file()
