"""The same canvas filled in several orders, side by side."""

from typing import Any

from unleash.studio.component import NativeComponent


class Fills(NativeComponent):
    """A board for each order, and how many evaluations its picture took.

    Its value is the last message of ``unleash.studio.lesson``: ``blank`` to begin with, then ``begin`` and
    ``step`` of a run.
    """

    folder = "fills"

    def __init__(self, value: dict[str, Any], **options: Any) -> None:
        super().__init__(value, elem_id="fills", **options)
