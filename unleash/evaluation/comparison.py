"""Ways of sampling side by side, on the same seeds, with what chance may do to their differences."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from unleash.canvas.settings import Settings
from unleash.evaluation.features import FeatureNetwork, features
from unleash.evaluation.frechet import Moments, distance_to
from unleash.evaluation.references import Pictures
from unleash.evaluation.samples import sample
from unleash.pipeline import UnleashPipeline

AT_ONCE = 8
"""Pictures of a way before the next one has its turn."""

GROUPS = 16
"""Of seeds, which are left out in turn to see what chance does."""


@dataclass(frozen=True)
class Compared:
    """How near the samples of one way come.

    Attributes:
        name: of the way.
        distance: Fréchet distance to the reference.
        difference: from the distance of the first way.
        error: standard error of the difference, by the jackknife over groups of seeds.
    """

    name: str
    distance: float
    difference: float
    error: float


def distances(reference: Moments, found: Tensor, groups: int = GROUPS) -> Tensor:
    """Fréchet distances (1 + groups,) of features (N, D): of all, then without each group of them."""
    chunks = found.tensor_split(groups)
    parts = [torch.cat([*chunks[:i], *chunks[i + 1 :]]) for i in range(groups)]
    return torch.tensor([distance_to(reference, part) for part in (found, *parts)])


def compared(reference: Moments, ways: Mapping[str, Tensor]) -> list[Compared]:
    """How near features (N, D) of several ways come, of the same seeds; the first is the measure.

    A distance of few pictures is too large, alike for all. What chance does to a difference is estimated
    by leaving out the same seeds of both (delete-a-group jackknife): σ² = (g - 1) / g Σ (dᵢ - d̄)².
    """
    found = {name: distances(reference, each) for name, each in ways.items()}
    first = next(iter(found.values()))
    rows = []
    for name, each in found.items():
        difference, left_out = float(each[0] - first[0]), (each - first)[1:]
        error = float((left_out.var(correction=0) * (len(left_out) - 1)).sqrt())
        rows.append(Compared(name, float(each[0]), difference, error))
    return rows


def kept_features(
    pipe: UnleashPipeline,
    network: FeatureNetwork,
    ways: Mapping[str, Settings],
    count: int,
    folder: Path,
    weights: str,
) -> dict[str, Tensor]:
    """Features (count, D) of the samples with seeds 0, 1, … of each way.

    They are kept in ``folder`` as they are made, the ways taking turns: who stops and comes again goes on.

    Args:
        pipe: paints.
        network: looks.
        ways: settings by the names of the ways.
        count: how many pictures of each.
        folder: for files that are named after all that the features depend on.
        weights: says which weights they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        name: folder / f"{_digest(weights, network.name, way.model_dump_json())}.npy"
        for name, way in ways.items()
    }
    found = {name: np.load(file) if file.is_file() else np.zeros((0, 0)) for name, file in files.items()}
    with tqdm(total=count * len(ways), desc="samples", disable=None) as bar:
        for start in range(0, count, AT_ONCE):
            for name, way in ways.items():
                seeds, old = range(start, min(start + AT_ONCE, count)), found[name]
                bar.update(len(seeds))
                if len(old) >= seeds.stop:
                    continue
                new = features(network, (sample(pipe, way, seed) for seed in seeds)).numpy()
                found[name] = new if len(old) == 0 else np.concatenate([old[:start], new])
                _write(files[name], found[name])
    return {name: torch.from_numpy(each[:count]) for name, each in found.items()}


def reference_features(pictures: Pictures, network: FeatureNetwork, count: int, folder: Path) -> Tensor:
    """Features (count, D) of the first pictures, kept in ``folder``."""
    pictures.require(count)
    file = folder / f"{_digest(pictures.name, network.name, str(count))}.npy"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shown = tqdm(pictures.pixels(range(count)), "pictures", count, disable=None)
        _write(file, features(network, shown).numpy())
    return torch.from_numpy(np.load(file))


def _digest(*said: str) -> str:
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def _write(file: Path, array: np.ndarray) -> None:
    part = file.with_suffix(".part.npy")
    np.save(part, array)
    os.replace(part, file)
