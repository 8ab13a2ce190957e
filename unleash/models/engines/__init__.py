"""Engines: what computes a model's two networks, torch itself or a faster runtime.

An engine computes what the protocol asks of an `ImageTokenizer` and a `TokenPredictor` of any family. Each
has a name; ``auto`` is the fastest on this machine.
"""

from pathlib import Path

from unleash.canvas.settings import EngineName, check_engine
from unleash.models.engines.choosing import agrees, fastest
from unleash.models.engines.engine import Engine
from unleash.models.engines.openvino import OpenVINOEngine
from unleash.models.engines.remote import SCHEME, RayEngine
from unleash.models.protocol import Condition, ImageTokenizer, TokenPredictor

_CLASSES: dict[str, type[Engine]] = {"torch": Engine, "openvino": OpenVINOEngine}

__all__ = ["SCHEME", "Engine", "EngineName", "engine_named"]


def engine_named(
    name: EngineName,
    tokenizer: ImageTokenizer,
    predictor: TokenPredictor,
    condition: Condition = (),
    source: Path | None = None,
) -> Engine:
    """The engine of a name for two networks.

    Args:
        name: see ``EngineName``.
        tokenizer: on the device that it stays on.
        predictor: likewise.
        condition: of one picture, to measure with.
        source: the folder that both were loaded from; None: converted networks and timings are not kept.

    Raises:
        ValueError: if there is no such engine, it cannot be used here, or its logits are wrong.
    """
    check_engine(name)
    if name == "auto":
        return fastest(_CLASSES, tokenizer, predictor, condition, source)
    engine: Engine
    if name.startswith(SCHEME):
        engine = RayEngine(tokenizer, predictor, source, name)
    else:
        engine = _CLASSES[name](tokenizer, predictor, source)
    if name != "torch" and not agrees(engine, condition):
        raise ValueError(f'"{name}" gives other logits than torch for this model: choose torch')
    return engine
