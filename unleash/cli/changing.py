"""`unleash vary`, `unleash relight` and `unleash blend`: pictures like others."""

from pathlib import Path
from typing import Annotated, Any

import typer

from unleash.canvas.settings import Settings
from unleash.cli.options import BUNDLED, Count, Model, Out, with_sampling
from unleash.cli.running import files_of, load, paint

_Picture = Annotated[
    Path, typer.Argument(help="The picture to start from; cut to a square if not by Unleash.")
]


@with_sampling
def vary(
    image: _Picture,
    strength: Annotated[float, typer.Option(min=0, max=1, help="The share of cells drawn again.")] = 0.5,
    model: Model = None,
    *,
    chosen: dict[str, Any],
    count: Count = 1,
    out: Out = Path(),
) -> None:
    """Make more pictures like one: a share of its cells is drawn again.

    Example:

    \b
      unleash vary night.png --strength 0.3 --label church-night --count 4 --out like-it
    """
    from unleash.operations import edits
    from unleash.operations.opening import open_picture

    settings = Settings(**chosen)
    files, name = files_of(out, settings, count), model or BUNDLED
    pipe = load(name)
    draft = edits.vary(open_picture(pipe, name, image).canvas, strength, settings.seed)
    paint(pipe, name, draft, settings.over(pipe.defaults), files)


@with_sampling
def relight(
    image: _Picture,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="The share of cells drawn again in each of four runs.")
    ] = 0.6,
    from_label: Annotated[
        str | None,
        typer.Option(
            "--from", help="The label that the picture has now.", show_default="its recipe's, if it has one"
        ),
    ] = None,
    model: Model = None,
    *,
    chosen: dict[str, Any],
    count: Count = 1,
    out: Out = Path(),
) -> None:
    """Light a picture differently: by night, say, what was made by day.

    --label is the new light. What is unlikely under it, and was likely
    under the old label, is drawn again, in four runs one after the other.

    Example:

    \b
      unleash relight day.png --label church-night --out night.png
    """
    from unleash.operations.opening import open_picture
    from unleash.operations.relighting import relight as relit

    settings = Settings(**chosen)
    if settings.label is None:
        raise ValueError("give --label: the label to light the picture by")
    files, name = files_of(out, settings, count), model or BUNDLED
    pipe = load(name)
    opened = open_picture(pipe, name, image)
    draft = relit(opened.canvas, strength, from_label or opened.label)
    paint(pipe, name, draft, settings.over(pipe.defaults), files)


@with_sampling
def blend(
    first: _Picture,
    second: _Picture,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="How many of the cells are the second's, in patches.")
    ] = 0.5,
    mask: Annotated[
        Path | None,
        typer.Option(
            help="A picture as large as FIRST, white where SECOND is wanted, instead of --share; "
            "grey is drawn by lot."
        ),
    ] = None,
    heal: Annotated[
        int, typer.Option(min=0, max=8, help="Cells on either side of a border that are painted anew.")
    ] = 1,
    model: Model = None,
    *,
    chosen: dict[str, Any],
    count: Count = 1,
    out: Out = Path(),
) -> None:
    """Mix two pictures cell by cell, and paint over the borders between them.

    Example:

    \b
      unleash blend day.png night.png --share 0.4 --label church-dusk --out both.png
    """
    from unleash.images.masks import read_mask
    from unleash.operations import edits
    from unleash.operations.opening import open_picture

    settings = Settings(**chosen)
    files, name = files_of(out, settings, count), model or BUNDLED
    pipe = load(name)
    a, b = (open_picture(pipe, name, image) for image in (first, second))
    where = None if mask is None else read_mask(mask, a.size)
    draft = edits.blend(a.canvas, b.canvas, share, where, heal, settings.seed)
    paint(pipe, name, draft, settings.over(pipe.defaults), files)
