"""Models served by Ray Serve: logits of tokens and pixels of codes over HTTP, as safetensors.

Both are pure functions, so a client can repeat a request: a replica that dies costs one evaluation.
"""

from collections.abc import Sequence
from typing import get_args

import ray
import torch
from ray import serve
from safetensors import SafetensorError
from safetensors.torch import load, save
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from torch import Tensor

from unleash.canvas.settings import EngineName
from unleash.models.engines.batches import ROWS, Asked, logits_together
from unleash.models.engines.remote import CODES, CONDITION, RESULT, TOKENS
from unleash.models.folders import resolve
from unleash.models.protocol import Detail
from unleash.pipeline import UnleashPipeline
from unleash.serving.cluster import join, placed


class Replica:
    """A model with its engine.

    Args:
        model: a folder, a known name or a Hub id.
        engine: its engine.
    """

    def __init__(self, model: str, engine: EngineName) -> None:
        pipe = UnleashPipeline.from_pretrained(model)
        if torch.cuda.is_available():
            pipe = pipe.to("cuda")
        pipe.use(engine)
        self._engine, self._device = pipe.engine, pipe.device
        if self._device.type == "cpu":
            self._logits.set_max_batch_size(1)  # a batch is not faster on CPUs

    async def __call__(self, request: Request) -> Response:
        """Answers ``POST …/logits``, and ``POST …/`` followed by a detail."""
        try:
            given = {name: part.to(self._device) for name, part in load(await request.body()).items()}
            what = request.url.path.rpartition("/")[2]
            if what == "logits":
                tokens = given.pop(TOKENS)
                condition = tuple(given[f"{CONDITION}{i}"] for i in range(len(given)))
                result = await self._logits(Asked(tokens, condition))
            elif what in get_args(Detail):
                result = self._engine.decode(given[CODES], what)  # type: ignore[arg-type]
            else:
                return PlainTextResponse(f"there is no {what}: ask for logits or a detail", 404)
        except (ValueError, KeyError, SafetensorError) as error:
            return PlainTextResponse(str(error), 422)
        return Response(save({RESULT: result.contiguous().cpu()}))

    @serve.batch(max_batch_size=ROWS, batch_wait_timeout_s=0.005)
    async def _logits(self, asked: list[Asked]) -> list[Tensor]:
        if self._device.type == "cpu":
            return [self._engine.logits(*one) for one in asked]
        return logits_together(self._engine, asked)


_DEPLOYMENT = serve.deployment(max_ongoing_requests=2 * ROWS)(Replica)


def serve_models(
    models: Sequence[str],
    address: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    replicas: tuple[int, int] = (1, 1),
    engine: EngineName = "auto",
) -> list[str]:
    """Serve models on a Ray cluster; returns when they are ready.

    Args:
        models: folders, known names or Hub ids that every machine of the cluster can load.
        address: address of a cluster; None: a new one on this machine only, which ends with the process.
        host: host that its proxies listen at.
        port: port that they listen at.
        replicas: minimum and maximum number of replicas per model, scaled with the load.
        engine: their engine.

    Returns:
        The names of the models on the cluster.

    Raises:
        ValueError: if there is no such cluster, a model cannot be loaded, or two have the same name.
    """
    names: dict[str, str] = {}
    for model in models:
        name = resolve(model).name
        if names.setdefault(name, model) != model:
            raise ValueError(f"{names[name]} and {model} would both be called {name}: rename a folder")
    join(address)
    gpu = {"num_gpus": 1} if ray.cluster_resources().get("GPU") else {}
    least, most = replicas
    scaling = {"min_replicas": least, "max_replicas": most, "target_ongoing_requests": 2}
    replica = _DEPLOYMENT.options(autoscaling_config=scaling, ray_actor_options={"num_cpus": 1, **gpu})
    try:
        serve.start(http_options={"host": host, "port": port})
        for name, model in names.items():
            serve.run(replica.bind(placed(model), engine), name=name, route_prefix=f"/{name}")
    except RuntimeError as error:
        raise ValueError(f"the models cannot be served: {error}") from error
    return list(names)
