"""About how long a run will take."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Estimate(NativeComponent):
    """A line that says how long filling a large canvas or several regions will take; it asks by ``submit``.

    Its value is only ever written by the server: ``{"id", "seconds", "canvas": [height, width],
    "evaluations"}``, the last those of a step at most.
    """

    folder = "estimate"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="estimate", **options)
