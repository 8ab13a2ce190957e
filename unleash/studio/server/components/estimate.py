"""The estimated time of a run."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class Estimate(NativeComponent):
    """A line with the estimated time to fill a large canvas or regions; it requests one by ``submit``, with
    the canvas that Generate would fill.

    Only the server writes its value: ``{"id", "seconds", "canvas": [height, width], "evaluations"}``, the
    last being the mean number of evaluations of a step, rounded up.
    """

    folder = "estimate"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="estimate", **options)
