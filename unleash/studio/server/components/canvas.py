"""The canvas component."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gradio.events import EventListener
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.grids import grid_from_json
from unleash.canvas.recipe import Recipe
from unleash.canvas.settings import Region, Settings
from unleash.operations.exporting import Wish
from unleash.studio.server.component import NativeComponent
from unleash.studio.server.kept_pixels import Pixels
from unleash.studio.server.registry import LONGEST_NAME, is_name
from unleash.studio.server.unfinished import Unfinished

_EVENTS = ("generate", "again", "resume", "more", "relight", "blend", "fill", "save", "example")


@dataclass(frozen=True)
class Drawing:
    """The contents of the canvas.

    Attributes:
        canvas: the token canvas.
        recipe: recipe of the picture shown; None if no run made it.
        pixels: pixels of an opened picture to be kept; only sent to save.
        run: the name of the run that the page requests or waits for, if any.
        stopped: the run to resume; only sent by that event.
        shown: (h, w) int64, the codes shown where the canvas is unknown; only sent to save.
        wish: format and scale of the file to save.
        regions: parts with a label or prompt of their own.
    """

    canvas: TokenCanvas
    recipe: Recipe | None
    pixels: Pixels | None = None
    run: str | None = None
    stopped: Unfinished | None = None
    shown: NDArray[np.int64] | None = None
    wish: Wish = field(default_factory=Wish)
    regions: tuple[Region, ...] = ()

    def settings(self, chosen: Settings) -> Settings:
        """The settings of a run of the canvas, with its regions."""
        return chosen.model_copy(update={"regions": self.regions})

    @property
    def seen(self) -> TokenCanvas:
        """The canvas as it looks on the page, filled with the codes ``shown``.

        Raises:
            ValueError: if their grid has another size.
        """
        if self.shown is None or not self.canvas.unknown.any():
            return self.canvas
        if self.shown.shape != self.canvas.base.shape:
            raise ValueError("the codes shown have another size than the canvas: reload the page")
        return self.canvas.filled(np.where(self.canvas.unknown, self.shown, self.canvas.codes))


class Canvas(NativeComponent):
    """The picture under its token grid, with the tools that mask and pin cells.

    Only the page writes its value; a listener receives it as a :class:`Drawing`. It requests runs by
    the events ``generate``, ``again``, ``more``, ``relight`` and ``blend``, by ``fill`` to fill a
    stroke at once, and by ``resume`` for a stopped one; a file by ``save``, and by ``example``
    the example picture at ``{"index"}``.

    Args:
        grid: ``{"height", "width", "codebook", "cell", "model"}`` of the initial canvas: side of a cell in
            pixels, name of the model as in recipes.
        examples: titles and files of the example pictures.
    """

    EVENTS = list(map(EventListener, _EVENTS))  # type: ignore[assignment]  # noqa: RUF012

    folder = "canvas"

    def __init__(
        self, grid: dict[str, Any], examples: Sequence[tuple[str, str]] = (), **options: Any
    ) -> None:
        super().__init__(grid=grid, examples=list(examples), elem_id="canvas", **options)

    def read(self, value: Any) -> Drawing:
        """Validates the page's JSON."""
        if not isinstance(value, dict):
            raise ValueError("The canvas is still loading; try again in a moment.")
        made, run = value.get("recipe"), value.get("run")
        if run is not None and not is_name(run):
            raise ValueError(f"the name of a run must have 1 to {LONGEST_NAME} characters")
        return Drawing(
            TokenCanvas.from_dict(value.get("canvas")),
            Recipe.from_dict(made) if made else None,
            Pixels.from_dict(value.get("pixels")),
            run,
            Unfinished.from_dict(value.get("stopped")),
            None if value.get("shown") is None else grid_from_json(value["shown"], "shown", int),
            Wish.from_dict(value.get("file")),
            Settings(regions=value.get("regions") or ()).regions,
        )
