"""How near samples come to real pictures, beside what would be near."""

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
    """A picture (3, H, W) uint8 with seed ``number`` and a label; the labels take turns."""
    label = pipe.labels[number % len(pipe.labels)] if pipe.labels else None
    image = pipe(settings=settings.changed(seed=number, label=label)).images[0]
    return chw(np.array(image))


@torch.no_grad()
def reconstructed(vqgan: ImageTokenizer, pictures: Iterable[Tensor]) -> Iterator[Tensor]:
    """Pictures (3, H, W) uint8 as they come back from their codes."""
    for batch in batches(pictures):
        yield from (vqgan.decode(vqgan.encode(batch.float() / 255)) * 255).round().byte()


def measure(
    pipe: UnleashPipeline, pictures: Pictures, count: int, settings: Settings, network: FeatureNetwork
) -> list[Figure]:
    """Distances of samples, reconstructions and other pictures to the first ``count`` pictures.

    The other pictures are the next ``count``, so there must be twice as many.
    Density and coverage are also taken beside the reconstructions: how well
    the transformer does what the codes allow.
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
            "of the same held-out pictures, encoded and decoded: what codes can reach",
        ),
        ("other pictures", other, f"of {count:,} other real pictures: what {count:,} can tell apart at best"),
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
            meaning=f"fidelity of the samples beside the {pictures} (k = {NEIGHBOURS}); 1 if drawn alike",
        ),
        Figure(
            name=f"coverage{suffix}",
            value=coverage,
            meaning=f"share of the {pictures} with a sample near; {1 - 0.5**NEIGHBOURS:.3g} if drawn alike",
        ),
    ]
