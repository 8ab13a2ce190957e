"""`unleash models` and `unleash convert`."""

from pathlib import Path
from typing import Annotated

import typer


def models(
    folders: Annotated[
        list[str] | None,
        typer.Argument(help="Model folders or Hub ids to describe besides the bundled ones."),
    ] = None,
) -> None:
    """List the models there are: what they paint, on what grid, with which labels.

    Examples:

    \b
      unleash models
      unleash models weights/churches
    """
    from unleash.models.folders import bundled, describe

    found = {name: describe(name) for name in [*bundled(), *(folders or [])]}
    for name, model in found.items():
        typer.echo(name)
        for heading, fact in model.facts.items():
            typer.echo(f"  {heading:<10} {fact}")


def convert(
    vqgan: Annotated[Path, typer.Option(help="The autoencoder: vqgan_ema_<step>.th.")],
    absorbing: Annotated[Path, typer.Option(help="The transformer: absorbing_ema_<step>.th.")],
    out: Annotated[Path, typer.Option(help="The model folder to write; must be new or empty.")],
    heads: Annotated[int, typer.Option(help="Attention heads of the transformer.")] = 8,
    image_size: Annotated[int, typer.Option(help="Pixels on a side of what it was trained on.")] = 256,
) -> None:
    """Make a model folder of two checkpoints of the paper "Unleashing Transformers".

    Heads and image size are the paper's unless you say otherwise; everything
    else is read off the files.

    Example:

    \b
      unleash convert --vqgan vqgan_ema_2200000.th \\
          --absorbing absorbing_ema_2000000.th --out weights/churches
      unleash generate --model weights/churches --out church.png
    """
    from unleash.models.conversion import convert as convert_files

    convert_files(vqgan, absorbing, out, heads=heads, image_size=image_size)
    typer.echo(out)
