"""A picture, its codes and its reconstruction."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Coding(NativeComponent):
    """A picture before and after encoder and decoder, side by side.

    Its value is a message from ``server/lesson.py``: ``look``, a picture and its codes, or ``sheet``, the
    thumbnails of all codes.
    """

    folder = "coding"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="coding", **options)
