"""The buttons of a run and its progress."""

from typing import Any

from unleash.studio.server.component import NativeComponent


class RunPanel(NativeComponent):
    """Generate, Stop, Resume and Again, the results of the last region, and the progress of the current run.

    The page handles it through the canvas. Its value is whether the model can be used.
    """

    folder = "run_panel"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="run-panel", **options)
