"""Generating many pictures on all machines of a Ray cluster."""

import os
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import ray
import torch
from ray.util import ActorPool

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.images.recipes import write_png
from unleash.operations.making import Draft, make
from unleash.pipeline import UnleashPipeline
from unleash.sampling.work import finished
from unleash.serving.cluster import join, placed


class _Worker:
    """A process of the cluster, with its own copy of the model."""

    def __init__(self, model: str, name: str) -> None:
        self._pipe, self._name = UnleashPipeline.from_pretrained(model), name
        if torch.cuda.is_available():
            self._pipe = self._pipe.to("cuda")

    def picture(self, file: Path, canvas: TokenCanvas, settings: Settings) -> tuple[Path, bytes]:
        """Fills a canvas; returns ``file`` and the PNG to write there."""
        made = finished(make(self._pipe, self._name, Draft(canvas), settings))
        png = BytesIO()
        write_png(made.image, made.recipe, png, made.box)
        return file, png.getvalue()


def pictures(
    model: str, name: str, canvas: TokenCanvas, wanted: Sequence[tuple[Path, Settings]]
) -> Iterator[tuple[Path, bytes]]:
    """Yields each file with its PNG as it is finished, by a worker per GPU or, if there are none, per CPU.

    A worker that dies is replaced, and its picture is made again. The cluster is the one at ``RAY_ADDRESS``,
    or this machine.

    Args:
        model: a folder, a known name or a Hub id that every machine can load.
        name: name of the model in recipes.
        canvas: the canvas to fill.
        wanted: the files, and the settings of their pictures.

    Raises:
        ValueError: if there is no cluster at that address.
    """
    join(os.environ.get("RAY_ADDRESS"))
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    worker = ray.remote(
        num_cpus=0 if gpus else 1, num_gpus=1 if gpus else 0, max_restarts=-1, max_task_retries=-1
    )(_Worker)
    count = min(gpus or int(resources["CPU"]), len(wanted))
    pool = ActorPool([worker.remote(placed(model), name) for _ in range(count)])
    yield from pool.map_unordered(lambda actor, one: actor.picture.remote(one[0], canvas, one[1]), wanted)
