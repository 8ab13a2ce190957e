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
        """Unbounded scores, shaped as above."""
        return super().forward(2 * images - 1)


class PlaceNorm(nn.LayerNorm):
    """Layer norm over the channels of each position.

    Norms whose statistics span the picture or the batch would let one bright spot change every patch's score.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape and dtype."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1).to(x.dtype)


class Discriminator(nn.ModuleList):
    """Patch discriminators of a picture at full, half, quarter … size (Wang et al., pix2pixHD, CVPR 2018)."""

    def __init__(self, channels: int = 48, scales: int = 1) -> None:
        super().__init__(PatchDiscriminator(channels) for _ in range(scales))

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in [0, 1] to unbounded scores at each scale."""
        scores = []
        for scale, patches in enumerate(self):
            scores.append(patches(F.avg_pool2d(images, 2**scale) if scale else images).float())
        return scores


def generator_loss(scores: list[Tensor]) -> Tensor:
    """Generator hinge loss from the scores of generated pictures: a scalar, the mean over scales."""
    return -torch.stack([score.mean() for score in scores]).mean()


def discriminator_loss(scores: list[Tensor]) -> Tensor:
    """Hinge loss from the scores of a batch, first half real, second half generated: mean over scales."""
    halves = [score.chunk(2) for score in scores]
    return (
        torch.stack([F.relu(1 - real).mean() + F.relu(1 + fake).mean() for real, fake in halves]).mean() / 2
    )


def adaptive_weight(reconstruction: Tensor, adversarial: Tensor) -> Tensor:
    """λ, the ratio of the two gradient norms at the decoder's last layer (Esser et al. 2021, equation 7)."""
    return (reconstruction.norm() / (adversarial.norm() + 1e-4)).clamp(0, 1e4)
