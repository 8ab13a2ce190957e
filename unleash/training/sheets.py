"""A contact sheet of samples."""

from pathlib import Path

from PIL import Image

from unleash.canvas.settings import BEST
from unleash.pipeline import UnleashPipeline


def save_samples(pipe: UnleashPipeline, path: Path, rows: int = 8) -> None:
    """Writes a sheet of samples, a column for each label, seeds 0, 1, 2, … row by row, none left out.

    Pictures are halved on it. Settings are the studio's, except that an autoregressive transformer takes a
    step for every cell and the pipeline's own order. Without labels there are eight columns.
    """
    labels = pipe.labels or (None,) * 8
    blank = pipe.blank()
    cells = blank.width * blank.height
    steps = cells if pipe.transformer.config["causal"] else BEST.steps
    side = blank.width * pipe.vqgan.cell_size // 2
    sheet = Image.new("RGB", (side * len(labels), side * rows))
    for seed in range(rows * len(labels)):
        row, column = divmod(seed, len(labels))
        out = pipe(
            num_inference_steps=steps,
            temperature=BEST.temperature,
            top_p=BEST.top_p,
            label=labels[column],
            guidance_scale=BEST.guidance_scale,
            correction=0 if pipe.transformer.config["causal"] else BEST.correction,
            seed=seed,
        )
        half = out.images[0].resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(half, (column * side, row * side))
    sheet.save(path, optimize=True)
