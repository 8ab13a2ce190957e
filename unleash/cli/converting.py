"""`unleash models` and `unleash convert`."""

from pathlib import Path
from typing import Annotated

import typer


def models(
    folders: Annotated[
        list[str] | None,
        typer.Argument(help="Model folders, short names or Hub ids to describe besides the local ones."),
    ] = None,
) -> None:
    """List the local models, and public ones that can be downloaded.

    --model takes the name of a public model: it is downloaded from the
    Hugging Face Hub and converted when it is first used. Memory is that
    of the process; a step is estimated from how fast this machine multiplies
    matrices in float32.

    Examples:

    \b
      unleash models
      unleash models weights/churches
      unleash generate --model halton-384-base --label church --out church.png
    """
    from rich.console import Console
    from rich.table import Table

    from unleash.models.fetching import is_here
    from unleash.models.folders import describe
    from unleash.models.known import KNOWN, OVERHEAD
    from unleash.models.locating import bundled
    from unleash.models.pace import products_per_second

    here = [name for name, model in KNOWN.items() if is_here(model)]
    found = {name: describe(name) for name in [*bundled(), *here, *(folders or [])]}
    for name, described in found.items():
        typer.echo(name)
        for heading, fact in described.facts.items():
            typer.echo(f"  {heading:<10} {fact}")
    table = Table("name", "paints", "download", "memory", "a step here", "licence", box=None, pad_edge=False)
    rate = products_per_second()
    for model in KNOWN.values():
        seconds = OVERHEAD * model.work * (2 if model.guided else 1) / rate
        size = "here" if model.name in here else f"{model.download / 1e9:.1f} GB"
        memory, step = f"{model.memory / 1e9:.1f} GB", f"{seconds:.1f} s"
        table.add_row(model.name, model.paints, size, memory, step, model.licence)
    typer.echo("\nPublic models, for --model:")
    Console(width=140, highlight=False).print(table)


def convert(
    vqgan: Annotated[Path, typer.Option(help="The image tokenizer, for instance vqgan_ema_<step>.th.")],
    out: Annotated[Path, typer.Option(help="The model folder to write; must be new or empty.")],
    transformer: Annotated[
        Path | None, typer.Option(help="The token predictor, for instance absorbing_ema_<step>.th.")
    ] = None,
    absorbing: Annotated[Path | None, typer.Option(help="The same, under the paper's name.")] = None,
    heads: Annotated[
        int | None,
        typer.Option(
            help="Attention heads of the transformer.", show_default="the usual number of its family"
        ),
    ] = None,
    image_size: Annotated[
        int | None,
        typer.Option(help="Side of its training pictures in pixels.", show_default="256 if unknown"),
    ] = None,
) -> None:
    """Convert two published files to a model folder.

    They may be those of the paper "Unleashing Transformers", of its churches
    on the Hugging Face Hub, of Halton-MaskGIT with the tokenizer of LlamaGen,
    or of aMUSEd within its folder. The format is detected from the
    files.

    Examples:

    \b
      unleash convert --vqgan vqgan_ema_2200000.th \\
          --transformer absorbing_ema_2000000.th --out weights/churches
      unleash convert --vqgan vq_ds16_c2i.pt \\
          --transformer ImageNet_384_base.pth --out weights/photographs
      unleash generate --model weights/churches --out church.png
    """
    from unleash.models.conversion import convert as convert_files

    given = [file for file in (transformer, absorbing) if file is not None]
    if len(given) != 1:
        raise ValueError("give the token predictor's file as --transformer (or --absorbing)")
    convert_files(vqgan, given[0], out, heads=heads, image_size=image_size)
    typer.echo(out)
