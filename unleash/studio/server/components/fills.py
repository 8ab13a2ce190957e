"""The same canvas filled in several orders, side by side."""

from typing import Any

from unleash.studio.server import registry
from unleash.studio.server.component import NativeComponent


class Fills(NativeComponent):
    """A board for each order, with the number of evaluations.

    Its value is the last message of ``server/lesson.py``: ``blank`` at first, ``filled`` when the page
    is loaded, then ``begin``, ``step`` and ``end`` of a run. To request a run it submits an object that
    names the ``run``; a listener receives the name. It stops a run by its name.
    """

    folder = "fills"

    def __init__(self, value: dict[str, Any], **options: Any) -> None:
        super().__init__(value, elem_id="fills", server_functions=[registry.stop], **options)

    def read(self, value: Any) -> str:
        """The name of the requested run."""
        name = value.get("run") if isinstance(value, dict) else None
        if not registry.is_name(name):
            raise ValueError("press Fill again to start")
        return name
