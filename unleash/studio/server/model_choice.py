"""The choice of a model: the menu, what there is to know of the model, and ways to add another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import gradio as gr
from gradio.components import Component

from unleash.models.cards import read_card
from unleash.studio.server.component import command, event_data
from unleash.studio.server.components.getting import Getting
from unleash.studio.server.guard import from_the_page
from unleash.studio.server.handlers import Handlers
from unleash.studio.server.menu import folder
from unleash.studio.server.model_downloads import Getter
from unleash.studio.server.toasts import inform, toasted

_INTERNAL: dict[str, Any] = {"api_visibility": "private"}
_PROGRESS = gr.Progress(track_tqdm=True)


@dataclass(frozen=True)
class ModelChoice:
    """The components to choose a model with.

    Attributes:
        menu: the menu of models.
        facts: a line about the chosen one.
        card: what its authors say of it.
        wanted: a field for another model; None if the app is public.
        add: loads it.
        public: the public models to fetch; None where visitors come.
    """

    menu: gr.Dropdown
    facts: gr.Markdown
    card: gr.Markdown
    wanted: gr.Textbox | None
    add: gr.Button | None
    public: Getting | None


def lay_out(handlers: Handlers, chosen: str) -> ModelChoice:
    """Create the components; the field only if the handlers may add models."""
    menu = gr.Dropdown(list(handlers.offered), value=chosen, label="Model", elem_id="model")
    facts = gr.Markdown(about(handlers, chosen), elem_id="model-facts")
    with gr.Accordion("About this model", open=False, elem_id="about-model"):
        card = gr.Markdown(card_of(handlers, chosen), elem_id="card")
    if not handlers.may_add:
        return ModelChoice(menu, facts, card, None, None, None)
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
    with gr.Accordion("Get another model", open=False, elem_id="get-model"):
        public = Getting()
    return ModelChoice(menu, facts, card, wanted, add, public)


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
        switch: the listener that switches models, its inputs and outputs, with the filmstrip first.
        before: the model of the canvas on the page.
        queue: options of the queue.

    Returns:
        The events that may change the chosen model.
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
        chosen = [added]
        if choice.public is not None:
            chosen.append(_wire_public(choice.public, [choice.wanted, choice.menu], handlers, queue))
        for event in chosen:
            event.success(**command("await-model"))
            switched.append(event.success(go_on, inputs, outputs, **quiet))
    for event in switched:
        event.success(_arrived, [choice.menu, before], outputs[0], queue=False, **hidden)
        failed = event.failure(lambda name: name, before, choice.menu, queue=False, **hidden)
        failed.then(**command("model-arrived"))
    return switched


def _wire_public(public: Getting, added: list[Component], handlers: Handlers, queue: dict[str, Any]) -> Any:
    """Let public models be downloaded; returns the event that adds one, with the outputs ``added``."""
    getter = Getter()

    def get(event: gr.EventData, request: gr.Request) -> Iterator[Any]:
        with toasted():
            _check_owner(request)
            getter.begin(_named(event))
        yield from getter.follow()

    def look(request: gr.Request) -> Iterator[Any]:
        with toasted():
            _check_owner(request)
        yield from getter.follow()

    def cancel(request: gr.Request) -> None:
        with toasted():
            _check_owner(request)
        getter.cancel()

    def use(event: gr.EventData, request: gr.Request, _progress: gr.Progress = _PROGRESS) -> list[Any]:
        with toasted():
            name = _named(event)
        return add(handlers, name, request)

    follows: dict[str, Any] = {"concurrency_limit": 8, "show_progress": "hidden", **_INTERNAL}
    public.get(get, None, public, trigger_mode="multiple", **follows)
    public.look(look, None, public, trigger_mode="multiple", **follows)
    public.cancel(cancel, None, None, queue=False, show_progress="hidden", **_INTERNAL)
    return public.use(use, None, added, **queue, **_INTERNAL)


def _named(event: gr.EventData) -> str:
    """The model that the page names; what it says may come from anyone."""
    asked = event_data(event)
    name = asked.get("name") if isinstance(asked, dict) else None
    if not isinstance(name, str):
        raise ValueError("choose one of the models in the table")
    return name


def _arrived(chosen: str, before: str) -> Any:
    """Record the chosen model as that of the canvas, unless another one was chosen meanwhile."""
    return {"kind": "arrived", "id": uuid4().hex} if chosen == before else gr.skip()


def tell(choice: ModelChoice, handlers: Handlers, events: Sequence[Any]) -> None:
    """Update the facts about the chosen model after each of the events."""

    def facts(name: Any) -> tuple[str, str]:
        known = name if isinstance(name, str) else ""  # a page may send anything
        with toasted():
            return about(handlers, known), card_of(handlers, known)

    for event in events:
        event.success(
            facts,
            choice.menu,
            [choice.facts, choice.card],
            show_progress="hidden",
            **_INTERNAL,
        )


def add(handlers: Handlers, wanted: str, request: gr.Request | None) -> list[Any]:
    """Load a model, then add it to the menu and choose it; returns the emptied field and the menu.

    Only the owner's page may do so, which ``request`` proves.
    """
    with toasted():
        _check_owner(request)
        name = handlers.add(wanted.strip())
    inform(f"{name} was added to the menu.")
    return ["", gr.Dropdown(list(handlers.offered), value=name)]


def _check_owner(request: gr.Request | None) -> None:
    """Checks that the request comes from the owner's page.

    Raises:
        ValueError: if it does not.
    """
    if not from_the_page(request):
        raise ValueError("models can only be added on the studio's own page: reload it and try again")


def card_of(handlers: Handlers, name: str) -> str:
    """The licence of a model of the menu and what its authors say of it, as Markdown."""
    card = read_card(folder(handlers.offered[name])) if name in handlers.offered else None
    if card is None:
        return "Its folder has no card (`README.md`)."
    return f"**Licence:** {card.licence or 'none stated'}\n\n{card.text}"


def about(handlers: Handlers, name: str) -> str:
    """A line about a model in the menu: its grid, codebook and size."""
    facts = handlers.about(name).facts if name in handlers.offered else {}
    return " · ".join(facts[heading] for heading in ("grid", "codebook", "size") if heading in facts)
