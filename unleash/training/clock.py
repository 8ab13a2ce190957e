"""Training progress, measured in steps or in minutes."""

from time import monotonic
from typing import Any


class Clock:
    """Counts the steps and seconds of a run and reports its progress.

    Args:
        steps: length of the run in steps; ignored if ``minutes`` is given.
        minutes: length of the run in minutes; None: the run ends after ``steps``.
    """

    def __init__(self, steps: int, minutes: float | None = None) -> None:
        self.step = 0
        self._steps, self._seconds = steps, None if minutes is None else minutes * 60
        self._before = 0.0
        self._began: float | None = None

    def start(self) -> None:
        """Starts counting seconds, on top of those restored from a checkpoint."""
        self._began = monotonic()

    @property
    def seconds(self) -> float:
        """Training time so far, including the time before the run was resumed; 0 until it starts."""
        return self._before if self._began is None else self._before + monotonic() - self._began

    @property
    def share(self) -> float:
        """Completed fraction of the run; may exceed 1."""
        return self.share_at(self.step)

    def share_at(self, step: int) -> float:
        """Completed fraction at ``step``; if the run is measured in minutes, the fraction now."""
        return step / self._steps if self._seconds is None else self.seconds / self._seconds

    @property
    def over(self) -> bool:
        """Whether the run is complete; every run takes at least one step."""
        return self.share >= 1 and self.step > 0

    def passed(self, place: float) -> bool:
        """Whether step ``place``, or below 1 that fraction of the run, has been reached."""
        return self.share >= place if 0 < place < 1 else self.step >= place

    def state_dict(self) -> dict[str, Any]:
        """The state to save in a checkpoint."""
        return {"step": self.step, "seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores the step and the seconds."""
        self.step, self._before = state["step"], state.get("seconds", 0.0)
        self.start()
