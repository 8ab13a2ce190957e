"""The inspector: what the model predicts for the canvas, in numbers and over the grid."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Inspector(NativeComponent):
    """The likeliest codes of a cell, heat maps over the grid, and the repair of what surprises most.

    It shows what ``unleash.studio.server.components.predictions`` has brought, and has no value of its own.
    """

    folder = "inspector"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="inspector", **options)
