"""Bundles trained networks into a model folder, and scores it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from unleash.images.codebook import save_thumbnails
from unleash.images.tensors import psnr
from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.models.thumbnails import thumbnails
from unleash.models.usage import perplexity
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler
from unleash.training.objective import cell_nats
from unleash.training.sources import Pictures
from unleash.training.warm import trained
from unleash.writing import whole_entries


@dataclass(frozen=True)
class Scores:
    """How a model performs on held-out pictures.

    Attributes:
        pictures: number of pictures measured.
        l1: mean absolute reconstruction error, pixels in [0, 1].
        psnr: of the reconstruction in dB, mean over pictures.
        codes_used: fraction of the codebook used by these pictures.
        perplexity: of the code distribution, from 1 to the codebook size.
        nats: negative log-likelihood per masked cell under the prior, given the label, averaged over all
            masking ratios.
        region_nats: the same with region masks, see ``mask_regions``; equal to ``nats`` for an
            autoregressive prior.
    """

    pictures: int
    l1: float
    psnr: float
    codes_used: float
    perplexity: float
    nats: float
    region_nats: float


SUITED: dict[str, Any] = {
    "steps": 16,
    "reveal_order": "halton",
    "schedule": "cosine",
    "temperature": 0.8,
    "top_p": 0.9,
    "correction": 0.25,
}
"""The sampling settings that scored best on the scenes models (see their model card). A new model starts with
these until `unleash evaluate defaults` writes better ones, found by `unleash evaluate`, into its folder."""


def bundle(vqgan: Path, transformer: Path, out: Path) -> None:
    """Saves a VQGAN and a transformer as a pipeline with float16 weights in ``out``.

    Also saves a thumbnail of every code for the studio, and copies each run's ``run.yaml``, from beside its
    network, into ``out / "training"``.

    Raises:
        ValueError: if one of the folders contains no network, or the model cannot be written.
    """
    networks = trained(VQGAN, vqgan), trained(BidirectionalTransformer, transformer)
    for network in networks:
        network.register_to_config(_name_or_path=out.name)  # otherwise config.json would reveal a local path
    looks = thumbnails(networks[0].to("cuda" if torch.cuda.is_available() else "cpu"))
    networks[0].cpu()
    with whole_entries(out) as new:
        assemble(networks[0].half(), networks[1].half()).save_pretrained(new)
        save_thumbnails(looks, new)
        (new / "training").mkdir()
        for name, network in (("vqgan", vqgan), ("prior", transformer)):
            run = Path(network).resolve().parent / "run.yaml"
            if run.is_file():
                shutil.copyfile(run, new / "training" / f"{name}.yaml")


def assemble(vqgan: VQGAN, transformer: BidirectionalTransformer) -> UnleashPipeline:
    """A pipeline of the two networks with suitable sampling defaults.

    An autoregressive transformer fills one cell per step, in raster order.
    """
    scheduler = AbsorbingDiffusionScheduler(codebook_size=vqgan.config["codebook_size"])
    by_cell = {
        "steps": transformer.config["grid_size"] ** 2,
        "reveal_order": "raster",
        "schedule": "linear",
        "temperature": 0.8,
        "top_p": 0.9,
    }
    defaults = by_cell if transformer.config["causal"] else SUITED
    return UnleashPipeline(vqgan, transformer, scheduler, sampling_defaults=defaults)


@torch.no_grad()
def score(pipe: UnleashPipeline, pictures: Pictures, count: int) -> Scores:
    """Scores ``pipe``, on its own device, on at most ``count`` held-out ``pictures``."""
    examples = pictures.held_out(count)
    labels = torch.tensor([label for _, label in examples]).to(pipe.device)
    transformer = pipe.transformer
    assert isinstance(transformer, BidirectionalTransformer)
    size = pipe.vqgan.codebook_size
    grids: list[Tensor] = []
    absolute: list[Tensor] = []
    ratios: list[Tensor] = []
    for start in range(0, len(examples), 8):
        images = torch.stack([picture for picture, _ in examples[start : start + 8]])
        images = images.to(pipe.device).float() / 255
        codes = pipe.vqgan.encode(images)
        made = pipe.vqgan.decode(codes)
        grids.append(codes.flatten(1))
        absolute.append((made - images).abs().mean((1, 2, 3)))
        ratios.append(psnr(made, images))
    codes = torch.cat(grids)
    parts = list(zip(codes.split(16), labels.split(16), strict=True))

    def nats(regions: float) -> float:
        generator = torch.Generator().manual_seed(0)
        asked = [
            cell_nats(transformer, part, names if pipe.labels else None, generator, regions)
            for part, names in parts
        ]
        return float(torch.stack(asked).mean())

    return Scores(
        pictures=len(examples),
        l1=float(torch.cat(absolute).mean()),
        psnr=float(torch.cat(ratios).mean()),
        codes_used=len(codes.unique()) / size,
        perplexity=perplexity(codes, size),
        nats=nats(0),
        region_nats=nats(1),
    )
