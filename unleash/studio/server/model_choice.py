"""The choice of a model: the menu, what there is to know of the model, and a field to add another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import gradio as gr
from gradio.components import Component

from unleash.studio.server.component import command
from unleash.studio.server.guard import from_the_page
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.toasts import inform, toasted

_INTERNAL: dict[str, Any] = {"api_visibility": "private"}
_PROGRESS = gr.Progress(track_tqdm=True)


@dataclass(frozen=True)
class ModelChoice:
    """The components a model is chosen by.

    Attributes:
        menu: the models offered.
        facts: a line about the one chosen.
        wanted: where the owner names another; None where visitors come.
        add: loads it.
    """

    menu: gr.Dropdown
    facts: gr.Markdown
    wanted: gr.Textbox | None
    add: gr.Button | None


def lay_out(handlers: Handlers, chosen: str) -> ModelChoice:
    """Place the components; the field only if the handlers may add models."""
    menu = gr.Dropdown(list(handlers.offered), value=chosen, label="Model", elem_id="model")
    facts = gr.Markdown(about(handlers, chosen), elem_id="model-facts")
    if not handlers.may_add:
        return ModelChoice(menu, facts, None, None)
    with gr.Row(elem_id="add-model"):
        wanted = gr.Textbox(
            label="Another model",
            placeholder="folder or Hub id",
            info="Only you see this: the studio runs on your machine",
            max_length=500,
            scale=3,
            elem_id="wanted-model",
        )
        add = gr.Button("Add", size="sm", scale=1, min_width=60, elem_id="add")
    return ModelChoice(menu, facts, wanted, add)


def wire(
    choice: ModelChoice,
    handlers: Handlers,
    switch: tuple[Callable[..., Any], list[Component], list[Component]],
    before: gr.State,
    **queue: Any,
) -> list[Any]:
    """Switch to another model, from the menu or newly added.

    Args:
        choice: the components.
        handlers: of the studio.
        switch: the listener that goes on with another model, its inputs and outputs, the filmstrip first.
        before: the model that the canvas on the page is of.
        queue: with whom the events wait.

    Returns:
        The events after which another model may be the chosen one.
    """
    hidden: dict[str, Any] = {"show_progress": "hidden", **_INTERNAL}
    quiet = {**queue, **hidden}
    go_on, inputs, outputs = switch
    choice.menu.input(**command("await-model"))
    switched = [choice.menu.input(go_on, inputs, outputs, trigger_mode="always_last", **quiet)]
    if choice.wanted is not None and choice.add is not None:

        def added_by(name: str, request: gr.Request, _progress: gr.Progress = _PROGRESS) -> list[Any]:
            return add(handlers, name, request)

        added = gr.on(
            [choice.add.click, choice.wanted.submit],
            added_by,
            choice.wanted,
            [choice.wanted, choice.menu],
            show_progress_on=[choice.wanted],
            **queue,
            **_INTERNAL,
        )
        added.success(**command("await-model"))
        switched.append(added.success(go_on, inputs, outputs, **quiet))
    for event in switched:
        event.success(_arrived, [choice.menu, before], outputs[0], queue=False, **hidden)
        failed = event.failure(lambda name: name, before, choice.menu, queue=False, **hidden)
        failed.then(**command("model-arrived"))
    return switched


def _arrived(chosen: str, before: str) -> Any:
    """Tell the page that its canvas is of the chosen model, unless another one was chosen meanwhile."""
    return {"kind": "arrived", "id": uuid4().hex} if chosen == before else gr.skip()


def tell(choice: ModelChoice, handlers: Handlers, events: Sequence[Any]) -> None:
    """Say what there is to know of the chosen model after each of the events."""
    for event in events:
        event.success(
            lambda name: about(handlers, name), choice.menu, choice.facts, show_progress="hidden", **_INTERNAL
        )


def add(handlers: Handlers, wanted: str, request: gr.Request | None) -> list[Any]:
    """Load a model, and only then offer and choose it: the emptied field, and the menu.

    Only the page that the owner opened may ask for it; ``request`` shows whether that asks.
    """
    with toasted():
        if not from_the_page(request):
            raise ValueError("models are added on the studio's own page: reload it and try again")
        name = handlers.add(wanted.strip())
    inform(f"{name} is in the menu now.")
    return ["", gr.Dropdown(list(handlers.offered), value=name)]


def about(handlers: Handlers, name: str) -> str:
    """A line about a model of the menu: its grid, codebook and size."""
    facts = handlers.about(name).facts if name in handlers.offered else {}
    return " · ".join(facts[heading] for heading in ("grid", "codebook", "size") if heading in facts)
