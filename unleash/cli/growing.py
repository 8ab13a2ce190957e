"""`unleash extend` and `unleash stitch`: pictures larger than the model's."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from unleash.canvas.bounds import MAX_SIDE
from unleash.cli.options import CropTo, Job, KeepPixels, with_job

_Picture = Annotated[
    Path, typer.Argument(help="A picture; its shorter side is scaled to the model's, its shape kept.")
]


def _side(where: str) -> Any:
    return typer.Option(min=0, max=MAX_SIDE, help=f"Cells to add {where}.")


class Direction(str, Enum):
    """How two pictures are joined."""

    horizontal = "horizontal"
    vertical = "vertical"


@with_job
def extend(
    image: _Picture,
    left: Annotated[int, _side("on the left")] = 0,
    right: Annotated[int, _side("on the right")] = 0,
    top: Annotated[int, _side("above")] = 0,
    bottom: Annotated[int, _side("below")] = 0,
    crop: CropTo = None,
    *,
    job: Job,
    keep_pixels: KeepPixels = None,
) -> None:
    """Extend a picture beyond its borders.

    A cell of the bundled model has 16 pixels, so --right 8 makes a picture
    of 256 x 256 half as wide again. The picture may grow to 64 x 64 cells,
    and be extended again. The original pixels stay.

    Examples:

    \b
      unleash extend church.png --left 8 --right 8 --label church-day --out wide.png
      unleash extend room.jpg --bottom 6 --count 4 --out floors
    """
    from unleash.operations import edits

    if not left + right + top + bottom:
        raise ValueError("nothing to do: give --left, --right, --top or --bottom a number of cells")
    opened = job.open(image, "cells", crop)
    job.paint(edits.extend(opened, left, right, top, bottom, keep_pixels))


@with_job
def stitch(
    first: _Picture,
    second: _Picture,
    axis: Annotated[Direction, typer.Option(help="Side by side, or one above the other.")] = (
        Direction.horizontal
    ),
    seam: Annotated[
        int, typer.Option(min=0, max=MAX_SIDE, help="Cells across the seam, half in each picture.")
    ] = 4,
    *,
    job: Job,
    keep_pixels: KeepPixels = None,
) -> None:
    """Join two pictures, and fill the seam between them.

    Two pictures of 256 x 256 pixels make one of 512 x 256, or of 256 x 512
    with --axis vertical. The cells next to the seam are filled
    again so that one picture merges into the other.

    Examples:

    \b
      unleash stitch church.png village.png --seam 4 --label church-day --out street.png
      unleash stitch sky.png ground.png --axis vertical --seam 6 --out both.png
    """
    from unleash.operations import edits

    a, b = (job.open(image, "cells") for image in (first, second))
    job.paint(edits.stitch(a, b, axis.value, seam, keep_pixels))
