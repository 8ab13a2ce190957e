"""Codebook learning: exponential moving averages, or gradients through Gumbel-softmax samples."""

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from unleash.models.families.absorbing.vqgan import Quantizer


class EMACodebook(nn.Module):
    """Updates each code with the moving average of its latents (van den Oord et al. 2017, appendix A.1).

    Dead codes are reset to random latents of the current batch.

    Args:
        quantizer: the quantiser whose codebook is updated in place.
        unit_codes: whether codes are normalised to unit length.
        decay: of the moving averages, per step.
        revive_below: a code is dead if it is chosen less often than this per batch, on average.
    """

    counts: Tensor
    sums: Tensor

    def __init__(
        self, quantizer: Quantizer, unit_codes: bool, decay: float = 0.99, revive_below: float = 0.02
    ) -> None:
        super().__init__()
        self.quantizer = quantizer.requires_grad_(False)
        self.unit_codes, self.decay, self.revive_below = unit_codes, decay, revive_below
        self.register_buffer("counts", torch.ones(len(quantizer.embedding.weight)))
        self.register_buffer("sums", quantizer.embedding.weight.clone())

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantises latents, with a straight-through gradient.

        Args:
            z: (B, emb_dim, h, w) float.

        Returns:
            The vectors, like ``z``; the commitment loss, a scalar; the codes, (B, h, w) long.
        """
        codes = self.quantizer(z)
        vectors = self.quantizer.vectors(codes)
        return z + (vectors - z).detach(), F.mse_loss(z, vectors), codes

    @torch.no_grad()
    def update(self, z: Tensor, codes: Tensor) -> None:
        """One step of the moving averages, from latents (B, emb_dim, h, w) and their codes (B, h, w) long."""
        flat, chosen = rearrange(z, "b c h w -> (b h w) c"), codes.flatten()
        counts = torch.zeros_like(self.counts).index_add_(0, chosen, torch.ones_like(flat[:, 0]))
        sums = torch.zeros_like(self.sums).index_add_(0, chosen, flat)
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        dead = self.counts < self.revive_below
        # At most a quarter of the latents, so that the codebook does not collapse onto one batch.
        dead &= dead.cumsum(0) <= len(flat) // 4
        # Drawn for all codes: indexing the dead ones would synchronise host and device at every step.
        others = flat[torch.randint(len(flat), (len(self.counts),), device=flat.device)]
        self.sums.copy_(torch.where(dead[:, None], others, self.sums))
        self.counts.masked_fill_(dead, 1.0)
        self._publish()

    @torch.no_grad()
    def start_from(self, latents: Tensor) -> None:
        """Initialises the codebook by k-means over latents (N, emb_dim), N at least K."""
        self.sums.copy_(kmeans(latents, len(self.sums), self.unit_codes))
        self.counts.fill_(1.0)
        self._publish()

    def _publish(self) -> None:
        book = self.sums / self.counts[:, None]
        self.quantizer.embedding.weight.data.copy_(F.normalize(book) if self.unit_codes else book)


class GumbelCodebook(nn.Module):
    """Learns the codebook by gradient through sampled codes (Jang et al. 2017; Ramesh et al. 2021).

    A latent z draws code k with probability ∝ exp(-|z - e_k|² / τ), made differentiable by the
    Gumbel-softmax at the same temperature τ. As τ is annealed the noise vanishes (Takida et al. 2022) and
    sampling becomes nearest-neighbour lookup, which is how the trained VQGAN encodes.

    Args:
        quantizer: the quantiser whose codebook is learned; the optimiser updates its weights.
        unit_codes: whether codes are normalised to unit length.
    """

    temperature = 1.0
    """τ; annealed during training."""

    def __init__(self, quantizer: Quantizer, unit_codes: bool) -> None:
        super().__init__()
        self.quantizer, self.unit_codes = quantizer, unit_codes

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Samples a code for each latent.

        Args:
            z: (B, emb_dim, h, w) float.

        Returns:
            The vectors of the sampled codes, like ``z``; the KL divergence from the uniform distribution, in
            nats per cell, a scalar; the nearest codes, (B, h, w) long.
        """
        batch, _, height, _ = z.shape
        flat, book = rearrange(z, "b c h w -> (b h w) c"), self.quantizer.embedding.weight
        distances = flat.square().sum(1, keepdim=True) + book.square().sum(1) - 2 * flat @ book.T
        logits = -distances / self.temperature
        drawn = F.gumbel_softmax(logits, self.temperature, hard=True)
        logs = logits.log_softmax(-1)
        divergence = (logs.exp() * (logs + math.log(len(book)))).sum(-1).mean()
        vectors, codes = drawn @ book, distances.argmin(1)
        return (
            rearrange(vectors, "(b h w) c -> b c h w", b=batch, h=height),
            divergence,
            rearrange(codes, "(b h w) -> b h w", b=batch, h=height),
        )

    @torch.no_grad()
    def update(self, z: Tensor, codes: Tensor) -> None:  # noqa: ARG002 - same signature as EMACodebook
        """Renormalises the codes after an optimiser step, if ``unit_codes``."""
        if self.unit_codes:
            book = self.quantizer.embedding.weight
            book.copy_(F.normalize(book))

    @torch.no_grad()
    def start_from(self, latents: Tensor) -> None:
        """Initialises the codebook by k-means over latents (N, emb_dim), N at least K."""
        book = self.quantizer.embedding.weight
        book.copy_(kmeans(latents, len(book), self.unit_codes))


def annealed(share: float, first: float = 1.0, last: float = 1 / 16) -> float:
    """Gumbel-softmax temperature at fraction ``share`` of the run: exponential from ``first`` to ``last``."""
    return first * (last / first) ** min(1.0, share)


def kmeans(latents: Tensor, count: int, unit: bool, iterations: int = 10) -> Tensor:
    """Centres (count, emb_dim) of latents (N, emb_dim), N at least ``count``; of unit length if ``unit``."""
    centres = latents[torch.randperm(len(latents))[:count]]
    for _ in range(iterations):
        chosen = torch.cdist(latents, centres).argmin(1)
        members = torch.bincount(chosen, minlength=count).float()
        sums = torch.zeros_like(centres).index_add_(0, chosen, latents)
        empty = members == 0
        sums[empty] = latents[torch.randint(len(latents), (int(empty.sum()),))]
        centres = sums / members.clamp(min=1)[:, None]
        centres = F.normalize(centres) if unit else centres
    return centres
