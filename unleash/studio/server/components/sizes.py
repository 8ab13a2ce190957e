"""The controls of a canvas' size, of stitching and of inpainting."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Sizes(NativeComponent):
    """A new canvas of any size, more cells around the present one, a second picture, the soft brush.

    All of them are edits that the page makes by itself. For the second picture of a stitch it uploads a file,
    whose ``path`` is the data of the event ``upload``. Its value is only ever written by the server: that
    picture, as the filmstrip's message of a canvas.
    """

    folder = "sizes"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="sizes", **options)
