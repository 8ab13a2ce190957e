"""Publishing typed and documented functions as endpoints with descriptions and validation.

``gr.api`` knows neither bounds nor descriptions of parameters, and does not validate values. So endpoints are
Gradio events without a trigger, between components of our own that describe the values.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from inspect import Parameter, Signature, getdoc, isgeneratorfunction, signature
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import gradio as gr
from gradio.components import Component
from pydantic import BeforeValidator, TypeAdapter, ValidationError, WithJsonSchema

from unleash.canvas.settings import RENAMED, Settings, one_line
from unleash.sampling.work import Work, in_steps
from unleash.studio.server.toasts import toasted

_FILE = {
    "title": "FileData",
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "meta": {"type": "object", "properties": {"_type": {"const": "gradio.FileData", "type": "string"}}},
    },
    "required": ["path", "meta"],
}


def _uploaded(value: Any) -> Path:
    # Gradio only checks that a path was uploaded if the value says that it is a file.
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("path"), str)
        or value.get("meta") != {"_type": "gradio.FileData"}
    ):
        raise ValueError("expected a file: gradio_client uploads one with handle_file(path)")
    return Path(value["path"])


Picture = Annotated[Path, BeforeValidator(_uploaded), WithJsonSchema(_FILE)]
"""An uploaded file."""

File = Annotated[gr.FileData, WithJsonSchema(_FILE)]
"""A file to download."""


class Value(Component):
    """An input or output of an endpoint; the page does not show it.

    Args:
        schema: JSON schema of the value.
        value: default value.
        label: name of the value.
    """

    EVENTS = []  # noqa: RUF012 - as in Gradio

    def __init__(self, schema: dict[str, Any], value: Any = None, label: str | None = None) -> None:
        self.schema = schema
        super().__init__(value=value, label=label)

    def get_block_name(self) -> str:
        """The component of Gradio's page for values of the API."""
        return "api"

    def preprocess(self, payload: Any) -> Any:
        """Unchanged: :func:`publish` validates."""
        return payload

    def postprocess(self, value: Any) -> Any:
        """Unchanged: :func:`publish` converts results to JSON."""
        return value

    def api_info(self) -> dict[str, Any]:
        """The JSON schema."""
        return self.schema

    def example_payload(self) -> Any:
        """The default, or a placeholder."""
        return "..." if self.value is None else self.value

    def example_value(self) -> Any:
        """The default, or a placeholder."""
        return self.example_payload()


def publish(function: Callable[..., Any], **queue: Any) -> None:
    """Publish a function as an endpoint under its name, with its docstring as the description.

    A parameter of type :class:`Settings` becomes one for each setting, None if it is not given, and
    one for each old name; the function receives those that were given. Arguments are validated against the
    annotations, and errors are reported in one line. A function that does `Work` is stopped at its next
    pause when nobody waits for the result any more.

    Args:
        function: its docstring describes every parameter and every value it returns in one line.
        queue: options of ``gr.on``.
    """
    flat = _flattened(signature(function))
    takes = {name: TypeAdapter(parameter.annotation) for name, parameter in flat.parameters.items()}
    gives = [TypeAdapter(annotation) for annotation in _each(flat.return_annotation)]

    def arguments(values: tuple[Any, ...]) -> dict[str, Any]:
        given = flat.bind(*values).arguments.items()
        return _gathered(function, {name: _checked(name, takes[name], value) for name, value in given})

    def plain(result: Any) -> Any:
        results = result if len(gives) > 1 else (result,)
        dumped = [
            adapter.dump_python(value, mode="json") for adapter, value in zip(gives, results, strict=True)
        ]
        return dumped if len(gives) > 1 else dumped[0]

    def at_once(*values: Any) -> Any:
        with toasted():
            return plain(function(**arguments(values)))

    def by_steps(*values: Any) -> Iterator[Any]:
        def work() -> Work[Any]:
            return plain((yield from function(**arguments(values))))

        with toasted():
            yield from in_steps(work(), [None] * len(gives) if len(gives) > 1 else None)

    called: Callable[..., Any] = by_steps if isgeneratorfunction(function) else at_once
    called.__name__ = function.__name__
    called.__doc__ = _documented(function)
    called.__signature__ = flat  # type: ignore[attr-defined]
    called.__annotations__ = {name: parameter.annotation for name, parameter in flat.parameters.items()}
    lines = re.findall(r"^ +(\w+): (.+)$", called.__doc__ or "", re.MULTILINE)
    said, returned = dict(lines[: -len(gives)]), lines[-len(gives) :]
    gr.on(
        [],
        called,
        [
            Value(
                _schema(takes[name], said[name]),
                None if given.default is Parameter.empty else given.default,
                name,
            )
            for name, given in flat.parameters.items()
        ],
        [Value(_schema(give, text), label=name) for give, (name, text) in zip(gives, returned, strict=True)],
        api_name=function.__name__,
        show_progress="hidden",
        preprocess=False,
        postprocess=False,
        **queue,
    )


def _flattened(own: Signature) -> Signature:
    """A signature with the settings one by one, in place of the parameter that takes them together, and with
    the result of work for what is returned."""
    parameters: list[Parameter] = []
    later: list[Parameter] = []
    for parameter in own.parameters.values():
        if parameter.annotation is not Settings:
            parameters.append(parameter)
            continue
        for name, field in Settings.model_fields.items():
            kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
            parameters.append(Parameter(name, parameter.kind, default=None, annotation=kind | None))
        later += [
            Parameter(old, Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=str | None)
            for old in RENAMED
        ]
    parameters += later
    gives = own.return_annotation
    if get_origin(gives) is Generator:
        gives = get_args(gives)[-1]  # not what it yields
    return own.replace(parameters=parameters, return_annotation=gives)


def _gathered(function: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the flattened signature as those of the function."""
    for name, parameter in signature(function).parameters.items():
        if parameter.annotation is Settings:
            names = Settings.model_fields.keys() | RENAMED.keys()
            sampling = {key: given[key] for key in given if key in names and given[key] is not None}
            others = {key: value for key, value in given.items() if key not in names}
            return others | {name: Settings(**sampling)}
    return given


def _checked(name: str, adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{name}: {one_line(error)}") from None


def _documented(function: Callable[..., Any]) -> str:
    """The docstring, with what it says of the settings one by one."""
    texts = {
        name: f"{field.description} None: the model's own." for name, field in Settings.model_fields.items()
    }
    lines = []
    for line in (getdoc(function) or "").splitlines():
        settings = line.strip().startswith("settings:")
        lines += [f"    {name}: {text}" for name, text in texts.items()] if settings else [line]
        if settings:
            lines += [f"    {old}: deprecated, the old name of {new}." for old, new in RENAMED.items()]
    return "\n".join(lines)


def _schema(adapter: TypeAdapter[Any], description: str) -> dict[str, Any]:
    schema = adapter.json_schema()
    schema = _inlined(schema, schema.pop("$defs", {}))
    # Optional values need no null in the schema, and clients only recognise a file by the schema itself.
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    schema = kinds[0] if len(kinds) == 1 else schema
    return {**schema, "description": description, "additional_description": description}


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A JSON schema without what clients do not understand: references and ``additionalProperties``."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {
        name: _inlined(part, definitions) for name, part in schema.items() if name != "additionalProperties"
    }


def _each(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is tuple else (annotation,)
