"""The dialog about a picture of another shape than the model's."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Opening(NativeComponent):
    """Asks which part of such a picture is opened, and how it is fitted; runs only in the browser."""

    folder = "opening"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="opening", **options)
