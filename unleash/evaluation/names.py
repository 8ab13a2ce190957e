"""Names for codes, from the label maps of drawn scenes."""

import torch
from einops import rearrange
from torch import Tensor
from tqdm import tqdm

from unleash.evaluation.references import batches
from unleash.evaluation.report import Figure
from unleash.images.code_names import CodeName
from unleash.images.tensors import chw
from unleash.models.protocol import ImageTokenizer
from unleash.scenes import Element
from unleash.scenes.splits import training_scene


def pixels_shown(codes: Tensor, elements: Tensor, codebook_size: int) -> Tensor:
    """Counts the pixels of each class in the cells of each code.

    Args:
        codes: (B, h, w) long.
        elements: (B, H, W) integers, the ``Element`` of each pixel; a cell has H / h × W / w pixels.
        codebook_size: K.

    Returns:
        (K, number of classes) long.
    """
    classes = len(Element)
    shown = rearrange(elements.long(), "b (h p) (w q) -> (b h w) (p q)", h=codes.shape[1], w=codes.shape[2])
    pairs = codes.reshape(-1, 1) * classes + shown
    return torch.bincount(pairs.flatten(), minlength=codebook_size * classes).view(codebook_size, classes)


def named(pixels: Tensor) -> tuple[CodeName | None, ...]:
    """The most frequent class of each code and its share of the pixels; None for an unused code.

    Args:
        pixels: (K, number of classes) long, see ``pixels_shown``.
    """
    most, which = pixels.max(1)
    return tuple(
        CodeName(Element(element).name.lower(), round(count / total, 4)) if total else None
        for element, count, total in zip(which.tolist(), most.tolist(), pixels.sum(1).tolist(), strict=True)
    )


@torch.no_grad()
def measure(vqgan: ImageTokenizer, count: int) -> Tensor:
    """``pixels_shown`` summed over the first ``count`` training scenes."""
    size = vqgan.codebook_size
    total = torch.zeros(size, len(Element), dtype=torch.long)
    scenes = (training_scene(i) for i in tqdm(range(count), "scenes", disable=None))
    # The label map is a fourth channel, so that both are batched together.
    maps = (torch.cat([chw(s.picture), torch.from_numpy(s.elements)[None]]) for s in scenes)
    for batch in batches(maps):
        total += pixels_shown(vqgan.encode(batch[:, :3].float() / 255), batch[:, 3], size)
    return total


def figures(pixels: Tensor) -> list[Figure]:
    """The figures for a report of (K, number of classes) ``pixels_shown``."""
    return [
        Figure(
            name="codes named",
            value=100 * float((pixels.sum(1) > 0).double().mean()),
            unit="%",
            meaning="share of the codes that occur in the scenes",
        ),
        Figure(
            name="pixels that are what their code is named",
            value=100 * float(pixels.amax(1).sum() / pixels.sum()),
            unit="%",
            meaning="accuracy of the names",
        ),
    ]
