"""What token predictors with learned positions share."""

from typing import Any

from torch import Tensor

from unleash.models.protocol import Condition


class LearnedPositions:
    """Mixin for a predictor whose ``config`` has ``codebook_size`` and ``grid_size``."""

    config: Any

    @property
    def codebook_size(self) -> int:
        """K, the number of codes."""
        return self.config.codebook_size

    @property
    def grid_size(self) -> int:
        """Cells on a side of the grid it was trained on."""
        return self.config.grid_size

    @property
    def window_size(self) -> int:
        """The grid size: larger grids are evaluated in windows."""
        return self.config.grid_size

    def logits(self, tokens: Tensor, condition: Condition = ()) -> Tensor:
        """(B, h, w) long, K where masked, to (B, h * w, K) float."""
        return self(tokens, *condition)  # type: ignore[operator]
