"""The controls for the size of the canvas, stitching and inpainting."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Sizes(NativeComponent):
    """A new canvas of any size, more cells around the current one, a second picture, the soft brush.

    The page makes all of these edits itself. For the second picture of a stitch it uploads a file,
    whose ``path`` is the data of the event ``upload``. Only the server writes its value: that
    picture, as a canvas message of the filmstrip.
    """

    folder = "sizes"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="sizes", **options)
