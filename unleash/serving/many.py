"""Many pictures, made by all machines of a Ray cluster."""

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


class _Artist:
    """A process of the cluster, with a model of its own."""

    def __init__(self, model: str, name: str) -> None:
        self._pipe, self._name = UnleashPipeline.from_pretrained(model), name
        if torch.cuda.is_available():
            self._pipe = self._pipe.to("cuda")

    def picture(self, file: Path, canvas: TokenCanvas, settings: Settings) -> tuple[Path, bytes]:
        """The PNG of a canvas with its recipe, and the file that it is for."""
        made = finished(make(self._pipe, self._name, Draft(canvas), settings))
        png = BytesIO()
        write_png(made.image, made.recipe, png, made.box)
        return file, png.getvalue()


def pictures(
    model: str, name: str, canvas: TokenCanvas, wanted: Sequence[tuple[Path, Settings]]
) -> Iterator[tuple[Path, bytes]]:
    """A PNG for each of the files, as they are done: an artist for each CPU or, if there are any, each GPU.

    An artist that dies is replaced, and makes its picture again. The cluster is that at ``RAY_ADDRESS``, or
    this machine.

    Args:
        model: a folder, a known name or a Hub id, found by every machine.
        name: of the model in recipes.
        canvas: that is filled.
        wanted: files, and the settings of their pictures.
    """
    join(os.environ.get("RAY_ADDRESS"))
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    artist = ray.remote(
        num_cpus=0 if gpus else 1, num_gpus=1 if gpus else 0, max_restarts=-1, max_task_retries=-1
    )(_Artist)
    count = min(gpus or int(resources["CPU"]), len(wanted))
    pool = ActorPool([artist.remote(placed(model), name) for _ in range(count)])
    yield from pool.map_unordered(lambda actor, one: actor.picture.remote(one[0], canvas, one[1]), wanted)
