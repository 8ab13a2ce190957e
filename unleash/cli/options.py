"""Options that several commands share, each stated once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unleash.canvas.bounds import MAX_COUNT
from unleash.canvas.settings import EngineName, Region, Settings
from unleash.cli.running import files_of, load, paint
from unleash.sampling_options import with_sampling

if TYPE_CHECKING:
    from unleash.canvas.document import TokenCanvas
    from unleash.images.compositing import Mask
    from unleash.images.fitting import Crop, Fit
    from unleash.operations.making import Draft
    from unleash.operations.opening import Opened
    from unleash.pipeline import UnleashPipeline

BUNDLED = "weights/scenes"
"""The model that comes with the repository, and is used if no other is asked for."""

Model = Annotated[
    str | None,
    typer.Option(
        help="A model folder, a name that `unleash models` lists, or an id on the Hugging Face Hub.",
        show_default=BUNDLED,
    ),
]
Count = Annotated[int, typer.Option(min=1, max=MAX_COUNT, help="How many pictures, with seeds one apart.")]
Out = Annotated[
    Path,
    typer.Option(
        help="A PNG file, or a folder to put it in under a name of label and seed; with --count a folder."
    ),
]
KeepPixels = Annotated[
    bool | None,
    typer.Option(
        "--keep-pixels/--render-all",
        help="Leave every pixel that is not repainted as it was, or draw the whole picture from its cells.",
        show_default="keep, unless the picture is just what Unleash drew",
    ),
]

Engine = Annotated[
    EngineName,
    typer.Option(help="What computes the model: torch, openvino (an extra), or auto, the faster one here."),
]

CropTo = Annotated[
    str | None,
    typer.Option(
        "--crop",
        metavar="x,y,w,h",
        help="The part of the picture to open, in its pixels: left, top, width, height.",
        show_default="all of it, or the square in its middle",
    ),
]

Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="mask.png=what",
        help="Cells that the mask touches have this label or prompt instead. Repeatable.",
    ),
]


@dataclass(frozen=True)
class Job:
    """What a command that paints was asked for besides its own options.

    Attributes:
        model: that is used.
        settings: those that were given.
        files: where each picture goes.
        engine: what computes the model.
    """

    model: str
    settings: Settings
    files: list[Path]
    engine: EngineName

    @cached_property
    def pipe(self) -> "UnleashPipeline":
        """The model's pipeline, loaded when it is first needed."""
        return load(self.model, self.engine)

    @cached_property
    def name(self) -> str:
        """The model's name in recipes."""
        from unleash.models.folders import known_as

        return known_as(self.model)

    def open(self, picture: Path, fit: "Fit" = "crop", crop: str | None = None) -> "Opened":
        """A picture as cells, or the part of it that ``--crop`` names, in its own shape."""
        from unleash.operations.opening import open_picture

        part = None if crop is None else _crop(crop)
        opened = open_picture(self.pipe, self.name, picture, fit if part is None else "cells", part)
        if opened.cut and opened.shown is not None:
            left, top, right, bottom = map(round, opened.shown)
            typer.echo(
                f"{picture.name} is cropped from {opened.size[0]}×{opened.size[1]} pixels to "
                f"{left},{top},{right - left},{bottom - top}; choose another part with --crop",
                err=True,
            )
        if opened.changed:
            typer.echo(
                f"{picture.name} was changed after Unleash wrote it: what it shows is opened, and its recipe "
                f"is not used (`unleash generate --recipe {picture.name}` makes the older picture)",
                err=True,
            )
        return opened

    def paint(self, draft: "Draft") -> None:
        """Makes the picture of a draft once for each file; what was not given is as the model has it."""
        paint(self.pipe, self.name, draft, self.settings.over(self.pipe.defaults), self.files)


def _crop(text: str) -> "Crop":
    """The part of a picture that ``x,y,w,h`` names."""
    match = re.fullmatch(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*", text)
    if match is None:
        raise ValueError(f"--crop {text!r}: expected x,y,w,h in pixels, for example --crop 100,0,512,512")
    x, y, width, height = map(int, match.groups())
    return x, y, width, height


def with_regions(
    settings: Settings,
    given: list[str] | None,
    canvas: "TokenCanvas",
    size: tuple[int, int],
    cropped: "Callable[[Mask], Mask]" = lambda mask: mask,
) -> Settings:
    """The settings with regions of ``mask.png=what``.

    The masks are as large as the picture; ``cropped`` makes of one the part that the canvas shows.
    """
    if not given:
        return settings
    from unleash.images.compositing import touched_cells
    from unleash.images.masks import read_mask

    regions = []
    for text in given:
        file, equals, shows = text.partition("=")
        if not file or not equals or not shows.strip():
            example = "--region sky.png=church-dusk"
            raise ValueError(f"--region {text!r}: expected mask.png=what, for example {example}")
        mask = cropped(read_mask(Path(file), size))
        cells = touched_cells(mask, (canvas.height, canvas.width))
        if cells.any():
            rows, cols = (places.tolist() for places in cells.nonzero())
            regions.append(Region(shows=shows.strip(), cells=tuple(zip(rows, cols, strict=True))))
    return settings.changed(regions=tuple(regions))


def with_job(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command options of run, model and files, in place of its parameter ``job``."""

    def run(chosen: dict[str, Any], model: Model, count: Count, out: Out, engine: Engine, **own: Any) -> None:
        settings = Settings(**chosen)
        command(job=Job(model or BUNDLED, settings, files_of(out, settings, count), engine), **own)

    shared = {
        "model": (Model, None),
        "chosen": (Any, Parameter.empty),
        "count": (Count, 1),
        "out": (Out, Path()),
        "engine": (Engine, "auto"),
    }
    parameters: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        if parameter.name != "job":
            parameters.append(parameter.replace(kind=Parameter.KEYWORD_ONLY))
            continue
        parameters += [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in shared.items()
        ]
    update_wrapper(run, command)
    run.__signature__ = signature(command).replace(parameters=parameters)  # type: ignore[attr-defined]
    return with_sampling()(run)
