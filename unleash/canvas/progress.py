"""The progress of a run: everything needed to resume one that was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.bounds import MAX_SIDE, MAX_STEPS
from unleash.canvas.document import TokenCanvas
from unleash.canvas.messages import quoted


@dataclass(frozen=True, eq=False)
class Progress:
    """The state of a run after some of its steps.

    Resumed with the same initial canvas and settings, the run ends with the same picture.

    Attributes:
        step: number of completed steps, at least 1.
        codes: (h, w) int64, K where still unknown.
        filled_at: (h, w) int64, the step, from 0, that filled each cell; -1 where none did.
        confidence: (h, w) float32, the probability of each code when it was drawn; None if the settings do
            not need it.
        evaluated: (h, w) int64, the codes at the last full evaluation; None if the settings do not need it.
    """

    step: int
    codes: NDArray[np.int64]
    filled_at: NDArray[np.int64]
    confidence: NDArray[np.float32] | None = None
    evaluated: NDArray[np.int64] | None = None

    def canvas(self, start: TokenCanvas) -> TokenCanvas:
        """The canvas after these steps of a run that began with ``start``.

        Raises:
            ValueError: if the sizes differ, or a kept or pinned cell has another code.
        """
        if any(
            array is not None and array.shape != start.base.shape
            for array in (self.codes, self.filled_at, self.confidence, self.evaluated)
        ):
            raise ValueError(
                f"the progress has {'×'.join(map(str, self.codes.shape))} cells, the canvas "
                f"{start.height}×{start.width}; they must have the same size"
            )
        return start.filled(self.codes, partial=True)

    def to_dict(self) -> dict[str, Any]:
        """The progress as JSON types; floats are preserved exactly."""
        return {
            "step": self.step,
            "codes": self.codes.tolist(),
            "filled_at": self.filled_at.tolist(),
            "confidence": None if self.confidence is None else self.confidence.tolist(),
            "evaluated": None if self.evaluated is None else self.evaluated.tolist(),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Progress:
        """The progress in parsed, untrusted JSON.

        Raises:
            ValueError: if the data are invalid.
        """
        if not isinstance(data, dict):
            raise ValueError("progress must be an object with step, codes, filled_at and confidence")
        step = data.get("step")
        if type(step) is not int or not 1 <= step <= MAX_STEPS:
            raise ValueError(f"step must be a whole number from 1 to {MAX_STEPS}, not {quoted(step)}")
        confidence, evaluated = data.get("confidence"), data.get("evaluated")
        return cls(
            step,
            code_rows(data.get("codes"), "codes"),
            code_rows(data.get("filled_at"), "filled_at"),
            None if confidence is None else _grid(confidence, "confidence", (int, float)).astype(np.float32),
            None if evaluated is None else code_rows(evaluated, "evaluated"),
        )


def code_rows(rows: Any, name: str) -> NDArray[np.int64]:
    """(h, w) what parsed, untrusted JSON lists row by row.

    Raises:
        ValueError: if it is anything but rows of whole numbers, as many in each.
    """
    return _grid(rows, name, (int,)).astype(np.int64)


def _grid(rows: Any, name: str, kinds: tuple[type, ...]) -> NDArray[Any]:
    """An (h, w) array of numbers, at most as large as a canvas, checked before memory is allocated."""
    fault = ValueError(f"{name} must have rows of numbers of equal length, at most {MAX_SIDE}×{MAX_SIDE}")
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_SIDE:
        raise fault
    for row in rows:
        if not isinstance(row, list) or not 0 < len(row) <= MAX_SIDE or len(row) != len(rows[0]):
            raise fault
        if any(type(value) not in kinds or not abs(value) <= 2**31 for value in row):
            raise fault
    return np.array(rows)
