"""How the page asks what the model predicts for the cells of the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unleash.canvas.bounds import MAX_PROMPT
from unleash.canvas.document import Cell, TokenCanvas
from unleash.studio.server.component import NativeComponent


@dataclass(frozen=True)
class Question:
    """What the page asks about.

    Attributes:
        id: comes back with the answer.
        canvas: as it looks to the person.
        cell: the one that is meant; None: all.
        shows: what its region shows; None: what the whole picture shows.
    """

    id: int
    canvas: TokenCanvas
    cell: Cell | None
    shows: str | None = None

    @classmethod
    def from_dict(cls, data: Any) -> Question:
        """Read the page's JSON ``{"id", "canvas", "cell", "shows"}``, which may come from anyone.

        Raises:
            ValueError: if it is something else, or the cell is off the canvas.
        """
        if not isinstance(data, dict) or not isinstance(data.get("id"), int):
            raise ValueError("nothing was asked: choose a cell")
        canvas = TokenCanvas.from_dict(data.get("canvas"))
        cell = data.get("cell")
        if cell is None:
            return cls(data["id"], canvas, None)
        if not isinstance(cell, list) or len(cell) != 2 or any(type(index) is not int for index in cell):
            raise ValueError(f"a cell is [row, column], not {cell!r:.60}")
        row, col = cell
        if not (0 <= row < canvas.height and 0 <= col < canvas.width):
            raise ValueError(f"cell {(row, col)} is off the grid of {canvas.height}×{canvas.width}")
        shows = data.get("shows")
        if shows is not None and not (isinstance(shows, str) and len(shows) <= MAX_PROMPT):
            raise ValueError(f"a region shows a label or a prompt of up to {MAX_PROMPT} characters")
        return cls(data["id"], canvas, (row, col), shows)


class Predictions(NativeComponent):
    """Carries the page's questions to the server and the answers back; there is nothing to see of it.

    The page submits a question as the event's data, which :meth:`Question.from_dict` reads; the value is the
    server's answer, a message of ``unleash.studio.server.predicting``.
    """

    folder = "predictions"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="predictions", visible="hidden", **options)
