"""Networks on a Ray cluster, called over HTTP: see ``unleash serve-models``."""

import logging
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar

import httpx
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from unleash.canvas.settings import SCHEME
from unleash.models.engines.engine import Engine, device_of
from unleash.models.protocol import (
    Condition,
    Detail,
    ImageTokenizer,
    TokenPredictor,
    check_codes,
    check_tokens,
)

TOKENS, CONDITION, CODES, RESULT = "tokens", "condition", "codes", "result"
"""Names of the tensors that are sent; a condition has several, numbered from 0."""

_HOW = "unleash serve-models --model MODEL"

PATIENCE = 120.0
"""Seconds to wait for a replica that is being restarted."""

_FIRST_PATIENCE = 10.0
"""Seconds to wait for the first answer of a cluster."""

_SILENT: set[str] = set()
"""Models at addresses that did not answer in time. Until they do, each request is tried once."""


class RayEngine(Engine):
    """Two networks on a cluster, whose replicas may die and be replaced at any time.

    Args:
        tokenizer: the local copy, which encodes pictures.
        predictor: the local copy.
        source: the folder that both were loaded from, whose name is that of the model on the cluster.
        address: ``ray://HOST:PORT`` of the proxy of Ray Serve.

    Raises:
        ValueError: if there is no folder, or the address is invalid.
    """

    name: ClassVar[str] = "ray"
    reuses: ClassVar[bool] = False  # replicas keep nothing, and a memory is too large to send at every step

    def __init__(
        self, tokenizer: ImageTokenizer, predictor: TokenPredictor, source: Path | None, address: str
    ) -> None:
        super().__init__(tokenizer, predictor, source)
        if source is None:
            raise ValueError("a cluster computes models that were loaded from a folder: save this one first")
        self.address = address
        self._where = f"http://{address.removeprefix(SCHEME)}/{source.name}"
        try:
            self._client = httpx.Client(base_url=self._where, timeout=httpx.Timeout(PATIENCE, connect=5))
        except httpx.InvalidURL as error:
            raise ValueError(f"{address} is not an address: {error}") from error
        self._patience = _FIRST_PATIENCE

    def logits(self, tokens: Tensor, condition: Condition) -> Tensor:
        """The result of the engine on the cluster, bit for bit."""
        check_tokens(tokens, self.predictor.codebook_size)
        parts = {f"{CONDITION}{i}": part for i, part in enumerate(condition)}
        return self._ask("logits", {TOKENS: tokens, **parts})

    def decode(self, codes: Tensor, detail: Detail = "full") -> Tensor:
        """The result of the engine on the cluster, bit for bit."""
        check_codes(codes, self.tokenizer.codebook_size)
        return self._ask(detail, {CODES: codes})

    def _ask(self, what: str, given: dict[str, Tensor]) -> Tensor:
        """The answer to a request, which is repeated while no replica is available.

        Raises:
            ValueError: if the cluster does not answer, or cannot compute this.
        """
        body = save({name: part.contiguous().cpu() for name, part in given.items()})
        end, pause = monotonic() + self._patience, 0.05
        while True:
            try:
                answer = self._client.post(what, content=body)
                if answer.status_code == 200:
                    self._patience = PATIENCE
                    _SILENT.discard(self._where)
                    return load(answer.content)[RESULT].to(device_of(self.predictor))
                trouble = answer.text.strip() or f"status {answer.status_code}"
                if answer.status_code == 404:
                    raise ValueError(
                        f"{self.address} does not serve this model: start it there with `{_HOW}`"
                    )
                if answer.status_code < 500:
                    raise ValueError(f"{self.address} does not take this: {trouble}")
            except httpx.TransportError as error:
                trouble = str(error)
            except (SafetensorError, KeyError) as error:
                raise ValueError(
                    f"{self.address} is not a cluster that serves models: start one with `{_HOW}`"
                ) from error
            if monotonic() > end or self._where in _SILENT:
                _SILENT.add(self._where)
                raise ValueError(f"{self.address} does not answer ({trouble}): start it with `{_HOW}`")
            logging.getLogger(__name__).info("request repeated: %s", trouble)
            sleep(pause)
            pause = min(2 * pause, 2.0)
