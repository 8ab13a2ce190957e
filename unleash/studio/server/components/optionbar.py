"""The bar of options above the canvas."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class OptionBar(NativeComponent):
    """The options of the tool in hand; all of it happens in the browser."""

    folder = "optionbar"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="options", **options)
