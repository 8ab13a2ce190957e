"""Transferring a prior to another codebook, as a warm start."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.training.code_cache import encode
from unleash.training.sources import open_pictures, picture_loader
from unleash.training.warm import trained
from unleash.writing import whole_folder

BATCH = 16
"""Pictures per encoded batch."""


def translate(model: Path, vqgan: Path, out: Path, data: str = "scenes", pictures: int = 1024) -> None:
    """Transfers the transformer of a model to the codes of another VQGAN and saves it.

    Args:
        model: a folder with a ``transformer`` and its ``vqgan``.
        vqgan: folder of the new VQGAN.
        out: folder for the transferred transformer.
        data: training pictures, as in ``Run``.
        pictures: number of pictures to compare the two codebooks on.

    Raises:
        ValueError: if a network is missing, the numbers of cells differ, or there are no pictures.
    """
    old, new = trained(VQGAN, model / "vqgan"), trained(VQGAN, vqgan)
    prior = trained(BidirectionalTransformer, model / "transformer")
    loader = picture_loader(open_pictures(data, new.config["image_size"]), 0, BATCH, 1)
    batches = (images for images, _ in islice(loader, -(-pictures // BATCH)))
    counts = together(new.eval(), old.eval(), tqdm(batches, "encoding", -(-pictures // BATCH)))
    with whole_folder(out) as new:
        translated(prior, counts).save_pretrained(new)


def together(new: VQGAN, old: VQGAN, batches: Iterable[Tensor]) -> Tensor:
    """Co-occurrence counts of new and old codes over the cells of the same pictures.

    Args:
        new: the VQGAN to transfer to.
        old: the VQGAN of the prior, with the same number of cells per picture.
        batches: of pictures (B, 3, S, S) uint8.

    Returns:
        (new codebook size, old codebook size) float.

    Raises:
        ValueError: if the numbers of cells differ.
    """
    sizes = new.config["codebook_size"], old.config["codebook_size"]
    counts = torch.zeros(sizes[0] * sizes[1])
    for images in batches:
        ours, theirs = encode(new, images), encode(old, images)
        if ours.shape != theirs.shape:
            raise ValueError(
                f"the VQGANs have {ours.shape[1]} and {theirs.shape[1]} cells per picture; they must be equal"
            )
        counts += torch.bincount((ours * sizes[1] + theirs).flatten(), minlength=len(counts))
    return counts.view(sizes)


def translated(prior: BidirectionalTransformer, counts: Tensor) -> BidirectionalTransformer:
    """A transformer for the new codes, initialised from one for the old codes.

    The input and output embeddings of a new code are the mean of those of the old codes, weighted by
    co-occurrence; for a code that never occurred, by frequency. All other weights are copied.

    Args:
        prior: a transformer for the old codes.
        counts: (K, old codebook size) float, see ``together``.
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
