"""A contact sheet of samples."""

from pathlib import Path

from PIL import Image

from unleash.pipeline import UnleashPipeline
from unleash.writing import whole_file


def save_samples(pipe: UnleashPipeline, path: Path, rows: int = 8) -> None:
    """Writes a sheet of samples: one column per label, seeds 0, 1, 2, … row by row, not cherry-picked.

    Samples use the model's default settings and are shown at half size. Without labels, eight columns.
    """
    labels = pipe.labels or (None,) * 8
    blank = pipe.blank()
    side = blank.width * pipe.vqgan.cell_size // 2
    sheet = Image.new("RGB", (side * len(labels), side * rows))
    for seed in range(rows * len(labels)):
        row, column = divmod(seed, len(labels))
        out = pipe(settings=pipe.defaults.changed(label=labels[column], seed=seed))
        half = out.images[0].resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(half, (column * side, row * side))
    with whole_file(path) as part:
        sheet.save(part, optimize=True)
