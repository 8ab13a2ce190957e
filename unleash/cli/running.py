"""From what a command was given to pictures in files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from unleash.writing import write_whole, written

if TYPE_CHECKING:
    from unleash.canvas.document import TokenCanvas
    from unleash.canvas.recipe import Recipe
    from unleash.canvas.settings import Settings
    from unleash.operations import Finish
    from unleash.pipeline import UnleashPipeline


def files_of(out: Path, settings: "Settings", count: int) -> list[Path]:
    """Where each picture goes; folders are made only when there is one to put there."""
    if count == 1 and not out.is_dir():
        if out.suffix.lower() != ".png":
            raise ValueError(f"--out {out}: a file name ending in .png, or a folder that is there, is right")
        return [out]
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file; {count} pictures need a folder")
    return [out / f"{settings.numbered(i).stem}.png" for i in range(count)]


def load(model: str) -> "UnleashPipeline":
    """The model's pipeline, with a progress bar if someone is watching."""
    from diffusers.utils import logging

    from unleash.pipeline import UnleashPipeline

    logging.disable_progress_bar()  # of the loading, which takes no time worth watching
    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=None if sys.stderr.isatty() else True)
    return pipe


def paint(
    pipe: "UnleashPipeline",
    model: str,
    canvas: "TokenCanvas",
    settings: "Settings",
    files: list[Path],
    finish: "Finish | None" = None,
) -> None:
    """Fills the canvas once for each file, with seeds one apart."""
    from unleash.canvas.recipe import Recipe

    for i, file in enumerate(files):
        seeded = settings.numbered(i)
        out = pipe(canvas, settings=seeded)
        recipe = Recipe(
            model=model,
            canvas=canvas,
            settings=seeded,
            codes=out.canvases[0].codes.tolist(),
            kept_pixels=finish is not None,
        )
        save(pipe, recipe, file, finish)


def save(pipe: "UnleashPipeline", recipe: "Recipe", file: Path, finish: "Finish | None" = None) -> None:
    """Writes the picture of a recipe that has its codes, and says where."""
    from unleash.images.recipes import write_png

    result = recipe.result
    assert result is not None
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    # To be composited with the kept pixels, it must have their size.
    image = pipe.render(result, "full" if finish else recipe.settings.detail)
    write_png(finish(image) if finish else image, recipe, file)
    typer.echo(file)


def save_film(pipe: "UnleashPipeline", canvas: "TokenCanvas", settings: "Settings", file: Path) -> None:
    """Fills the canvas, writes the steps of that as a GIF, and says where."""
    from unleash.images.animation import gif

    data = gif(step.image for step in pipe.stream(canvas, settings=settings))
    with written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, data)
    typer.echo(file)
