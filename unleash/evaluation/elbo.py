"""The negative ELBO of a picture's codes (Bond-Taylor et al., ECCV 2022)."""

from math import log

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from tqdm import tqdm

from unleash.evaluation.references import Pictures
from unleash.evaluation.report import Figure
from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler


@torch.no_grad()
def negative_elbo(
    transformer: BidirectionalTransformer,
    scheduler: AbsorbingDiffusionScheduler,
    codes: Tensor,
    labels: Tensor | None,
    draws: int,
    generator: Generator,
) -> Tensor:
    """An unbiased estimate of the negative ELBO of token grids.

    The negative ELBO is the sum over t = 1, ..., T of 1 / t times the negative log-likelihood of the cells
    masked at time t (equation 5), so a uniformly drawn t has weight T / t.

    Args:
        transformer: predicts the masked cells.
        scheduler: adds the noise.
        codes: (B, h, w) long.
        labels: (B,) long; None for a model without labels.
        draws: samples of t per grid, stratified over 1, ..., T.
        generator: draws t and the masks.

    Returns:
        (B,) float, nats per grid.
    """
    total = scheduler.config["num_train_timesteps"]
    nats = torch.zeros(len(codes))
    for draw in range(draws):
        share = (draw + torch.rand(len(codes), generator=generator)) / draws
        t = ((share * total).long() + 1).clamp(max=total)
        noisy = scheduler.add_noise(codes, t, generator)
        masked = (noisy == scheduler.config["codebook_size"]).flatten(1)
        each = torch.zeros(masked.shape)
        each[masked] = F.cross_entropy(
            transformer(noisy, labels, masked), codes.flatten(1)[masked], reduction="none"
        )
        nats += each.sum(1) * total / t / draws
    return nats


@torch.no_grad()
def measure(pipe: UnleashPipeline, pictures: Pictures, count: int, draws: int, seed: int = 0) -> list[Figure]:
    """The negative ELBO of the first ``count`` pictures, given their labels if the model has labels.

    Raises:
        ValueError: if there are fewer pictures, or the model is of another family.
    """
    transformer = pipe.transformer
    if not isinstance(transformer, BidirectionalTransformer):
        raise ValueError(
            "the bound is that of absorbing diffusion: only models of the paper's family have it"
        )
    pictures.require(count)
    generator = Generator().manual_seed(seed)
    bits = []
    for number in tqdm(range(count), "bits", disable=None):
        pixels, name = pictures.get(number)
        codes = pipe.vqgan.encode(pixels[None].float() / 255)
        labels = torch.tensor([pipe.labels.index(name)]) if name in pipe.labels else None
        nats = negative_elbo(transformer, pipe.scheduler, codes, labels, draws, generator)
        bits.append(nats / log(2) / codes.numel())
    per_token = torch.cat(bits)
    size, numbers = pipe.vqgan.codebook_size, pixels.numel()
    per_dimension = float(per_token.mean()) * codes.numel() / numbers
    return [
        Figure(
            name="bits per token",
            value=float(per_token.mean()),
            unit="bits",
            meaning=f"negative ELBO per code; {log(size, 2):.3g} for a uniform distribution",
        ),
        Figure(
            name="standard error",
            value=float(per_token.std() / count**0.5),
            unit="bits",
            meaning="of bits per token, over pictures and masks",
        ),
        Figure(
            name="bits per dimension",
            value=per_dimension,
            unit="bits",
            meaning=f"bits of all codes per value of a picture ({numbers:,}); not a pixel likelihood",
        ),
    ]
