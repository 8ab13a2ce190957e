"""Which picture the present one is blended with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.document import grid_from_json
from unleash.studio.server.component import NativeComponent


class Blend(NativeComponent):
    """The other pictures of the session, one of them chosen.

    Its value is only ever written by the page; a listener gets the codes of the picture chosen, (h, w),
    or None.
    """

    folder = "blend"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="blend-with", **options)

    def read(self, value: Any) -> NDArray[np.int64] | None:
        """The page's JSON, checked."""
        rows = value.get("codes") if isinstance(value, dict) else None
        if rows is None:
            return None
        return grid_from_json(rows, "the other picture", int)
