"""The choice of a picture to blend with the current one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.grids import grid_from_json
from unleash.studio.server.component import NativeComponent


class Blend(NativeComponent):
    """The other pictures of the session, of which one can be chosen.

    Only the page writes its value; a listener receives the codes (h, w) of the chosen picture,
    or None.
    """

    folder = "blend"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="blend-with", **options)

    def read(self, value: Any) -> NDArray[np.int64] | None:
        """Validates the page's JSON."""
        rows = value.get("codes") if isinstance(value, dict) else None
        if rows is None:
            return None
        return grid_from_json(rows, "the other picture", int)
