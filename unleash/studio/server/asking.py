"""Events that begin runs: whatever becomes of a run, the page hears by its name that it has ended."""

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
"""Options of events that begin runs: :func:`named` reads the values, and no press is skipped."""

Told = Iterator[tuple[Any, Any]]
"""Messages of a run, and the seed where a new one was drawn."""


def named(listener: Callable[..., Told], inputs: Sequence[Component]) -> Callable[..., Told]:
    """A listener, to values as the page sends them, that always tells the end of its run.

    Were the values read by Gradio, one that is wrong would end a run that the page goes on waiting for.

    Args:
        listener: takes the values of the inputs as they are read, and tells of one run.
        inputs: the value of the first is an object of the page that names the ``run``.
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
    # What the choices of a menu are depends on the model; what a run does with others, it says itself.
    if value is None or isinstance(value, str | bool):
        return value
    raise ValueError(f"{getattr(component, 'label', 'this')}: choose one of what is offered")
