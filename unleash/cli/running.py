"""Making pictures and writing them to files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from unleash.canvas.settings import EngineName
from unleash.writing import write_whole, written

SHARD = 1000
"""Maximum number of pictures in a folder."""

if TYPE_CHECKING:
    from PIL.Image import Image

    from unleash.canvas.document import TokenCanvas
    from unleash.canvas.recipe import Recipe
    from unleash.canvas.settings import Settings
    from unleash.images.fitting import Box
    from unleash.operations.making import Draft
    from unleash.pipeline import UnleashPipeline


def files_of(out: Path, settings: "Settings", count: int) -> list[Path]:
    """The file for each picture; folders are only created when a picture is written."""
    if count == 1 and not out.is_dir():
        if out.suffix.lower() != ".png":
            raise ValueError(f"--out {out}: give a file name ending in .png or an existing folder")
        return [out]
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file: give a folder for {count} pictures")
    return [out / f"{settings.numbered(i).stem}.png" for i in range(count)]


def load(model: str) -> "UnleashPipeline":
    """The model's pipeline, with a progress bar on a terminal."""
    from unleash.operations import loading

    pipe = loading.load(model)
    pipe.set_progress_bar_config(disable=None if sys.stderr.isatty() else True)
    return pipe


def at_scale(pipe: "UnleashPipeline", canvas: "TokenCanvas", settings: "Settings", scale: int) -> "Image":
    """The picture of a canvas at a scale; prints how it was enlarged to stderr."""
    from unleash.operations.exporting import enlarged

    if scale == 1:
        return pipe.render(canvas, settings.detail)
    image, how = enlarged(lambda detail: pipe.render(canvas, detail), pipe.vqgan.details, scale)
    typer.echo(f"{image.width}×{image.height} pixels, {how}", err=True)
    return image


def paint(
    pipe: "UnleashPipeline",
    model: str,
    draft: "Draft",
    settings: "Settings",
    files: list[Path],
    scale: int = 1,
    engine: EngineName = "auto",
) -> None:
    """Makes the picture of a draft once for each file, with consecutive seeds."""
    from unleash.operations.making import make
    from unleash.operations.relighting import share_changed
    from unleash.sampling.work import in_steps

    pipe.use(engine, steps=len(files) * pipe.evaluations(draft.canvas, settings=settings))
    for i, file in enumerate(files):
        with pipe.progress_bar(total=settings.steps) as bar:
            for made in in_steps(make(pipe, model, draft, settings.numbered(i)), None):
                bar.update(made is None)
        assert made is not None
        result, image = made.recipe.result, made.image
        if scale > 1 and result is not None:
            image = at_scale(pipe, result, settings, scale)
        save(image, made.recipe, file, made.box)
        if result and not draft.canvas.unknown.any():
            typer.echo(f"{share_changed(draft.canvas, result):.0%} of the cells changed", err=True)


def paint_everywhere(
    model: str, name: str, canvas: "TokenCanvas", settings: "Settings", files: list[Path]
) -> None:
    """Makes the picture of a canvas once for each file, as :func:`paint`, on all machines of a Ray cluster.

    Existing files are kept. More than a thousand are put in folders of a thousand, named by the numbers of
    their pictures. Prints the path of the one picture, or of the folder of all.

    Raises:
        ValueError: if the first existing file was made by another model, or from another canvas or settings.
    """
    from tqdm import tqdm

    from unleash import serving
    from unleash.images.recipes import carried_recipe

    serving.check()
    from unleash.serving.many import pictures

    if len(files) > SHARD:
        files = [file.parent / _shard(i, len(files)) / file.name for i, file in enumerate(files)]
    numbered = {file: settings.numbered(i) for i, file in enumerate(files)}
    wanted = [(file, own) for file, own in numbered.items() if not file.is_file()]
    there = next((file for file in files if file.is_file()), None)
    if there is not None:
        made = carried_recipe(there)
        asked = (name, canvas, numbered[there])
        if made is None or (made.model, made.canvas, made.settings) != asked:
            raise ValueError(
                f"{there} was made by another command: give another --out, or the same options to continue"
            )
    with tqdm(total=len(files), initial=len(files) - len(wanted), unit="picture", disable=None) as bar:
        for file, png in pictures(model, name, canvas, wanted) if wanted else ():
            with written(file):
                file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, png)
            bar.update()
    if len(files) == 1:
        typer.echo(files[0])
    else:
        typer.echo(files[0].parent if len(files) <= SHARD else files[0].parents[1])


def _shard(number: int, count: int) -> str:
    first = number - number % SHARD
    return f"{first:06}-{min(first + SHARD, count) - 1:06}"


def save(image: "Image", recipe: "Recipe", file: Path, box: "Box | None" = None) -> None:
    """Writes a picture with its recipe and prints the path; ``box`` is the part that the canvas shows."""
    from unleash.images.recipes import write_png

    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_png(image, recipe, file, box)
    typer.echo(file)


def save_film(pipe: "UnleashPipeline", canvas: "TokenCanvas", settings: "Settings", file: Path) -> None:
    """Fills the canvas, writes the steps as a GIF, and prints the path."""
    from unleash.images.animation import gif

    data = gif(step.image for step in pipe.stream(canvas, settings=settings))
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, data)
    typer.echo(file)
