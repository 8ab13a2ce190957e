"""From finished trainings to a folder that ships, and its scores."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from unleash.images.codebook import save_thumbnails
from unleash.models import VQGAN, BidirectionalTransformer
from unleash.models.thumbnails import thumbnails
from unleash.models.usage import perplexity
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler
from unleash.training.objective import cell_nats
from unleash.training.sources import Pictures
from unleash.training.warm import trained


@dataclass(frozen=True)
class Scores:
    """How a model does on pictures that it was not trained on.

    Attributes:
        pictures: how many were measured.
        l1: mean absolute error of the reconstruction, as a share of the range.
        psnr: of the reconstruction, in dB, the mean over pictures.
        codes_used: share of the codebook that occurs in the pictures.
        perplexity: how many equally frequent codes would be as unpredictable.
        nats: of a masked cell under the prior, with the label, over all shares of masked cells.
        region_nats: the same where the masks are of regions, see ``mask_regions``; of an autoregressive
            prior, which is not asked that way, the same as ``nats``.
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
"""What measured best with models of the scenes, as their card tells: a new model begins with these, until
`unleash evaluate` finds better ones and `unleash evaluate defaults` writes them into its folder."""


def bundle(vqgan: Path, transformer: Path, out: Path) -> None:
    """Puts a VQGAN and a transformer together as a pipeline of float16 weights in ``out``.

    With them goes what every code looks like, for the studio; the descriptions of both runs, ``run.yaml``
    beside each network, go into ``out / "training"``.

    Raises:
        ValueError: if there is no network in one of the folders.
    """
    networks = trained(VQGAN, vqgan), trained(BidirectionalTransformer, transformer)
    for network in networks:
        network.register_to_config(_name_or_path=out.name)  # else it would tell where they were trained
    looks = thumbnails(networks[0].to("cuda" if torch.cuda.is_available() else "cpu"))
    networks[0].cpu()
    assemble(networks[0].half(), networks[1].half()).save_pretrained(out)
    save_thumbnails(looks, out)
    (out / "training").mkdir(exist_ok=True)
    for name, network in (("vqgan", vqgan), ("prior", transformer)):
        run = Path(network).resolve().parent / "run.yaml"
        if run.is_file():
            shutil.copyfile(run, out / "training" / f"{name}.yaml")


def assemble(vqgan: VQGAN, transformer: BidirectionalTransformer) -> UnleashPipeline:
    """The pipeline of two networks, with the settings that suit it.

    An autoregressive transformer fills cell by cell, row by row.
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
    """Measures ``pipe``, wherever it is, on at most ``count`` held-out ``pictures``."""
    examples = pictures.held_out(count)
    labels = torch.tensor([label for _, label in examples]).to(pipe.device)
    transformer = pipe.transformer
    assert isinstance(transformer, BidirectionalTransformer)
    size = pipe.vqgan.codebook_size
    grids: list[Tensor] = []
    absolute: list[Tensor] = []
    squared: list[Tensor] = []
    for start in range(0, len(examples), 8):
        images = torch.stack([picture for picture, _ in examples[start : start + 8]])
        images = images.to(pipe.device).float() / 255
        codes = pipe.vqgan.encode(images)
        errors = pipe.vqgan.decode(codes) - images
        grids.append(codes.flatten(1))
        absolute.append(errors.abs().mean((1, 2, 3)))
        squared.append(errors.square().mean((1, 2, 3)))
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
        psnr=float((-10 * torch.cat(squared).log10()).mean()),
        codes_used=len(codes.unique()) / size,
        perplexity=perplexity(codes, size),
        nats=nats(0),
        region_nats=nats(1),
    )
