"""How a codebook learns: exponential moving averages of the latents that chose each code."""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from unleash.models.vqgan import Quantizer


class EMACodebook(nn.Module):
    """Moves each code to the running mean of its latents (van den Oord et al. 2017, appendix A.1).

    Codes that hardly any latent chooses are put where a latent of the present batch is.

    Args:
        quantizer: the quantiser whose codebook is moved, in place.
        unit_codes: whether codes are kept at length one.
        decay: of the running means, a step.
        revive_below: a code chosen less often than this a batch, on average, is revived.
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
        """Quantises latents, with the straight-through gradient.

        Args:
            z: (B, emb_dim, h, w) float.

        Returns:
            The vectors, like ``z``; the commitment term, a scalar; the codes, (B, h, w) long.
        """
        codes = self.quantizer(z)
        vectors = self.quantizer.vectors(codes)
        return z + (vectors - z).detach(), F.mse_loss(z, vectors), codes

    @torch.no_grad()
    def update(self, z: Tensor, codes: Tensor) -> None:
        """One step of the running means, from latents (B, emb_dim, h, w) and the codes they chose."""
        flat, chosen = rearrange(z, "b c h w -> (b h w) c"), codes.flatten()
        counts = torch.zeros_like(self.counts).index_add_(0, chosen, torch.ones_like(flat[:, 0]))
        sums = torch.zeros_like(self.sums).index_add_(0, chosen, flat)
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        dead = (self.counts < self.revive_below).nonzero().flatten()[: len(flat) // 4]
        if len(dead):
            self.sums[dead] = flat[torch.randperm(len(flat), device=flat.device)[: len(dead)]]
            self.counts[dead] = 1.0
        self._publish()

    @torch.no_grad()
    def start_from(self, latents: Tensor, iterations: int = 10) -> None:
        """Starts the codebook from k-means over latents (N, emb_dim), N at least K."""
        book = self.sums
        book.copy_(latents[torch.randperm(len(latents))[: len(book)]])
        self.counts.fill_(1.0)
        for _ in range(iterations):
            self._publish()
            chosen = self.quantizer(latents[:, :, None, None]).flatten()
            counts = torch.bincount(chosen, minlength=len(book)).float()
            sums = torch.zeros_like(book).index_add_(0, chosen, latents)
            empty = counts == 0
            sums[empty] = latents[torch.randint(len(latents), (int(empty.sum()),))]
            self.sums.copy_(sums / counts.clamp(min=1)[:, None])
        self._publish()

    def _publish(self) -> None:
        book = self.sums / self.counts[:, None]
        self.quantizer.embedding.weight.data.copy_(F.normalize(book) if self.unit_codes else book)


def perplexity(codes: Tensor, codebook_size: int) -> float:
    """How many equally frequent codes would be as unpredictable as ``codes``: from 1 to K."""
    share = torch.bincount(codes.flatten(), minlength=codebook_size).float() / codes.numel()
    return float((-(share * share.clamp(min=1e-12).log()).sum()).exp())
