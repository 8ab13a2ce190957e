"""Options that several commands share, each stated once."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from unleash.canvas.bounds import MAX_COUNT

BUNDLED = "weights/scenes"
"""The model that comes with the repository, and is used if no other is asked for."""

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
Correction = Annotated[
    float | None,
    typer.Option(
        help="Share of the steps, up to 0.5, that draw the cells filled first once more.", show_default="0.0"
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

_SAMPLING: dict[str, Any] = {
    "seed": Seed,
    "steps": Steps,
    "order": Order,
    "schedule": Schedule,
    "temperature": Temperature,
    "top_k": TopK,
    "top_p": TopP,
    "label": Label,
    "guidance": Guidance,
    "correction": Correction,
}


def with_sampling(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of a run, in place of its parameter ``chosen``.

    ``chosen`` gets those that were given, under their names in ``Settings``.
    """
    options = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _SAMPLING.items()
    ]
    own = signature(command)
    parameters: list[Parameter] = []
    for parameter in own.parameters.values():
        shown = [parameter.replace(kind=Parameter.KEYWORD_ONLY)]
        parameters += options if parameter.name == "chosen" else shown

    @wraps(command)
    def wrapped(**given: Any) -> None:
        values = {name: given.pop(name) for name in _SAMPLING}
        values["guidance_scale"] = values.pop("guidance")
        command(chosen={name: value for name, value in values.items() if value is not None}, **given)

    # Both, because the argument parser looks at both.
    wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapped
