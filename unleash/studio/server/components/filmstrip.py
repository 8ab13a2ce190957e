"""The filmstrip: the pictures of the session."""

from typing import Any

from unleash.studio.server import registry
from unleash.studio.server.component import NativeComponent


class Filmstrip(NativeComponent):
    """The session's pictures; also receives the server's messages about runs and canvases.

    Its value is the last :data:`~unleash.studio.server.runs.Message` and is only written by the server,
    so that arriving frames and strokes painted meanwhile cannot overwrite each other. The page
    stops a run by its name, and asks whether one without recent messages has ended.
    """

    folder = "filmstrip"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="filmstrip", server_functions=[registry.stop, registry.ended], **options)
