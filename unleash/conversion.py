"""From the paper's two files to a folder that the pipeline opens."""

from pathlib import Path

from unleash.images.codebook import save_thumbnails
from unleash.models import VQGAN, BidirectionalTransformer
from unleash.models.folders import CheckpointError
from unleash.models.paper import read_transformer, read_vqgan
from unleash.models.thumbnails import thumbnails
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler
from unleash.writing import whole_folder


def convert(
    vqgan_file: str | Path,
    absorbing_file: str | Path,
    out_dir: str | Path,
    heads: int = 8,
    image_size: int = 256,
) -> None:
    """Writes a folder for ``UnleashPipeline.from_pretrained`` from two of the paper's files.

    Args:
        vqgan_file: the autoencoder, ``vqgan_ema_<step>.th``.
        absorbing_file: the transformer, ``absorbing_ema_<step>.th``.
        out_dir: the folder to write; must not exist, or be empty.
        heads: attention heads of the transformer (no shape tells; the paper's models have 8).
        image_size: pixels on a side of the pictures it was trained on (no shape tells either).

    Raises:
        CheckpointError: if a file is not what it should be, the two do not fit each other or the folder
            is not empty. Nothing is written then.
        NotWrittenError: if the folder cannot be written.
    """
    target = Path(out_dir)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CheckpointError(f"{target} is there already; give a new folder or an empty one")
    vqgan = read_vqgan(vqgan_file, image_size)
    transformer = read_transformer(absorbing_file, heads)
    _check_fit(vqgan, transformer)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=vqgan.config["codebook_size"])
    _write(UnleashPipeline(vqgan, transformer, scheduler), target)


def _check_fit(vqgan: VQGAN, transformer: BidirectionalTransformer) -> None:
    sizes = vqgan.config["codebook_size"], transformer.config["codebook_size"]
    if sizes[0] != sizes[1]:
        raise CheckpointError(
            f"the two do not fit: ae.quantize.embedding.weight has {sizes[0]} codes, "
            f"_denoise_fn.head.weight {sizes[1]}"
        )
    side, grid = vqgan.config["image_size"] // vqgan.cell_size, transformer.config["grid_size"]
    if side != grid:
        raise CheckpointError(
            f"the two do not fit: a picture of {vqgan.config['image_size']} pixels has {side}×{side} cells, "
            f"_denoise_fn.pos_emb {grid}×{grid}; image size {grid * vqgan.cell_size} would fit"
        )


def _write(pipeline: UnleashPipeline, target: Path) -> None:
    looks = thumbnails(pipeline.vqgan)
    with whole_folder(target) as finished:
        pipeline.save_pretrained(finished)
        save_thumbnails(looks, finished)
