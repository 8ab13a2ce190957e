"""The `unleash` command.

What takes long to import is imported where it is used, so that ``--help`` is there at once.
"""

import json
import re
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from unleash.evaluation.cli import app as evaluate
from unleash.training.cli import app as train

if TYPE_CHECKING:
    from unleash.canvas import TokenCanvas
    from unleash.pipeline import UnleashPipeline
    from unleash.recipe import Recipe, Settings

BUNDLED = "weights/scenes"
"""The model that comes with the repository, and is used if no other is asked for."""


class _Group(TyperGroup):
    """Says whatever is wrong with what it was given in one line, and exits with 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            line = _complaint(error)
            if line is None:
                raise
            typer.echo(f"unleash: {line}", err=True)
            raise typer.Exit(2) from error


def _complaint(error: Exception) -> str | None:
    """What to tell of an error in one line; None if it is not about what the command was given."""
    if isinstance(error, BrokenPipeError) or type(error).__name__ == "NoArgsIsHelpError":
        return None
    if hasattr(error, "format_message"):  # of the argument parser, whose classes typer keeps to itself
        text = error.format_message()
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, ModuleNotFoundError):
        text = f'{error.name} is not installed: pip install -e ".[train]"'
    elif isinstance(error, ValueError | OSError):
        text = str(error)
    else:
        return None
    return " ".join(text.split())


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    help="Steer image generation token by token.\n\n"
    "A picture is a grid of cells, and every cell has one of the codes of a codebook. Cells are filled a "
    "few at a time, in any order, around whatever you keep or pin.",
)

app.add_typer(train, name="train")
app.add_typer(evaluate, name="evaluate")

Model = Annotated[
    str | None,
    typer.Option(help="A model folder, or its id on the Hugging Face Hub.", show_default=BUNDLED),
]
Seed = Annotated[
    int | None, typer.Option(help="The same seed and settings give the same picture.", show_default="0")
]
Steps = Annotated[
    int | None,
    typer.Option(help="Evaluations of the transformer at most; more is slower.", show_default="16"),
]
Order = Annotated[
    str | None,
    typer.Option(
        help="Which cells come first: random, confidence, halton, entropy or raster.", show_default="halton"
    ),
]
Schedule = Annotated[
    str | None,
    typer.Option(
        help="How many cells each step reveals: linear, cosine (few at first) or arccos.",
        show_default="cosine",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(help="Below 1 tamer, above 1 wilder; 0 takes the likeliest codes.", show_default="1.0"),
]
TopK = Annotated[
    int | None, typer.Option(help="Draw from that many of the likeliest codes only.", show_default="all")
]
TopP = Annotated[
    float | None,
    typer.Option(
        help="Draw from the likeliest codes that together have this probability.", show_default="1.0"
    ),
]
Label = Annotated[
    str | None,
    typer.Option(help="What to paint, for instance church-night.", show_default="whatever comes"),
]
Guidance = Annotated[
    float | None,
    typer.Option(help="How strongly the label is followed: 1 as trained, 3 strongly.", show_default="1.0"),
]
Count = Annotated[int, typer.Option(min=1, help="How many pictures, with seeds one apart.")]
Out = Annotated[
    Path,
    typer.Option(
        help="A PNG file, or a folder to put it in under a name of label and seed; with --count a folder."
    ),
]


@app.command()
def generate(
    model: Model = None,
    seed: Seed = None,
    steps: Steps = None,
    order: Order = None,
    schedule: Schedule = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    label: Label = None,
    guidance: Guidance = None,
    count: Count = 1,
    out: Out = Path(),
    recipe: Annotated[
        Path | None,
        typer.Option(help="Make the picture of this recipe (JSON, or a PNG by Unleash) again."),
    ] = None,
) -> None:
    """Paint pictures from nothing, or again from a recipe.

    Every PNG carries its recipe. With --recipe, canvas, model and settings
    are the recipe's, but for the options you give besides: those vary the
    picture. Without any, it is the same picture again.

    Examples:

    \b
      unleash generate --label church-night --seed 3 --out night.png
      unleash generate --label bedroom-day --count 8 --out rooms
      unleash generate --recipe night.png --out again.png
      unleash generate --recipe night.png --seed 4 --steps 64 --out other.png
    """
    from unleash.recipe import Settings, read_recipe

    changes = _given(
        seed=seed,
        steps=steps,
        order=order,
        schedule=schedule,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        label=label,
        guidance_scale=guidance,
    )
    source = None if recipe is None else read_recipe(recipe)
    settings = Settings(**(source.settings.model_dump() if source else {}) | changes)
    name = model or (source.model if source else BUNDLED)
    files = _files(out, settings, count)
    pipe = _load(name)
    if source is not None and source.codes is not None and not changes and model is None and count == 1:
        # Rounding differs between machines; the codes that were recorded do not.
        _save(pipe, source, files[0])
    else:
        _paint(pipe, name, source.canvas if source else pipe.blank(), settings, files)


@app.command()
def edit(
    image: Annotated[Path, typer.Argument(help="The picture to start from; it is cut to a square.")],
    mask: Annotated[
        Path | None,
        typer.Option(
            help="A PNG as large as IMAGE: what is white (or, if it has transparency, opaque) is repainted."
        ),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(metavar="row,col=code", help="Put this code in this cell, counted from 0. Repeatable."),
    ] = None,
    model: Model = None,
    seed: Seed = None,
    steps: Steps = None,
    order: Order = None,
    schedule: Schedule = None,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    label: Label = None,
    guidance: Guidance = None,
    count: Count = 1,
    out: Out = Path(),
) -> None:
    """Repaint a part of a picture, and put chosen codes in chosen cells.

    A cell is repainted if the mask touches it at all; every other cell stays
    as it is. A pinned cell has its code whatever the mask says. The palette
    of `unleash studio` shows what each code looks like.

    Examples:

    \b
      unleash edit church.jpg --mask sky.png --label church-dusk --out dusk.png
      unleash edit church.jpg --mask sky.png --pin 2,3=817 --pin 2,4=817 --count 4 --out skies
    """
    from unleash.pictures import read_picture, to_square, touched_cells
    from unleash.recipe import Settings

    settings = Settings(
        **_given(
            seed=seed,
            steps=steps,
            order=order,
            schedule=schedule,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            label=label,
            guidance_scale=guidance,
        )
    )
    pins = [_pin(text) for text in pin or []]
    if mask is None and not pins:
        raise ValueError("nothing to do: give --mask, --pin or both")
    files = _files(out, settings, count)
    picture = read_picture(image)
    name = model or BUNDLED
    pipe = _load(name)
    grid = pipe.blank()
    canvas = pipe.encode(to_square(picture, grid.height * pipe.vqgan.cell_size, "crop"))
    if mask is not None:
        canvas = canvas.mask(touched_cells(mask, picture.size, (grid.height, grid.width)))
    for cell, code in pins:
        canvas = canvas.pin(cell, code)
    _paint(pipe, name, canvas, settings, files)


@app.command()
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
    from unleash.checkpoints import convert as convert_files

    convert_files(vqgan, absorbing, out, heads=heads, image_size=image_size)
    typer.echo(out)


@app.command()
def studio(
    model: Annotated[
        list[str] | None, typer.Option(help="A model folder or Hub id to offer besides the bundled ones.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for every one.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to listen at.", show_default="the first free from 7860"),
    ] = None,
    share: Annotated[bool, typer.Option(help="Make a public link through gradio.live.")] = False,
) -> None:
    """Open the studio: paint masks and pins in the browser, and watch the cells fill.

    Examples:

    \b
      unleash studio
      unleash studio --model weights/churches --host 0.0.0.0 --port 8000
    """
    from unleash.studio import serve

    serve(model or (), host, port, share)


@app.command()
def scenes(
    label: Annotated[str, typer.Option(help="What to draw, for instance church-night or bedroom-rain.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    seed: Annotated[int, typer.Option(help="Of the first picture; the others count up from it.")] = 0,
    count: Annotated[int, typer.Option(min=1, help="How many pictures.")] = 1,
) -> None:
    """Draw pictures of the world that the bundled model was trained on, each with its label map.

    LABEL-SEED.png is the picture. LABEL-SEED.labels.png says of each pixel
    what it shows (sky, roof, bed...) as an index into the PNG's palette. The
    same label and seed draw the same picture. Needs skia-python, which the
    extra "train" installs.

    Example:

    \b
      unleash scenes --label church-night --seed 3 --count 16 --out night
    """
    from zlib import Z_RLE

    from PIL import Image
    from tqdm import tqdm

    from unleash.scenes import LABELS, draw
    from unleash.scenes.palette import label_image

    if label not in LABELS:
        raise ValueError(f"no label {label!r}; the labels are {', '.join(LABELS)}")
    out.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(seed, seed + count), desc=label, disable=None):
        scene = draw(label, number)
        # On pictures without noise this is both faster and smaller than zlib's fastest level.
        Image.fromarray(scene.picture).save(out / f"{label}-{number}.png", compress_type=Z_RLE)
        label_image(scene.elements).save(out / f"{label}-{number}.labels.png", compress_type=Z_RLE)


class Part(str, Enum):
    """What `unleash bench` can measure."""

    step = "step"
    image = "image"
    start = "start"
    full = "full"


@app.command()
def bench(
    only: Annotated[
        list[Part] | None, typer.Option(help="Measure this part only. Repeatable.", show_default="all")
    ] = None,
    model: Model = None,
    runs: Annotated[int, typer.Option(min=1, help="Of how many runs the median is taken.")] = 5,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure to this file too.")
    ] = None,
) -> None:
    """Measure how fast it is here: medians of several runs, after a warm-up that does not count.

    \b
      step    a step in the app: transformer, scheduler, decoder and WebP
      image   a picture in 16 steps, from a blank canvas
      start   from starting app.py to the first paint of its page
      full    a step of the paper's 77 M-parameter transformer, and how much
              of it bare matrix products of the same shapes take

    Example:

    \b
      unleash bench --only step --only image --json bench.json
    """
    from diffusers.utils import logging

    from unleash import bench as benchmark

    logging.disable_progress_bar()
    report = benchmark.measure([part.value for part in only or Part], model or BUNDLED, runs)
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    benchmark.show(report)


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _files(out: Path, settings: "Settings", count: int) -> list[Path]:
    """Where each picture goes; folders are made only when there is one to put there."""
    if count == 1 and not out.is_dir():
        if out.suffix.lower() != ".png":
            raise ValueError(f"--out {out}: a file name ending in .png, or a folder that is there, is right")
        return [out]
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file; {count} pictures need a folder")
    stem = settings.label or "picture"
    return [out / f"{stem}-{settings.seed + i}.png" for i in range(count)]


def _load(model: str) -> "UnleashPipeline":
    from diffusers.utils import logging

    from unleash.pipeline import UnleashPipeline

    logging.disable_progress_bar()  # of the loading, which takes no time worth watching
    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=None if sys.stderr.isatty() else True)
    return pipe


def _paint(
    pipe: "UnleashPipeline", model: str, canvas: "TokenCanvas", settings: "Settings", files: list[Path]
) -> None:
    """Fills the canvas once for each file, with seeds one apart."""
    from unleash.recipe import Recipe

    for i, file in enumerate(files):
        seeded = settings.model_copy(update={"seed": settings.seed + i})
        arguments = seeded.model_dump()
        out = pipe(canvas, num_inference_steps=arguments.pop("steps"), **arguments)
        recipe = Recipe(model=model, canvas=canvas, settings=seeded, codes=out.canvases[0].codes.tolist())
        _save(pipe, recipe, file)


def _save(pipe: "UnleashPipeline", recipe: "Recipe", file: Path) -> None:
    """Writes the picture of a recipe that has its codes, and says where."""
    from unleash.recipe import write_png

    result = recipe.result
    assert result is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    write_png(pipe.render(result), recipe, file)
    typer.echo(file)


def _pin(text: str) -> tuple[tuple[int, int], int]:
    """The cell and the code of ``row,col=code``."""
    match = re.fullmatch(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*=\s*(-?\d+)\s*", text)
    if match is None:
        raise ValueError(f"--pin {text!r}: row,col=code is right, for example --pin 3,5=817")
    row, col, code = map(int, match.groups())
    return (row, col), code
