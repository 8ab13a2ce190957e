"""How the page asks what the model thinks of the canvas."""

from dataclasses import dataclass
from typing import Any

from unleash.canvas.document import Cell, TokenCanvas
from unleash.studio.server.component import NativeComponent


@dataclass(frozen=True)
class Question:
    """What the page asks about.

    Attributes:
        id: comes back with the answer.
        canvas: as it looks to the person.
        cell: the one that is meant; None: all.
    """

    id: int
    canvas: TokenCanvas
    cell: Cell | None


class Opinion(NativeComponent):
    """Carries the page's questions to the server and the answers back; there is nothing to see of it.

    Its value is the page's question, which a listener gets as a :class:`Question`, then the server's
    answer, a message of ``unleash.studio.server.opinions``.
    """

    folder = "opinion"

    def __init__(self, **options: Any) -> None:
        super().__init__(elem_id="opinion", visible="hidden", **options)

    def read(self, value: Any) -> Question:
        """The page\'s JSON, checked."""
        if not isinstance(value, dict) or not isinstance(value.get("id"), int):
            raise ValueError("nothing was asked: choose a cell")
        canvas = TokenCanvas.from_dict(value.get("canvas"))
        cell = value.get("cell")
        if cell is None:
            return Question(value["id"], canvas, None)
        if not isinstance(cell, list) or len(cell) != 2 or any(type(index) is not int for index in cell):
            raise ValueError(f"a cell is [row, column], not {cell!r:.60}")
        row, col = cell
        if not (0 <= row < canvas.height and 0 <= col < canvas.width):
            raise ValueError(f"cell {(row, col)} is off the grid of {canvas.height}×{canvas.width}")
        return Question(value["id"], canvas, (row, col))
