"""The settings of sampling as options of a command, made from the fields of `Settings`."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from unleash.canvas.settings import RENAMED, Settings

_FLAGS = {"guidance_scale": "--guidance"}
"""Options with another name than their setting."""


def with_sampling(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that gives a command an option per setting, in place of its parameter ``chosen``.

    ``chosen`` receives a dictionary of the settings that were given, by their names in `Settings`.

    Args:
        without: names of settings that get no option.
    """
    options = _options({"regions", *without})  # regions are masks, for commands that know a picture's size

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = signature(command)
        parameters: list[Parameter] = []
        for parameter in own.parameters.values():
            shown = [parameter.replace(kind=Parameter.KEYWORD_ONLY)]
            parameters += options if parameter.name == "chosen" else shown

        @wraps(command)
        def wrapped(**given: Any) -> None:
            chosen = {
                option.name: value for option in options if (value := given.pop(option.name)) is not None
            }
            for old in chosen.keys() & RENAMED.keys():
                flag = RENAMED[old].replace("_", "-")
                typer.echo(f"--{old} is deprecated: use --{flag}", err=True)
                chosen[RENAMED[old]] = chosen.pop(old)
            command(chosen=chosen, **given)

        # Both, because the argument parser looks at both.
        wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return wrapped

    return decorate


def _options(without: set[str]) -> list[Parameter]:
    """The options, with hidden ones for the settings' old names."""
    options: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        types = get_args(field.annotation) or (field.annotation,)
        kind = next((number for number in (int, float) if number in types), str)
        help_text, default = field.description or "", "the model's own"
        if get_origin(field.annotation) is Literal:
            help_text += f" One of {', '.join(types)}."
        if name in ("label", "seed"):
            default = "any" if name == "label" else str(field.default)
        flag = _FLAGS.get(name, f"--{name.replace('_', '-')}")
        options[name] = Annotated[kind | None, typer.Option(flag, help=help_text, show_default=default)]
    hidden = {
        old: Annotated[str | None, typer.Option(f"--{old}", hidden=True)]
        for old, new in RENAMED.items()
        if new not in without
    }
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in (options | hidden).items()
        if name not in without
    ]
