"""Whether samples are new: each beside the training pictures most like it."""

from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from unleash.canvas.settings import Settings
from unleash.evaluation.features import FeatureNetwork, features
from unleash.evaluation.references import Pictures
from unleash.evaluation.report import Figure
from unleash.evaluation.samples import sample
from unleash.images.tensors import save_sheet
from unleash.pipeline import UnleashPipeline


def nearest(queries: Tensor, features: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The ``k`` of ``features`` (N, D) nearest to each of ``queries`` (M, D), the nearest first.

    Returns:
        Distances (M, k) float64, and indices (M, k) long.
    """
    found = torch.cdist(queries.double(), features.double()).topk(k, largest=False)
    return found.values, found.indices


def measure(
    pipe: UnleashPipeline,
    training: Pictures,
    count: int,
    rows: int,
    k: int,
    settings: Settings,
    network: FeatureNetwork,
    path: Path,
) -> list[Figure]:
    """Writes a sheet: a row for each sample, and to its right the ``k`` training pictures nearest to it.

    Args:
        pipe: paints the samples.
        training: the pictures that the model was trained on.
        count: how many of them are looked through.
        rows: how many samples.
        k: how many neighbours; fewer than ``count``.
        settings: of the samples.
        network: in whose features near is near.
        path: of the PNG.

    Raises:
        ValueError: if there are fewer training pictures, or not more than ``k``.
    """
    training.require(count)
    if count <= k:
        raise ValueError(f"{k} neighbours need more than {count} training pictures")
    known = features(network, tqdm(training.pixels(range(count)), "training pictures", count, disable=None))
    samples = [sample(pipe, settings, i) for i in tqdm(range(rows), "samples", disable=None)]
    distances, indices = nearest(features(network, samples), known, k)
    tiles = [
        tile
        for painted, found in zip(samples, indices.tolist(), strict=True)
        for tile in (painted, *training.pixels(found))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    save_sheet(torch.stack(tiles).float() / 255, path, k + 1)
    # The nearest to a training picture is itself: the second is meant.
    among, _ = nearest(known[:rows], known, 2)
    return [
        Figure(
            name="sample to training",
            value=float(distances[:, 0].median()),
            meaning="distance in feature space to the nearest training picture, the median",
        ),
        Figure(
            name="training to training",
            value=float(among[:, 1].median()),
            meaning="the same from a training picture to the nearest other; samples much nearer are copies",
        ),
    ]
