"""The information curve: negative log-likelihood per masked cell, by masking ratio."""

from collections.abc import Iterator

from torch import Generator, Tensor
from tqdm import tqdm

from unleash.evaluation.references import Pictures
from unleash.evaluation.report import Figure
from unleash.pipeline import UnleashPipeline
from unleash.sampling.information import measured


def measure(pipe: UnleashPipeline, pictures: Pictures, count: int, seed: int = 0) -> list[float]:
    """The curve of a model on the first ``count`` pictures, given their labels if the model has labels.

    See :func:`unleash.sampling.information.measured`.

    Raises:
        ValueError: if there are fewer pictures.
    """
    pictures.require(count)

    def coded() -> Iterator[tuple[Tensor, str | None]]:
        for number in tqdm(range(count), "information", disable=None):
            pixels, name = pictures.get(number)
            codes = pipe.vqgan.encode(pixels[None].float() / 255)
            yield codes, name if name in pipe.labels else None

    size = pipe.vqgan.codebook_size
    return measured(pipe.logits, coded(), size, Generator().manual_seed(seed))


def figures(curve: list[float]) -> list[Figure]:
    """The curve as figures of the report."""
    edges = [f"{100 * edge / len(curve):.3g}" for edge in range(len(curve) + 1)]
    return [
        Figure(
            name=f"{low} to {high} % masked",
            value=nats,
            unit="nats",
            meaning="negative log-likelihood per masked cell, with random masks",
        )
        for low, high, nats in zip(edges, edges[1:], curve, strict=False)
    ]
