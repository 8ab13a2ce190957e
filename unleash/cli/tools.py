"""`unleash studio`, `unleash scenes` and `unleash bench`."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from unleash.canvas.bounds import MAX_COUNT, MAX_SEED
from unleash.cli.options import BUNDLED, Engine, Model
from unleash.writing import whole_file, write_whole, written


def studio(
    model: Annotated[
        list[str] | None,
        typer.Option(help="A model folder, known name or Hub id to offer besides the bundled ones."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port to listen at.", show_default="the first free one from 7860"
        ),
    ] = None,
    share: Annotated[bool, typer.Option(help="Create a public link through gradio.live.")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Also offer its endpoints as MCP tools.")] = False,
    engine: Engine = "auto",
    longest: Annotated[
        float | None,
        typer.Option(
            min=1,
            metavar="SECONDS",
            help="Maximum predicted time of one request.",
            show_default="600 where others can reach the studio, else no limit",
        ),
    ] = None,
) -> None:
    """Open the studio: paint masks and pins in the browser, and watch the cells fill.

    At the default address and without --share, nobody else can reach it,
    and models can be added on the page.

    Examples:

    \b
      unleash studio
      unleash studio --model weights/churches --host 0.0.0.0 --port 8000
      unleash studio --mcp
    """
    from unleash.studio import serve

    serve(model or (), host, port, share, mcp, engine, longest)


def scenes(
    label: Annotated[str, typer.Option(help="What to draw, for instance church-night or bedroom-rain.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Seed of the first picture; the others count up.")
    ] = 0,
    count: Annotated[int, typer.Option(min=1, max=MAX_COUNT, help="How many pictures.")] = 1,
) -> None:
    """Draw pictures of the world that the bundled model was trained on, with label maps.

    LABEL-SEED.png is the picture. LABEL-SEED.labels.png says of each pixel
    what it shows (sky, roof, bed...) as an index into the PNG's palette. The
    same label and seed give the same picture. Needs skia-python, which the
    extra "train" installs.

    Example:

    \b
      unleash scenes --label church-night --seed 3 --count 16 --out night
    """
    from zlib import Z_RLE

    from PIL import Image
    from tqdm import tqdm

    from unleash.scenes import LABELS, draw
    from unleash.scenes.label_colours import label_image

    if label not in LABELS:
        raise ValueError(f"no label {label!r}; the labels are {', '.join(LABELS)}")
    with written(out):
        out.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(seed, seed + count), desc=label, disable=None):
        scene = draw(label, number)
        # On pictures without noise this is both faster and smaller than zlib's fastest level.
        pictures = {"png": Image.fromarray(scene.picture), "labels.png": label_image(scene.elements)}
        for ending, picture in pictures.items():
            with whole_file(out / f"{label}-{number}.{ending}") as part:
                picture.save(part, compress_type=Z_RLE)


class Part(str, Enum):
    """What `unleash bench` can measure."""

    step = "step"
    image = "image"
    start = "start"
    full = "full"
    families = "families"


def bench(
    only: Annotated[
        list[Part] | None,
        typer.Option(help="Measure this part only. Repeatable.", show_default="all but families"),
    ] = None,
    family: Annotated[
        list[str] | None,
        typer.Option(help="Measure this family only. Repeatable.", show_default="all, if families are"),
    ] = None,
    model: Model = None,
    runs: Annotated[int, typer.Option(min=1, help="Number of runs of which the median is taken.")] = 5,
    engines: Annotated[
        bool, typer.Option("--engines", help="Compare the engines with each other instead.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(help="Compare with another checkout of the project in this folder instead."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write all figures to this file.")
    ] = None,
) -> None:
    """Measure how fast it is on this machine: medians of several runs after a warm-up.

    \b
      step    a step as the app makes it: transformer, scheduler, decoder, WebP
      image   a picture in 16 steps, from a blank canvas
      start   from starting app.py to the first paint of its page
      full    a step of the paper's 77 M-parameter transformer, and how much
              of it bare matrix products of the same shapes take
      families  every model family at a published size, with random weights:
              an evaluation, the decoder, a picture with its defaults, and
              peak memory; takes minutes, and up to 8 GB of memory and 4 GB
              of disk space

    Examples:

    \b
      unleash bench --only step --only image --json bench.json
      unleash bench --family halton --runs 3
      unleash bench --engines --model weights/churches
      unleash bench --against ../unleash-before --runs 3
    """
    from diffusers.utils import logging

    from unleash.evaluation import bench as benchmark

    logging.disable_progress_bar()
    name = model or BUNDLED
    if engines:
        from unleash.evaluation import engine_table

        report = benchmark.reported(name, runs, [], engine_table.measure(name, runs))
    elif against is not None:
        from unleash.evaluation.against import ratios

        report = benchmark.reported(name, runs, ratios(against, runs))
    else:
        usual = [Part.families] if family else [part for part in Part if part is not Part.families]
        report = benchmark.measure([part.value for part in only or usual], name, runs, family or ())
    if json_file is not None:
        write_whole(json_file, json.dumps(report, indent=2) + "\n")
    benchmark.show(report)
