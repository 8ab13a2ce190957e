"""The header of the page: files and history."""

from typing import Any

from gradio.events import EventListener

from unleash.studio.server.component import NativeComponent


class Header(NativeComponent):
    """Open, save, undo and redo, at the top of the page.

    The page asks by the event ``open`` for an uploaded file ``{"path", "older", "name"}``, by ``pack`` for
    what a project file holds of the server, and by ``unpack`` for a project to go on with. Each has a
    ``name``, which the answer has too.
    """

    EVENTS = [EventListener(name) for name in ("open", "pack", "unpack")]  # type: ignore[assignment]  # noqa: RUF012

    folder = "header"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="header", **options)
