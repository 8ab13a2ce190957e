"""The progress of a run: everything needed to resume one that was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unleash.canvas.bounds import MAX_STEPS
from unleash.canvas.document import TokenCanvas
from unleash.canvas.grids import as_size, grid_from_json
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
                f"the progress has {as_size(self.codes.shape)} cells, the canvas "
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
            grid_from_json(data.get("codes"), "codes", int),
            grid_from_json(data.get("filled_at"), "filled_at", int),
            None
            if confidence is None
            else grid_from_json(confidence, "confidence", float).astype(np.float32),
            None if evaluated is None else grid_from_json(evaluated, "evaluated", int),
        )
