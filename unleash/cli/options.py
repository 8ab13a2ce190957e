"""Options that several commands share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unleash.canvas.bounds import MAX_COUNT
from unleash.canvas.settings import EngineName, Region, Settings, check_engine
from unleash.cli.running import files_of, load, paint
from unleash.sampling_options import with_sampling

if TYPE_CHECKING:
    from unleash.images.fitting import Crop, Fit
    from unleash.operations.making import Draft
    from unleash.operations.opening import Opened
    from unleash.pipeline import UnleashPipeline

BUNDLED = "weights/scenes"
"""The bundled model, the default."""

Model = Annotated[
    str | None,
    typer.Option(
        help="A model folder, a name that `unleash models` lists, or an id on the Hugging Face Hub.",
        show_default=BUNDLED,
    ),
]
Count = Annotated[int, typer.Option(min=1, max=MAX_COUNT, help="Number of pictures, with consecutive seeds.")]
Out = Annotated[
    Path,
    typer.Option(help="A PNG file, or a folder for files named by label and seed; with --count a folder."),
]
KeepPixels = Annotated[
    bool | None,
    typer.Option(
        "--keep-pixels/--render-all",
        help="Keep every pixel that is not repainted, or decode the whole picture from its cells.",
        show_default="keep, unless Unleash drew the whole picture",
    ),
]

Engine = Annotated[
    EngineName,
    typer.Option(
        help="torch, openvino (an extra), auto for the fastest on this machine, or ray://HOST:PORT for a "
        "model that `unleash serve-models` serves; generate also takes ray, for a cluster."
    ),
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
        help="Cells that the mask touches get this label or prompt instead. Repeatable.",
    ),
]


@dataclass(frozen=True)
class Job:
    """The shared options of a command that makes pictures.

    Attributes:
        model: the model.
        settings: the given settings.
        out: where the pictures go.
        count: how many are made.
        engine: the engine.
    """

    model: str
    settings: Settings
    out: Path
    count: int
    engine: EngineName

    @cached_property
    def pipe(self) -> "UnleashPipeline":
        """The model's pipeline, loaded on first access."""
        return load(self.model)

    @cached_property
    def files(self) -> list[Path]:
        """Where each picture goes."""
        return files_of(self.out, self.settings, self.count)

    @cached_property
    def name(self) -> str:
        """The model's name in recipes."""
        from unleash.models.locating import known_as

        return known_as(self.model)

    def open(self, picture: Path, fit: "Fit" = "crop", crop: str | None = None) -> "Opened":
        """A picture as cells, or the part of it that ``--crop`` names, in its own shape.

        Before that takes its time, it is checked whether there is a place for the result.
        """
        from unleash.operations.opening import open_picture

        assert self.files
        part = None if crop is None else crop_of(crop)
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
                f"{picture.name} was changed after Unleash wrote it: it is opened as it is, and its recipe "
                f"is not used (`unleash generate --recipe {picture.name}` makes the older picture)",
                err=True,
            )
        return opened

    def paint(self, draft: "Draft", regions: tuple[Region, ...] = ()) -> None:
        """Makes the picture of a draft once for each file; settings not given are the model's defaults."""
        settings = self.settings.over(self.pipe.defaults).model_copy(update={"regions": regions})
        paint(self.pipe, self.name, draft, settings, self.files, engine=self.engine)


def crop_of(text: str) -> "Crop":
    """The part of a picture that ``x,y,w,h`` names."""
    match = re.fullmatch(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*", text)
    if match is None:
        raise ValueError(f"--crop {text!r}: expected x,y,w,h in pixels, for example --crop 100,0,512,512")
    x, y, width, height = map(int, match.groups())
    return x, y, width, height


def region_masks(given: list[str] | None) -> list[tuple[Path, str]]:
    """Of each ``mask.png=what``, the file and what its region shows."""
    parts = [(text, *text.partition("=")) for text in given or []]
    for text, file, _, shows in parts:
        if not file or not shows.strip():
            example = "--region sky.png=church-dusk"
            raise ValueError(f"--region {text!r}: expected mask.png=what, for example {example}")
    return [(Path(file), shows.strip()) for _, file, _, shows in parts]


def with_job(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command options for settings, model and files, in place of its parameter ``job``."""

    def run(chosen: dict[str, Any], model: Model, count: Count, out: Out, engine: Engine, **own: Any) -> None:
        check_engine(engine)
        settings = Settings(**chosen)
        command(job=Job(model or BUNDLED, settings, out, count, engine), **own)

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
