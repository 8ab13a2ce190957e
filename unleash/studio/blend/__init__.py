"""Which picture the present one is blended with."""

from typing import Any

from unleash.studio.component import NativeComponent

_MOST_CELLS = 64 * 64


class Blend(NativeComponent):
    """The other pictures of the session, one of them chosen.

    Its value is only ever written by the page; a listener gets the codes of the picture chosen, a list of
    rows, or None.
    """

    folder = "blend"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="blend-with", **options)

    def read(self, value: Any) -> list[list[int]] | None:
        """The page's JSON, checked."""
        rows = value.get("codes") if isinstance(value, dict) else None
        if rows is None:
            return None
        right = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
        if not right or not 0 < sum(map(len, rows)) <= _MOST_CELLS:
            raise ValueError("the codes of the other picture are a list of rows")
        return rows
