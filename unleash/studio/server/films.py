"""Saving the steps of a run as a GIF."""

from typing import Any

from unleash.images.animation import gif
from unleash.studio.server.components.filmstrip import Filmstrip
from unleash.studio.server.components.reel import Film, Reel
from unleash.studio.server.downloads import to_fetch
from unleash.studio.server.runs import Message
from unleash.studio.server.toasts import toasted

_INTERNAL: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def listen(reel: Reel, filmstrip: Filmstrip) -> None:
    """Let the page request GIFs by ``reel`` and download them by ``filmstrip``."""
    asked = reel.submit(save, reel, filmstrip, **_INTERNAL)
    for done in (asked.then, asked.failure):  # Gradio only runs "success" after an event without an error
        done(lambda: None, None, reel, queue=False, **_INTERNAL)


def save(film: Film) -> Message:
    """Write a film as a GIF, and a message to download it."""
    with toasted():
        file = to_fetch(gif(film.images), film.name)
    return {"kind": "file", "file": file.model_dump(), "name": film.name}
