"""The forward process under a slider."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Masking(NativeComponent):
    """A picture that a slider masks away, cell by cell; all of it happens in the browser.

    Its value is the message ``look`` of ``unleash.studio.server.lesson``, which says when each cell goes.
    """

    folder = "masking"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="masking", **options)
