"""`unleash generate` and `unleash edit`."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unleash.canvas.settings import Settings, check_engine
from unleash.cli.options import (
    BUNDLED,
    Count,
    CropTo,
    Engine,
    Job,
    KeepPixels,
    Model,
    Out,
    Regions,
    crop_of,
    region_masks,
    with_job,
)
from unleash.cli.running import at_scale, files_of, load, paint, paint_everywhere, save, save_film
from unleash.sampling_options import with_sampling

if TYPE_CHECKING:
    from unleash.operations.folder_edits import FolderEdit


@with_sampling()
def generate(
    model: Model = None,
    *,
    chosen: dict[str, Any],
    count: Count = 1,
    out: Out = Path(),
    engine: Engine = "auto",
    region: Regions = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="Reproduce the picture of this recipe (JSON, or a PNG by Unleash)."),
    ] = None,
    scale: Annotated[
        int, typer.Option(help="Pixels of the file per pixel of the picture on each side: 1, 2 or 4.")
    ] = 1,
    film: Annotated[
        Path | None, typer.Option(help="A .gif of the steps; the run is repeated for it.")
    ] = None,
) -> None:
    """Generate pictures, or reproduce one from its recipe.

    Every PNG contains its recipe. With --recipe, canvas, model and settings
    are the recipe's, except for options that you give: those vary the
    picture. Without any, it is the same picture.

    --engine ray makes the pictures on all machines of a Ray cluster: the one
    at RAY_ADDRESS, or this machine only. Existing pictures are skipped, and
    more than a thousand are put in folders of a thousand.

    Examples:

    \b
      unleash generate --label church-night --seed 3 --out night.png
      unleash generate --label bedroom-day --count 8 --out rooms
      unleash generate --recipe night.png --out again.png
      unleash generate --recipe night.png --scale 4 --out large.png
      unleash generate --recipe night.png --seed 4 --steps 64 --out other.png
      unleash generate --label church-night --out night.png --film night.gif
      unleash generate --label church-day --region sky.png=church-dusk --out dusk.png
      unleash generate --label church-day --count 100000 --out churches --engine ray
    """
    from unleash.images.recipes import read_recipe
    from unleash.models.locating import known_as
    from unleash.operations.exporting import Wish
    from unleash.operations.making import Draft
    from unleash.operations.regions import regions_of

    source = None if recipe is None else read_recipe(recipe)
    settings = source.settings.changed(**chosen) if source else Settings(**chosen)
    name = model or (source.model if source else BUNDLED)
    if film is not None and (film.suffix.lower() != ".gif" or count != 1):
        raise ValueError(f"--film {film}: give a file name ending in .gif, and leave --count at 1")
    everywhere = engine == "ray"
    if not everywhere:
        check_engine(engine)
    elif film is not None or scale != 1:
        raise ValueError("--engine ray makes many pictures, at --scale 1 and without --film")
    files, wish = files_of(out, settings, count), Wish.from_dict({"format": "png", "scale": scale})
    pipe = load(name)
    canvas = source.canvas if source else pipe.blank()
    settings = settings if source else settings.over(pipe.defaults)
    cell = pipe.vqgan.cell_size
    if region:
        size = (canvas.width * cell, canvas.height * cell)
        regions = regions_of(region_masks(region), (canvas.height, canvas.width), size)
        settings = settings.model_copy(update={"regions": regions})
    if everywhere:
        pipe.evaluations_at_most(canvas, settings)  # checks both before any process is started
        paint_everywhere(name, known_as(name), canvas, settings, files)
    elif (
        source is not None
        and source.result is not None
        and not chosen
        and not region
        and model is None
        and count == 1
    ):
        # Rounding differs between machines; the recorded codes do not.
        image = at_scale(pipe, source.result, settings, wish.scale)
        save(image, source.model_copy(update={"kept_pixels": False}), files[0])
    else:
        paint(pipe, known_as(name), Draft(canvas), settings, files, wish.scale, engine)
    if film is not None:
        save_film(pipe, canvas, settings, film)


@with_job
def edit(
    image: Annotated[
        Path,
        typer.Argument(
            help="The picture to start from, cut to a square if not by Unleash; or a folder of pictures."
        ),
    ],
    mask: Annotated[
        Path | None,
        typer.Option(
            help="A PNG as large as IMAGE: what is white (or, if it has transparency, opaque) is repainted. "
            "For a folder: one mask for all, or a folder of masks with the names of the pictures."
        ),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(metavar="row,col=code", help="Pin this code to this cell, counted from 0. Repeatable."),
    ] = None,
    region: Regions = None,
    crop: CropTo = None,
    *,
    job: Job,
    keep_pixels: KeepPixels = None,
) -> None:
    """Repaint part of a picture, and pin codes to cells.

    A cell is repainted if the mask touches it; every other cell stays
    as it is. A pinned cell gets its code whatever the mask says. The palette
    of `unleash studio` shows what each code looks like.

    The model sees the square at the centre of the picture, or the part given
    by --crop, in its own shape; masks have the size of the whole picture.

    A photo has more detail than its cells, so decoding all of them would
    change all of it. Outside the mask your picture's own pixels are kept,
    with a soft transition half a cell wide; a photo with more
    pixels than the canvas is saved whole, at its own size. --render-all
    decodes all cells, as the recipe in the PNG does.

    If IMAGE is a folder, each picture in it is edited; results have the
    names of the pictures and go to the folder --out. Errors are listed at
    the end, and the exit code is then 1. Results that exist already are
    skipped: run the command again to complete an interrupted one.

    Examples:

    \b
      unleash edit church.jpg --mask sky.png --label church-dusk --out dusk.png
      unleash edit church.jpg --mask sky.png --pin 2,3=817 --pin 2,4=817 --count 4 --out skies
      unleash edit photo.jpg --crop 900,0,1200,1200 --mask tower.png --out tower.png
      unleash edit night.png --mask tower.png --seed 5 --keep-pixels --out tower-5.png
      unleash edit church.jpg --mask all.png --label church-day --region sky.png=church-dusk --out dusk.png
      unleash edit photos --mask masks --label church-dusk --out edited
    """
    from unleash.images.masks import read_mask
    from unleash.operations import edits
    from unleash.operations.folder_edits import FolderEdit
    from unleash.operations.regions import regions_of

    pins = dict(_pin(text) for text in pin or [])
    if mask is None and not pins:
        raise ValueError("nothing to do: give --mask, --pin or both")
    masks = region_masks(region)
    if image.is_dir():
        part = None if crop is None else crop_of(crop)
        chosen = (mask, pins, masks, job.settings, job.count, keep_pixels, part)
        _edit_folder(job, FolderEdit(image, job.out, *chosen))
        return
    opened = job.open(image, crop=crop)
    marked = None if mask is None else read_mask(mask, opened.size)
    grid = (opened.canvas.height, opened.canvas.width)
    regions = regions_of(masks, grid, opened.size, opened.cropped)
    job.paint(edits.edit(opened, marked, pins=pins, keep_pixels=keep_pixels), regions)


def _edit_folder(job: Job, asked: "FolderEdit") -> None:
    """Edits a folder of pictures with a progress bar, and lists the errors at the end."""
    from tqdm import tqdm

    from unleash.operations.folder_edits import edit_folder

    pictures = asked.pictures()
    failed = []
    job.pipe.use(job.engine)
    for edited in tqdm(edit_folder(job.pipe, job.name, asked), total=len(pictures), disable=None):
        for file in edited.files:
            tqdm.write(str(file))
        if edited.error is not None:
            failed.append(edited)
    for edited in failed:
        typer.echo(f"{edited.picture}: {edited.error}", err=True)
    if failed:
        raise typer.Exit(1)


def _pin(text: str) -> tuple[tuple[int, int], int]:
    """The cell and the code of ``row,col=code``."""
    match = re.fullmatch(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*=\s*(-?\d+)\s*", text)
    if match is None:
        raise ValueError(f"--pin {text!r}: expected row,col=code, for example --pin 3,5=817")
    row, col, code = map(int, match.groups())
    return (row, col), code
