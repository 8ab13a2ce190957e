"""How far a training has come: by its steps, or by the minutes it was given."""

from time import monotonic
from typing import Any


class Clock:
    """Counts the steps and the seconds of one training, and says what share of it is over.

    Args:
        steps: how many there are in all, unless ``minutes`` are given.
        minutes: how long the training takes, however many steps that are; None: until the last step.
    """

    def __init__(self, steps: int, minutes: float | None = None) -> None:
        self.step = 0
        self._steps, self._seconds = steps, None if minutes is None else minutes * 60
        self._before, self._began = 0.0, monotonic()

    def start(self) -> None:
        """Counts the seconds from now on; what a checkpoint brought stays counted."""
        self._began = monotonic()

    @property
    def seconds(self) -> float:
        """How long the training has taken, earlier sessions of it included."""
        return self._before + monotonic() - self._began

    @property
    def share(self) -> float:
        """How much of the training is over, from 0 to 1 and beyond."""
        return self.share_at(self.step)

    def share_at(self, step: int) -> float:
        """How much is over at a step, or by now if the minutes decide."""
        return step / self._steps if self._seconds is None else self.seconds / self._seconds

    @property
    def over(self) -> bool:
        """Whether the training is at its end; however few minutes there are, they hold a step."""
        return self.share >= 1 and self.step > 0

    def passed(self, place: float) -> bool:
        """Whether a step, or below 1 a share of the training, has been reached."""
        return self.share >= place if 0 < place < 1 else self.step >= place

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {"step": self.step, "seconds": self.seconds}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the step and the seconds back."""
        self.step, self._before = state["step"], state.get("seconds", 0.0)
        self.start()
