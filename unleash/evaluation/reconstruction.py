"""Reconstruction quality of the VQGAN."""

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from unleash.evaluation.references import Pictures, batches
from unleash.evaluation.report import Figure
from unleash.images.tensors import psnr
from unleash.models.protocol import ImageTokenizer
from unleash.models.usage import perplexity


def ssim(images: Tensor, targets: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004, equation 13), averaged over channels.

    Windows are 11×11 Gaussians with standard deviation 1.5, entirely inside the picture; K₁ = 0.01,
    K₂ = 0.03.

    Args:
        images: (B, C, H, W) float in [0, 1], H and W at least 11.
        targets: the same.

    Returns:
        (B,) float, at most 1; 1 for equal pictures.

    Raises:
        ValueError: if the pictures are smaller than the window.
    """
    if min(images.shape[2:]) < 11:
        raise ValueError(
            f"SSIM needs pictures of at least 11×11 pixels, not {images.shape[3]}×{images.shape[2]}"
        )
    # torchmetrics also averages windows over reflected borders, so its values are not those of the equation.
    line = torch.exp(-(torch.arange(11.0) - 5).square() / (2 * 1.5**2)).to(images)
    line = line / line.sum()

    def blurred(x: Tensor) -> Tensor:
        planes = x.flatten(0, 1)[:, None]
        return F.conv2d(F.conv2d(planes, line.view(1, 1, 11, 1)), line.view(1, 1, 1, 11))

    mean1, mean2 = blurred(images), blurred(targets)
    variance1 = blurred(images.square()) - mean1.square()
    variance2 = blurred(targets.square()) - mean2.square()
    covariance = blurred(images * targets) - mean1 * mean2
    c1, c2 = 0.01**2, 0.03**2
    index = (2 * mean1 * mean2 + c1) * (2 * covariance + c2)
    index = index / ((mean1.square() + mean2.square() + c1) * (variance1 + variance2 + c2))
    return index.view(len(images), -1).mean(1)


@torch.no_grad()
def measure(vqgan: ImageTokenizer, pictures: Pictures, count: int) -> list[Figure]:
    """Reconstruction quality and codebook usage on the first ``count`` pictures.

    Raises:
        ValueError: if there are fewer pictures.
    """
    pictures.require(count)
    size = vqgan.codebook_size
    grids, noise, similarity = [], [], []
    shown = tqdm(pictures.pixels(range(count)), "reconstructing", count, disable=None)
    for batch in batches(shown):
        images = batch.float() / 255
        codes = vqgan.encode(images)
        again = vqgan.decode(codes)
        grids.append(codes.flatten())
        noise.append(psnr(again, images))
        similarity.append(ssim(again, images))
    codes = torch.cat(grids)
    return [
        Figure(
            name="PSNR",
            value=float(torch.cat(noise).mean()),
            unit="dB",
            meaning="mean over pictures; higher is better",
        ),
        Figure(
            name="SSIM",
            value=float(torch.cat(similarity).mean()),
            meaning="mean over pictures; 1 is identical",
        ),
        Figure(
            name="codes used",
            value=100 * len(codes.unique()) / size,
            unit="%",
            meaning=f"share of the {size:,} codes that occur in the pictures",
        ),
        Figure(
            name="perplexity",
            value=perplexity(codes, size),
            meaning=f"of the code distribution; at most {size:,}",
        ),
    ]
