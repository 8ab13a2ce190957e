"""The bar of options above the canvas."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class OptionBar(NativeComponent):
    """The options of the current tool; it runs in the browser only."""

    folder = "optionbar"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="options", **options)
