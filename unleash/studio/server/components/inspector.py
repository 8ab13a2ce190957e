"""The inspector: the model's predictions for the canvas, as numbers and heat maps."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Inspector(NativeComponent):
    """The likeliest codes of a cell, heat maps over the grid, and re-masking of the most surprising cells.

    It shows what the component of ``unleash.studio.server.components.predictions`` receives, without a value.
    """

    folder = "inspector"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="inspector", **options)
