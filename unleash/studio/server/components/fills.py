"""The same canvas filled in several orders, side by side."""

from typing import Any

from unleash.studio.server import registry
from unleash.studio.server.component import NativeComponent


class Fills(NativeComponent):
    """A board for each order, and how many evaluations its picture took.

    Its value is the last message of ``server/lesson.py``: ``blank`` to begin with, ``filled`` when the page
    was loaded, then ``begin``, ``step`` and ``end`` of a run. To ask for a run it submits an object that
    names the ``run``; a listener gets the name. It stops a run by its name.
    """

    folder = "fills"

    def __init__(self, value: dict[str, Any], **options: Any) -> None:
        super().__init__(value, elem_id="fills", server_functions=[registry.stop], **options)

    def read(self, value: Any) -> str:
        """The name of the run that is asked for."""
        name = value.get("run") if isinstance(value, dict) else None
        if not registry.is_name(name):
            raise ValueError("press Fill again to begin")
        return name
