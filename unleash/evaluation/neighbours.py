"""Nearest training pictures of samples, to detect memorisation."""

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
    """The ``k`` nearest of ``features`` (N, D) for each of ``queries`` (M, D), nearest first.

    Returns:
        Distances (M, k) float64; indices (M, k) long.
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
    """Writes a sheet with one row per sample: the sample and its ``k`` nearest training pictures.

    Args:
        pipe: generates the samples.
        training: the training pictures of the model.
        count: number of training pictures to search.
        rows: number of samples.
        k: number of neighbours; less than ``count``.
        settings: of the samples.
        network: whose feature space distances are measured in.
        path: of the PNG.

    Raises:
        ValueError: if there are fewer than ``count`` training pictures, or ``k`` >= ``count``.
    """
    training.require(count)
    if count <= k:
        raise ValueError(f"{k} neighbours need at least {k + 1} training pictures, not {count}")
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
    # The nearest neighbour of a training picture is itself, so take the second.
    among, _ = nearest(known[:rows], known, 2)
    return [
        Figure(
            name="sample to training",
            value=float(distances[:, 0].median()),
            meaning="median distance in feature space to the nearest training picture",
        ),
        Figure(
            name="training to training",
            value=float(among[:, 1].median()),
            meaning="the same between training pictures; much closer samples are copies",
        ),
    ]
