"""The page's requests for the model's predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unleash.canvas.bounds import MAX_PROMPT
from unleash.canvas.document import Cell, TokenCanvas
from unleash.studio.server.component import NativeComponent


@dataclass(frozen=True)
class Question:
    """A request for predictions.

    Attributes:
        id: repeated in the answer.
        canvas: the canvas on the page.
        cell: the cell to predict; None: all.
        shows: the label or prompt of its region; None: that of the whole picture.
    """

    id: int
    canvas: TokenCanvas
    cell: Cell | None
    shows: str | None = None

    @classmethod
    def from_dict(cls, data: Any) -> Question:
        """Read untrusted JSON ``{"id", "canvas", "cell", "shows"}``.

        Raises:
            ValueError: if it is invalid, or the cell is off the canvas.
        """
        if not isinstance(data, dict) or not isinstance(data.get("id"), int):
            raise ValueError("no cell was given: choose one")
        canvas = TokenCanvas.from_dict(data.get("canvas"))
        cell = data.get("cell")
        if cell is None:
            return cls(data["id"], canvas, None)
        if not isinstance(cell, list) or len(cell) != 2 or any(type(index) is not int for index in cell):
            raise ValueError(f"a cell must be [row, column], not {cell!r:.60}")
        row, col = cell
        if not (0 <= row < canvas.height and 0 <= col < canvas.width):
            raise ValueError(f"cell {(row, col)} is off the grid of {canvas.height}×{canvas.width} cells")
        shows = data.get("shows")
        if shows is not None and not (isinstance(shows, str) and len(shows) <= MAX_PROMPT):
            raise ValueError(f"a region shows a label or a prompt of up to {MAX_PROMPT} characters")
        return cls(data["id"], canvas, (row, col), shows)


class Predictions(NativeComponent):
    """An invisible component for the page's questions and the server's answers.

    The page submits a question as event data, read by :meth:`Question.from_dict`; the value is the
    server's answer, a message of ``unleash.studio.server.predicting``.
    """

    folder = "predictions"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="predictions", visible="hidden", **options)
