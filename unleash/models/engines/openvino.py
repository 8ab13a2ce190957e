"""The networks converted for OpenVINO: the same numbers to 1e-3, in two thirds of the time on most CPUs."""

import warnings
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from unleash.models.engines.cache import cached_file
from unleash.models.engines.engine import Engine
from unleash.models.protocol import (
    Condition,
    Detail,
    ImageTokenizer,
    Memory,
    TokenPredictor,
    check_codes,
    check_tokens,
    repeated,
)

Compiled = Callable[[list[Any]], Any]


class OpenVINOEngine(Engine):
    """Two networks on the CPU computed by OpenVINO in float32; each is converted when it is first used."""

    name: ClassVar[str] = "openvino"

    def __init__(
        self, tokenizer: ImageTokenizer, predictor: TokenPredictor, source: Path | None = None
    ) -> None:
        super().__init__(tokenizer, predictor, source)
        self._compiled: dict[str, Compiled] = {}
        self._lock = Lock()

    @classmethod
    def problem(cls, device: torch.device) -> str | None:
        """Its package may be missing, and it computes on CPUs only."""
        if find_spec("openvino") is None:
            return 'the engine "openvino" needs its package: pip install "unleash[openvino]"'
        return None if device.type == "cpu" else 'the engine "openvino" computes on CPUs: choose "torch"'

    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """As torch's, to 1e-3."""
        check_tokens(tokens, self.predictor.codebook_size)

        def logits(tokens: Tensor, *condition: Tensor) -> Tensor:
            return self.predictor.logits(tokens, condition)

        example = partial(self._asked, condition)
        return self._run("logits", _Network(self.predictor, logits), example, (tokens, *condition))[0]

    def remember(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Memory]:
        """As torch's, to 1e-3."""
        check_tokens(tokens, self.predictor.codebook_size)

        def remember(tokens: Tensor, *condition: Tensor) -> tuple[Tensor, Memory]:
            return Engine.remember(self, tokens, condition)

        example = partial(self._asked, condition)
        network = _Network(self.predictor, remember)
        logits, memory = self._run("remember", network, example, (tokens, *condition))
        return logits, memory

    def recall(self, tokens: Tensor, condition: Condition, cells: Tensor, memory: Memory) -> Tensor:
        """As torch's, to 1e-3."""
        check_tokens(tokens, self.predictor.codebook_size)

        def recall(tokens: Tensor, cells: Tensor, memory: Memory, *condition: Tensor) -> Tensor:
            return Engine.recall(self, tokens, condition, cells, memory)

        def example() -> tuple[Tensor, ...]:
            tokens, *both = self._asked(condition)
            return tokens, torch.arange(2), Engine.remember(self, tokens, tuple(both))[1], *both

        inputs = (tokens, cells, memory, *condition)
        return self._run("recall", _Network(self.predictor, recall), example, inputs)[0]

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:
        """As torch's, to 1e-3."""
        check_codes(codes, self.tokenizer.codebook_size)
        if detail not in self.tokenizer.details:
            detail = "full"
        network = _Network(self.tokenizer, partial(self.tokenizer.decode, detail=detail))
        return self._run(detail, network, lambda: (self._grids(),), (codes,))[0]

    def _asked(self, condition: Condition) -> tuple[Tensor, ...]:
        """Tokens and a condition to convert by."""
        return self._grids(), *repeated(tuple(part[:1] for part in condition), 2)

    def _grids(self) -> Tensor:
        """Two grids to convert by: with one, or with one cell, converters take it for granted."""
        return torch.zeros(2, self.predictor.grid_size, self.predictor.grid_size, dtype=torch.long)

    def _run(
        self,
        name: str,
        network: nn.Module,
        example: Callable[[], tuple[Tensor, ...]],
        inputs: tuple[Tensor, ...],
    ) -> list[Tensor]:
        with self._lock:  # a compiled network computes one thing at a time
            if name not in self._compiled:
                path = None if self.source is None else cached_file(self.source, "openvino", f"{name}.xml")
                self._compiled[name] = _compiled(network.eval(), example, path)
            results = self._compiled[name]([part.contiguous().numpy() for part in inputs])
            # Their memory is written over by the next call.
            return [torch.from_numpy(result.copy()) for result in results.to_tuple()]


class _Network(nn.Module):
    """A function of tensors and the network whose weights it uses."""

    def __init__(self, network: Any, function: Callable[..., Any]) -> None:
        super().__init__()
        self.network, self.function = network, function

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(*inputs)


@cache
def _core() -> Any:
    import openvino  # noqa: PLC0415 - takes a second

    return openvino.Core()


def _compiled(network: nn.Module, example: Callable[[], tuple[Tensor, ...]], path: Path | None) -> Compiled:
    """A network compiled for any batch and grid; read from ``path`` if it was converted before."""
    import openvino  # noqa: PLC0415

    if path is not None and path.is_file():
        model = _core().read_model(path)
    else:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # of checks that tracing leaves out: they are made before
            model = openvino.convert_model(network, example_input=example())
        if path is not None:
            new = path.with_name(f"new-{path.name}")
            openvino.save_model(model, new, compress_to_fp16=False)
            new.with_suffix(".bin").replace(path.with_suffix(".bin"))
            new.replace(path)
    return _core().compile_model(
        model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    )
