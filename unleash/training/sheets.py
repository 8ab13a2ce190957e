"""Contact sheets: many pictures on one."""

from pathlib import Path

from einops import rearrange
from PIL import Image
from torch import Tensor

from unleash.pipeline import UnleashPipeline


def save_sheet(images: Tensor, path: Path, columns: int) -> None:
    """Writes pictures (B, 3, H, W) in [0, 1], ``columns`` to a row, as one PNG; B fills whole rows."""
    sheet = rearrange(images, "(r c) ch h w -> (r h) (c w) ch", c=columns)
    Image.fromarray((sheet * 255).round().byte().cpu().numpy()).save(path)


def save_samples(pipe: UnleashPipeline, path: Path, guidance_scale: float, rows: int = 8) -> None:
    """Writes a sheet of samples, a column for each label, seeds 0, 1, 2, … row by row, none left out.

    Pictures are halved on it. Every setting but the guidance is the pipeline's own default.
    """
    labels = pipe.labels
    side = pipe.blank().width * pipe.vqgan.cell_size // 2
    sheet = Image.new("RGB", (side * len(labels), side * rows))
    for seed in range(rows * len(labels)):
        row, column = divmod(seed, len(labels))
        image = pipe(label=labels[column], guidance_scale=guidance_scale, seed=seed).images[0]
        sheet.paste(image.resize((side, side), Image.Resampling.LANCZOS), (column * side, row * side))
    sheet.save(path, optimize=True)
