"""The filmstrip: runs and the pictures they made."""

from typing import Any

from unleash.studio.server import registry
from unleash.studio.server.component import NativeComponent


class Filmstrip(NativeComponent):
    """The progress of a run and the session's pictures; what the server has to say to the canvas.

    Its value is the last :data:`~unleash.studio.server.runs.Message` and is only ever written by the server,
    so that frames that arrive and strokes that are painted meanwhile cannot overwrite each other. The page
    stops a run by its name, and asks after one that it has long heard nothing of.
    """

    folder = "filmstrip"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="filmstrip", server_functions=[registry.stop, registry.ended], **options)
