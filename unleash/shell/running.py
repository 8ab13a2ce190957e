"""From what a command was given to pictures in files."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import typer

if TYPE_CHECKING:
    from PIL import Image

    from unleash.canvas import TokenCanvas
    from unleash.inpaint import Mask
    from unleash.pipeline import UnleashPipeline
    from unleash.recipe import Recipe, Settings

Finish: TypeAlias = "Callable[[Image.Image], Image.Image]"
"""What is done to a picture between the decoder and its file."""


@dataclass(frozen=True)
class Opened:
    """A picture on the canvas.

    Attributes:
        canvas: its cells; of a picture that this model made, with the pins and rules it was made with.
        image: its pixels, as large as the canvas.
        size: (width, height) in pixels before it was cut.
        drawn: whether its pixels are what the model draws of its cells, and no more.
    """

    canvas: "TokenCanvas"
    image: "Image.Image"
    size: tuple[int, int]
    drawn: bool


def files_of(out: Path, settings: "Settings", count: int) -> list[Path]:
    """Where each picture goes; folders are made only when there is one to put there."""
    if count == 1 and not out.is_dir():
        if out.suffix.lower() != ".png":
            raise ValueError(f"--out {out}: a file name ending in .png, or a folder that is there, is right")
        return [out]
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file; {count} pictures need a folder")
    stem = settings.label or "picture"
    return [out / f"{stem}-{settings.seed + i}.png" for i in range(count)]


def load(model: str) -> "UnleashPipeline":
    """The model's pipeline, with a progress bar if someone is watching."""
    from diffusers.utils import logging

    from unleash.pipeline import UnleashPipeline

    logging.disable_progress_bar()  # of the loading, which takes no time worth watching
    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=None if sys.stderr.isatty() else True)
    return pipe


def open_picture(pipe: "UnleashPipeline", model: str, path: Path, *, square: bool) -> Opened:
    """The picture in a file as cells: its recipe's if the model made it, else what the encoder sees in it.

    Args:
        pipe: of the model.
        model: its name, as recipes have it.
        path: a picture.
        square: whether one that the model did not make is cut to a square, or to whole cells only.
    """
    import numpy as np

    from unleash.pictures import read_picture, to_cells, to_square
    from unleash.windows import MAX_SIDE

    image = read_picture(path)
    cell, side = pipe.vqgan.cell_size, pipe.blank().width * pipe.vqgan.cell_size
    made = _made_by(model, path)
    if made is not None and image.size == (made.width * cell, made.height * cell):
        # Rounding differs between machines, but by a step of 255 and in few places.
        difference = np.array(image, dtype=int) - np.array(pipe.render(made), dtype=int)
        return Opened(made, image, image.size, drawn=bool(np.abs(difference).mean() < 0.1))
    cut = to_square(image, side, "crop") if square else to_cells(image, side, cell, MAX_SIDE)
    return Opened(pipe.encode(cut), cut, image.size, drawn=False)


def keeping(pipe: "UnleashPipeline", opened: Opened, repainted: "Mask", asked: bool | None) -> Finish:
    """Lays what was made over the picture it was made from, if that is asked or the picture needs it.

    Args:
        pipe: whose cells are half as wide as the soft edge.
        opened: the original, as large as what will be made.
        repainted: (H, W) in [0, 1], where the original may go.
        asked: whether to; None: unless the original is just what the model draws.
    """
    from unleash.inpaint import blend

    if asked is False or (asked is None and opened.drawn):
        return lambda made: made
    return lambda made: blend(opened.image, made, repainted, pipe.vqgan.cell_size // 2)


def paint(
    pipe: "UnleashPipeline",
    model: str,
    canvas: "TokenCanvas",
    settings: "Settings",
    files: list[Path],
    finish: Finish = lambda image: image,
) -> None:
    """Fills the canvas once for each file, with seeds one apart."""
    from unleash.recipe import Recipe

    for i, file in enumerate(files):
        seeded = settings.model_copy(update={"seed": settings.seed + i})
        arguments = seeded.model_dump()
        out = pipe(canvas, num_inference_steps=arguments.pop("steps"), **arguments)
        recipe = Recipe(model=model, canvas=canvas, settings=seeded, codes=out.canvases[0].codes.tolist())
        save(pipe, recipe, file, finish)


def save(pipe: "UnleashPipeline", recipe: "Recipe", file: Path, finish: Finish = lambda image: image) -> None:
    """Writes the picture of a recipe that has its codes, and says where."""
    from unleash.recipe import write_png

    result = recipe.result
    assert result is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    write_png(finish(pipe.render(result)), recipe, file)
    typer.echo(file)


def save_film(pipe: "UnleashPipeline", canvas: "TokenCanvas", settings: "Settings", file: Path) -> None:
    """Fills the canvas, writes the steps of that as a GIF, and says where."""
    from unleash.film import gif

    arguments = settings.model_dump()
    steps = pipe.stream(canvas, num_inference_steps=arguments.pop("steps"), **arguments)
    data = gif(step.image for step in steps)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    typer.echo(file)


def _made_by(model: str, path: Path) -> "TokenCanvas | None":
    """The filled canvas of a picture that carries a recipe of the model."""
    from unleash.recipe import carries_recipe, read_recipe

    recipe = read_recipe(path) if carries_recipe(path) else None
    return recipe.result if recipe is not None and recipe.model == model else None
