"""Sampling settings compared on the same seeds, with the standard error of their differences."""

from collections.abc import Mapping, Sequence
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
from unleash.evaluation.report import Figure
from unleash.evaluation.samples import sample
from unleash.pipeline import UnleashPipeline
from unleash.writing import whole_file

AT_ONCE = 8
"""Samples generated at a time, in turn for each variant."""

GROUPS = 16
"""Groups of seeds for the jackknife."""


@dataclass(frozen=True)
class Compared:
    """The result of one variant.

    Attributes:
        name: of the variant.
        distance: Fréchet distance to the reference.
        difference: distance minus that of the first variant.
        error: standard error of the difference.
    """

    name: str
    distance: float
    difference: float
    error: float


def distances(reference: Moments, found: Tensor, groups: int = GROUPS) -> Tensor:
    """Fréchet distances (1 + groups,) float of features (N, D): of all, then leaving out each group."""
    chunks = found.tensor_split(groups)
    parts = [torch.cat([*chunks[:i], *chunks[i + 1 :]]) for i in range(groups)]
    return torch.tensor([distance_to(reference, part) for part in (found, *parts)])


def compared(reference: Moments, variants: Mapping[str, Tensor]) -> list[Compared]:
    """Compares variants, given as features (N, D) of samples with the same seeds, with the first one.

    The Fréchet distance of few samples is biased upwards, equally for all variants. The standard error of
    a difference is that of the delete-a-group jackknife, σ² = (g - 1) / g Σ (dᵢ - d̄)², which leaves the same
    seeds out of both variants.
    """
    found = {name: distances(reference, each) for name, each in variants.items()}
    first = next(iter(found.values()))
    rows = []
    for name, each in found.items():
        difference, left_out = float(each[0] - first[0]), (each - first)[1:]
        error = float((left_out.var(correction=0) * (len(left_out) - 1)).sqrt())
        rows.append(Compared(name, float(each[0]), difference, error))
    return rows


def figures(rows: Sequence[Compared]) -> list[Figure]:
    """The figures of a comparison for a report."""
    first = rows[0]

    def meaning(row: Compared) -> str:
        if row is first:
            return "Fréchet distance"
        return f"Fréchet distance; {row.difference:+.2f} ± {row.error:.2f} from that of {first.name}"

    return [Figure(name=row.name, value=row.distance, meaning=meaning(row)) for row in rows]


def sample_features(
    pipe: UnleashPipeline,
    network: FeatureNetwork,
    variants: Mapping[str, Settings],
    count: int,
    folder: Path,
    weights: str,
) -> dict[str, Tensor]:
    """Features (count, D) of the samples with seeds 0, 1, … of each variant.

    They are cached in ``folder`` as they are computed, a few seeds of every variant at a time, so that a
    run that is stopped can be resumed.

    Args:
        pipe: generates the samples.
        network: extracts the features.
        variants: settings by name.
        count: samples of each variant.
        folder: of the cache; file names are digests of everything the features depend on.
        weights: identifies the weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        name: folder / f"{_digest(weights, network.name, settings.model_dump_json())}.npy"
        for name, settings in variants.items()
    }
    found = {name: np.load(file) if file.is_file() else np.zeros((0, 0)) for name, file in files.items()}
    with tqdm(total=count * len(variants), desc="samples", disable=None) as bar:
        for start in range(0, count, AT_ONCE):
            for name, settings in variants.items():
                seeds, old = range(start, min(start + AT_ONCE, count)), found[name]
                bar.update(len(seeds))
                if len(old) >= seeds.stop:
                    continue
                new = features(network, (sample(pipe, settings, seed) for seed in seeds)).numpy()
                found[name] = new if len(old) == 0 else np.concatenate([old[:start], new])
                _save(files[name], found[name])
    return {name: torch.from_numpy(each[:count]) for name, each in found.items()}


def reference_features(pictures: Pictures, network: FeatureNetwork, count: int, folder: Path) -> Tensor:
    """Features (count, D) of the first pictures, cached in ``folder``."""
    pictures.require(count)
    file = folder / f"{_digest(pictures.name, network.name, str(count))}.npy"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shown = tqdm(pictures.pixels(range(count)), "pictures", count, disable=None)
        _save(file, features(network, shown).numpy())
    return torch.from_numpy(np.load(file))


def _digest(*said: str) -> str:
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def _save(file: Path, array: np.ndarray) -> None:
    with whole_file(file) as part:
        np.save(part, array)
