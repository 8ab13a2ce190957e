"""Sample quality: distances to real pictures, with baselines."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from unleash.canvas.settings import Settings
from unleash.evaluation.density import NEIGHBOURS, density_and_coverage
from unleash.evaluation.features import FeatureNetwork, features
from unleash.evaluation.frechet import frechet_distance, moments
from unleash.evaluation.references import Pictures, batches
from unleash.evaluation.report import Figure
from unleash.images.tensors import chw
from unleash.models.protocol import ImageTokenizer
from unleash.pipeline import UnleashPipeline


def sample(pipe: UnleashPipeline, settings: Settings, number: int) -> Tensor:
    """A sample (3, H, W) uint8 with seed ``number``; labels are used in turn."""
    label = pipe.labels[number % len(pipe.labels)] if pipe.labels else None
    image = pipe(settings=settings.changed(seed=number, label=label)).images[0]
    return chw(np.array(image))


@torch.no_grad()
def reconstructed(vqgan: ImageTokenizer, pictures: Iterable[Tensor]) -> Iterator[Tensor]:
    """Pictures (3, H, W) uint8, encoded and decoded."""
    for batch in batches(pictures):
        yield from (vqgan.decode(vqgan.encode(batch.float() / 255)) * 255).round().byte()


def measure(
    pipe: UnleashPipeline, pictures: Pictures, count: int, settings: Settings, network: FeatureNetwork
) -> list[Figure]:
    """Compares samples, reconstructions and other pictures with the first ``count`` pictures.

    The other pictures are the next ``count``, so twice as many are needed. Density and coverage are also
    computed against the reconstructions, which isolates the transformer from the VQGAN.

    Raises:
        ValueError: if there are fewer pictures.
    """
    pictures.require(2 * count)
    numbers = range(count)
    real = features(network, tqdm(pictures.pixels(numbers), "pictures", count, disable=None))
    other = features(
        network, tqdm(pictures.pixels(range(count, 2 * count)), "other pictures", count, disable=None)
    )
    coded = tqdm(reconstructed(pipe.vqgan, pictures.pixels(numbers)), "reconstructions", count, disable=None)
    decoded = features(network, coded)
    painted = tqdm((sample(pipe, settings, i) for i in numbers), "samples", count, disable=None)
    generated = features(network, painted)
    reference = moments(real)
    rows = [
        ("samples", generated, f"Fréchet distance of {count:,} samples to {count:,} held-out pictures"),
        (
            "reconstructions",
            decoded,
            "of the reconstructions of the same held-out pictures: the limit set by the VQGAN",
        ),
        (
            "other pictures",
            other,
            f"of {count:,} other real pictures: the lowest distance measurable with {count:,}",
        ),
    ]
    distances = [
        Figure(name=f"FD, {name}", value=frechet_distance(reference, moments(found)), meaning=meaning)
        for name, found, meaning in rows
    ]
    return [
        *distances,
        *_fidelity_and_diversity("", "held-out pictures", real, generated),
        *_fidelity_and_diversity(" beside reconstructions", "reconstructions", decoded, generated),
    ]


def _fidelity_and_diversity(suffix: str, pictures: str, real: Tensor, generated: Tensor) -> list[Figure]:
    density, coverage = density_and_coverage(real, generated)
    return [
        Figure(
            name=f"density{suffix}",
            value=density,
            meaning=f"fidelity relative to the {pictures} (k = {NEIGHBOURS}); 1 if distributions match",
        ),
        Figure(
            name=f"coverage{suffix}",
            value=coverage,
            meaning=f"share of {pictures} near a sample; {1 - 0.5**NEIGHBOURS:.3g} if distributions match",
        ),
    ]
