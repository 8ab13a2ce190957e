"""The controls of a canvas' size, of stitching and of inpainting."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Sizes(NativeComponent):
    """A new canvas of any size, more cells around the present one, a second picture, the soft brush.

    All of them are edits that the page makes by itself. Its value is only ever written by the server: what
    a run will take, ``{"kind": "time", "seconds", "canvas": [height, width]}``, or the second picture of a
    stitch, ``{"kind": "second", …}`` as the filmstrip's message of a canvas.
    """

    folder = "sizes"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="sizes", **options)
