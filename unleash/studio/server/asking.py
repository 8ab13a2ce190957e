"""Events that start runs: the page is always told that a run, identified by its name, has ended."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
import pydantic_core
from gradio.components import Component

from unleash.studio.server.component import NativeComponent
from unleash.studio.server.registry import is_name
from unleash.studio.server.runs import Message, end
from unleash.studio.server.toasts import toasted

RUNS: dict[str, Any] = {"preprocess": False, "trigger_mode": "multiple"}
"""Options of events that start runs: :func:`named` reads the values, and no click is skipped."""

Told = Iterator[tuple[Any, Any]]
"""Messages of a run, and the seed if a new one was drawn."""


def named(listener: Callable[..., Told], inputs: Sequence[Component]) -> Callable[..., Told]:
    """Wraps a listener so that it reads raw values from the page and always reports the end of its run.

    If Gradio read the values, an invalid one would end the event while the page keeps waiting for the run.

    Args:
        listener: receives the preprocessed values of the inputs and yields the messages of one run.
        inputs: the value of the first is an object from the page that names the ``run``.
    """

    def listen(*given: Any) -> Told:
        ending: Message = end(None)
        try:
            with toasted():
                first, *others = given
                asked = pydantic_core.from_json(first) if isinstance(first, str) else first
                name = asked.get("run") if isinstance(asked, dict) else None
                ending = end(name if is_name(name) else None)
                values = [_read(*pair) for pair in zip(inputs, [asked, *others], strict=True)]
            yield from listener(*values)
        except Exception:
            yield ending, gr.skip()
            raise

    return listen


def _read(component: Component, value: Any) -> Any:
    if isinstance(component, NativeComponent | gr.Slider | gr.Number):
        return component.preprocess(value)
    # The choices of a menu depend on the model; a run itself reports values that its model lacks.
    if value is None or isinstance(value, str | bool):
        return value
    raise ValueError(f"{getattr(component, 'label', 'this')}: choose one of the options")
