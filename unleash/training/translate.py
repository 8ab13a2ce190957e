"""Carrying a prior over to another codebook: what it learned of the old codes is a start for the new ones."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from unleash.models import VQGAN, BidirectionalTransformer
from unleash.training.code_cache import encode
from unleash.training.sources import open_pictures, picture_loader
from unleash.training.warm import trained
from unleash.writing import whole_folder

BATCH = 16
"""Pictures encoded at once."""


def translate(model: Path, vqgan: Path, out: Path, data: str = "scenes", pictures: int = 1024) -> None:
    """Writes the transformer of a model, made over for the codes of another VQGAN.

    Args:
        model: a folder with ``transformer`` and the ``vqgan`` whose codes it knows.
        vqgan: the folder of the other VQGAN.
        out: where the transformer goes.
        data: the training pictures, as in ``Run``.
        pictures: how many of them the two codebooks are compared on.

    Raises:
        ValueError: if a network is missing, the VQGANs have other numbers of cells, or there are no pictures.
    """
    old, new = trained(VQGAN, model / "vqgan"), trained(VQGAN, vqgan)
    prior = trained(BidirectionalTransformer, model / "transformer")
    loader = picture_loader(open_pictures(data, new.config["image_size"]), 0, BATCH, 1)
    batches = (images for images, _ in islice(loader, -(-pictures // BATCH)))
    counts = together(new.eval(), old.eval(), tqdm(batches, "encoding", -(-pictures // BATCH)))
    with whole_folder(out) as new:
        translated(prior, counts).save_pretrained(new)


def together(new: VQGAN, old: VQGAN, batches: Iterable[Tensor]) -> Tensor:
    """How often each new code and each old one stand for the same cell.

    Args:
        new: the VQGAN whose codes are to be learned.
        old: the one whose codes are known, with as many cells to a picture.
        batches: of pictures (B, 3, S, S) uint8.

    Returns:
        (new codebook size, old codebook size) float.

    Raises:
        ValueError: if the two have other numbers of cells.
    """
    sizes = new.config["codebook_size"], old.config["codebook_size"]
    counts = torch.zeros(sizes[0] * sizes[1])
    for images in batches:
        ours, theirs = encode(new, images), encode(old, images)
        if ours.shape != theirs.shape:
            raise ValueError(f"the VQGANs have {ours.shape[1]} and {theirs.shape[1]} cells to a picture")
        counts += torch.bincount((ours * sizes[1] + theirs).flatten(), minlength=len(counts))
    return counts.view(sizes)


def translated(prior: BidirectionalTransformer, counts: Tensor) -> BidirectionalTransformer:
    """The same transformer for other codes.

    A new code begins as the mean of the old codes in whose place it occurs, as input and as output; one that
    never occurred as the mean of them all. Everything else is kept.

    Args:
        prior: a transformer of the old codes.
        counts: (K, old codebook size), as from ``together``.
    """
    seen = counts + 1e-3 * counts.sum(0) / counts.sum()
    shares = seen / seen.sum(1, keepdim=True)
    arguments = {name: value for name, value in prior.config.items() if not name.startswith("_")}
    result = BidirectionalTransformer(**arguments | {"codebook_size": len(counts)})
    weights = prior.state_dict()
    codes, mask = weights["token_embedding.weight"].split([counts.shape[1], 1])
    changed = {
        "token_embedding.weight": torch.cat([shares @ codes, mask]),
        "head.weight": shares @ weights["head.weight"],
    }
    result.load_state_dict(weights | changed)
    return result
