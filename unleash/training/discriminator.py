"""The patch discriminator and its hinge loss (Isola et al. 2017; Esser et al. 2021, section 3.1)."""

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PatchDiscriminator(nn.Sequential):
    """Scores overlapping patches of a picture: (B, 3, H, W) in [0, 1] to (B, 1, H / 8, W / 8)."""

    def __init__(self, channels: int = 48) -> None:
        widths = [3, channels, 2 * channels, 4 * channels]
        layers: list[nn.Module] = []
        for width, out in itertools.pairwise(widths):
            layers.append(nn.Conv2d(width, out, 4, stride=2, padding=1))
            if width != widths[0]:
                layers.append(PlaceNorm(out))
            layers.append(nn.LeakyReLU(0.2))
        super().__init__(*layers, nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, images: Tensor) -> Tensor:
        """Scores, see above; not bounded."""
        return super().forward(2 * images - 1)


class PlaceNorm(nn.LayerNorm):
    """Normalises the channels of each place by themselves.

    Where means are taken over a plane or a batch, one bright spot in a corner moves the score of every patch.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Hinge loss from the scores of real and made pictures."""
    return (F.relu(1 - real).mean() + F.relu(1 + fake).mean()) / 2


def adaptive_weight(reconstruction: Tensor, adversarial: Tensor, last: nn.Parameter) -> Tensor:
    """λ, the ratio of both losses' gradients at the decoder's last layer (Esser et al., equation 7)."""
    (rec,) = torch.autograd.grad(reconstruction, last, retain_graph=True)
    (adv,) = torch.autograd.grad(adversarial, last, retain_graph=True)
    return (rec.norm() / (adv.norm() + 1e-4)).clamp(0, 1e4).detach()
