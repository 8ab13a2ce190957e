"""What the prior is trained for (Bond-Taylor et al., ECCV 2022, section 3)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from unleash.models import BidirectionalTransformer


def masked_loss(logits: Tensor, codes: Tensor, masked: Tensor, time: Tensor, kind: str) -> Tensor:
    """The training objective, in nats a cell.

    Args:
        logits: (M, K) float, of the M masked cells in reading order, from the masked grid.
        codes: (B, N) long, what is under the masks.
        masked: (B, N) bool, M of them true.
        time: (B,) float in (0, 1], the expected share of masked cells, t / T.
        kind: ``elbo``, each masked cell weighs T / t (equation 5 of the paper, N terms for T);
            ``reweighted_elbo``, 1 - (t - 1) / T (section 3.3); ``mlm``, the mean over masked cells.

    Returns:
        A scalar, the mean over the batch.
    """
    batch, cells = codes.shape
    nats = F.cross_entropy(logits, codes[masked], reduction="none")
    if kind == "mlm":
        weight = 1 / masked.sum(1)
    else:
        weight = (1 / time if kind == "elbo" else 1 - time + 1 / cells) / cells
    return (nats * weight[:, None].expand(batch, cells)[masked]).sum() / batch


def mask_codes(codes: Tensor, mask_token: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draws t uniformly from 1..N and masks each cell with probability t / N, at least one.

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


def problem(
    codes: Tensor, mask_token: int, causal: bool, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """What the transformer is given of ``codes``, and asked for; arguments and result as ``mask_codes``.

    A causal transformer is given everything, sees of it what is before each cell, and is asked for every
    cell; with weights ``mlm`` or ``elbo`` that is the exact likelihood.
    """
    if not causal:
        return mask_codes(codes, mask_token, generator)
    return codes, torch.ones_like(codes, dtype=torch.bool), torch.ones(len(codes), device=codes.device)


@torch.no_grad()
def cell_nats(
    model: BidirectionalTransformer, codes: Tensor, labels: Tensor | None, generator: torch.Generator
) -> Tensor:
    """Mean nats a masked cell over all shares of masked cells; of a causal model, a cell: a scalar.

    Args:
        model: in evaluation mode.
        codes: (B, N) long.
        labels: (B,) long; None: none.
        generator: draws the masks, on the CPU.
    """
    config = model.config
    tokens, asked, time = problem(codes, config["codebook_size"], config["causal"], generator)
    return masked_loss(model(tokens, labels, asked).float(), codes, asked, time, "mlm")
