"""The training objective of the prior (Bond-Taylor et al., ECCV 2022, section 3)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.sampling.orders import halton_ranks
from unleash.sampling.reveal import highest


def cell_weights(masked: Tensor, time: Tensor, kind: str) -> Tensor:
    """Weights of the masked cells' cross-entropies, whose weighted sum is the loss of the batch.

    Args:
        masked: (B, N) bool.
        time: (B,) float in (0, 1], the expected masking ratio t / T.
        kind: ``elbo``, weight T / t (equation 5 of the paper, with T = N); ``reweighted_elbo``, weight
            1 - (t - 1) / T (section 3.3); ``mlm``, the mean over masked cells.

    Returns:
        (M,) float, for the M masked cells in row-major order.
    """
    batch, cells = masked.shape
    if kind == "mlm":
        weight = 1 / masked.sum(1)
    else:
        weight = (1 / time if kind == "elbo" else 1 - time + 1 / cells) / cells
    return weight[:, None].expand(batch, cells)[masked] / batch


def masked_loss(logits: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """The training objective, in nats per cell.

    Args:
        logits: (M, K) float, for the M masked cells.
        wanted: (M,) long, the codes of those cells.
        weights: (M,) float, see `cell_weights`.

    Returns:
        A scalar, the mean over the batch.
    """
    return (F.cross_entropy(logits, wanted, reduction="none") * weights).sum()


def mask_codes(codes: Tensor, mask_token: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draws t uniformly from 1..N and masks each cell with probability t / N, but at least one cell.

    Args:
        codes: (B, N) long.
        mask_token: K.
        generator: on the CPU.

    Returns:
        The masked grid (B, N) long; which cells are masked (B, N) bool; t / N (B,) float.
    """
    batch, cells = codes.shape
    time = torch.randint(1, cells + 1, (batch,), generator=generator) / cells
    draws = torch.rand(batch, cells, generator=generator)
    masked = (draws < time[:, None]) | (draws == draws.amin(1, keepdim=True))
    masked = masked.to(codes.device)
    return codes.masked_fill(masked, mask_token), masked, time.to(codes.device)


def mask_regions(codes: Tensor, mask_token: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Masks as they occur in editing and Halton-order sampling, which ``mask_codes`` hardly ever draws.

    A region is chosen, with probability 1/2 the whole grid and otherwise a random rectangle. In it, the last
    t cells of the Halton order are masked, t uniform from 1 to the number of its cells.

    Args:
        codes: (B, N) long, of square grids.
        mask_token: K.
        generator: on the CPU.

    Returns:
        As ``mask_codes``.
    """
    batch, cells = codes.shape
    side = round(cells**0.5)

    def draw(below: Tensor | int) -> Tensor:
        """(B,) long, uniform over 0, ..., ``below`` - 1."""
        return (torch.rand(batch, generator=generator, dtype=torch.float64) * below).long()

    whole = draw(2).bool()
    places = torch.arange(side)
    spans = []
    for _ in range(2):
        length = (1 + draw(side)).masked_fill(whole, side)
        first = draw(side - length + 1)
        spans.append((places >= first[:, None]) & (places < (first + length)[:, None]))
    region = (spans[0][:, :, None] & spans[1][:, None, :]).flatten(1)
    left = 1 + draw(region.sum(1))
    late = halton_ranks(side, side).float().expand(batch, cells)
    masked = highest(late, region, left).to(codes.device)
    return codes.masked_fill(masked, mask_token), masked, (left / cells).to(codes.device)


def corrupted(
    codes: Tensor, mask_token: int, causal: bool, generator: torch.Generator, regions: float = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """The corrupted batch to restore; arguments and result as in ``mask_codes``.

    A causal transformer gets the full grid and predicts every cell from those before it; with weights ``mlm``
    or ``elbo`` the loss is then the exact negative log-likelihood. For a bidirectional one, each picture is
    masked by ``mask_regions`` with probability ``regions``, otherwise by ``mask_codes``.
    """
    if causal:
        return codes, torch.ones_like(codes, dtype=torch.bool), torch.ones(len(codes), device=codes.device)
    drawn = mask_codes(codes, mask_token, generator)
    if not regions:
        return drawn
    chosen = (torch.rand(len(codes), generator=generator) < regions).to(codes.device)
    tokens, masked, time = (
        torch.where(chosen.view(-1, *[1] * (one.ndim - 1)), one, other)
        for one, other in zip(mask_regions(codes, mask_token, generator), drawn, strict=True)
    )
    return tokens, masked, time


@torch.no_grad()
def cell_nats(
    model: BidirectionalTransformer,
    codes: Tensor,
    labels: Tensor | None,
    generator: torch.Generator,
    regions: float = 0,
) -> Tensor:
    """Mean negative log-likelihood in nats per masked cell, over all masking ratios: a scalar.

    For a causal model, the mean over all cells.

    Args:
        model: in evaluation mode.
        codes: (B, N) long.
        labels: (B,) long; None for a model without labels.
        generator: draws the masks, on the CPU.
        regions: probability that a picture is masked by ``mask_regions``.
    """
    config = model.config
    tokens, asked, time = corrupted(codes, config["codebook_size"], config["causal"], generator, regions)
    logits = model(tokens, labels, asked).float()
    return masked_loss(logits, codes[asked], cell_weights(asked, time, "mlm"))
