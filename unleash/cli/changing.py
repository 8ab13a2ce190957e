"""`unleash vary`, `unleash relight` and `unleash blend`: pictures like others."""

from pathlib import Path
from typing import Annotated

import typer

from unleash.cli.options import CropTo, Job, with_job

_Picture = Annotated[Path, typer.Argument(help="The initial picture; cropped to a square if not by Unleash.")]


@with_job
def vary(
    image: _Picture,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the cells that are drawn again.")
    ] = 0.5,
    crop: CropTo = None,
    *,
    job: Job,
) -> None:
    """Make variations of a picture: a share of its cells is drawn again.

    Example:

    \b
      unleash vary night.png --strength 0.3 --label church-night --count 4 --out like-it
    """
    from unleash.operations import edits

    job.paint(edits.vary(job.open(image, crop=crop).canvas, strength, job.settings.seed))


@with_job
def relight(
    image: _Picture,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="How strictly codes of the old light are avoided.")
    ] = 0.5,
    from_label: Annotated[
        str | None,
        typer.Option(
            "--from", help="The current label of the picture.", show_default="its recipe's, if it has one"
        ),
    ] = None,
    crop: CropTo = None,
    *,
    job: Job,
) -> None:
    """Relight a picture, for example from day to night.

    --label is the new label. Cells with codes of the old light are drawn
    again, in four consecutive runs that keep the structure. The share of
    changed cells is printed to stderr.

    Example:

    \b
      unleash relight day.png --label church-night --out night.png
    """
    from unleash.operations.relighting import relight as relit

    if job.settings.label is None:
        raise ValueError("give --label: the label of the new light")
    opened = job.open(image, crop=crop)
    job.paint(relit(opened.canvas, strength, from_label or opened.label))


@with_job
def blend(
    first: _Picture,
    second: _Picture,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the cells from the second picture, in patches.")
    ] = 0.5,
    mask: Annotated[
        Path | None,
        typer.Option(
            help="A picture as large as FIRST, white where SECOND is wanted, instead of --share; "
            "grey is a probability."
        ),
    ] = None,
    heal: Annotated[
        int, typer.Option(min=0, max=8, help="Cells on either side of a border that are filled again.")
    ] = 1,
    *,
    job: Job,
) -> None:
    """Blend two pictures cell by cell, and fill the borders between them again.

    Example:

    \b
      unleash blend day.png night.png --share 0.4 --label church-dusk --out both.png
    """
    from unleash.images.masks import read_mask
    from unleash.operations import edits

    a, b = (job.open(image) for image in (first, second))
    where = None if mask is None else read_mask(mask, a.size)
    job.paint(edits.blend(a.canvas, b.canvas, share, where, heal, job.settings.seed))
