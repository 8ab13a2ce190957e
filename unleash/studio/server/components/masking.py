"""The forward process under a slider."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Masking(NativeComponent):
    """A picture that a slider masks cell by cell; it runs in the browser only.

    Its value is the message ``look`` of ``server/lesson.py``, with the time at which each cell is masked.
    """

    folder = "masking"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="masking", **options)
