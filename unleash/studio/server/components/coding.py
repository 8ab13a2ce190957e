"""A picture, its codes, and what the decoder makes of them."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Coding(NativeComponent):
    """A picture on its way through encoder and decoder, side by side.

    Its value is a message that ``server/lesson.py`` makes: ``look``, what to show, or ``sheet``, what the
    codes look like.
    """

    folder = "coding"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="coding", **options)
