"""The canvas a person paints on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gradio.events import EventListener
from numpy.typing import NDArray

from unleash.canvas.document import TokenCanvas
from unleash.canvas.progress import code_rows
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
    """What is on the canvas.

    Attributes:
        canvas: as the person left it.
        recipe: of the picture shown; None if no run made it.
        pixels: of an opened picture that are to be kept; only a save sends them.
        run: the name of the run that the page asks for, or waits for; None if it does neither.
        stopped: the run to go on with; only its event sends one.
        shown: (h, w) int64, the codes that the person sees where the canvas is unknown; only a save sends it.
        wish: as what a save is to write it.
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
        """The canvas as the person sees it: filled with what is ``shown``.

        Raises:
            ValueError: if that is not of this canvas.
        """
        if self.shown is None or not self.canvas.unknown.any():
            return self.canvas
        if self.shown.shape != self.canvas.base.shape:
            raise ValueError("what is shown is not of this canvas: reload the page")
        return self.canvas.filled(np.where(self.canvas.unknown, self.shown, self.canvas.codes))


class Canvas(NativeComponent):
    """The picture under its token grid, with the tools that mask and pin cells.

    Its value is only ever written by the page; a listener gets it as a :class:`Drawing`. It asks for runs by
    the events ``generate``, ``again``, ``more``, ``relight`` and ``blend``, by ``fill`` for one that fills a
    stroke at once, by ``resume`` for a stopped one to go on, for a file by ``save``, and by ``example`` for
    the picture to begin with at ``{"index"}``.

    Args:
        grid: ``{"height", "width", "codebook", "cell", "model"}`` of the canvas to begin with: a cell in
            pixels, the model as recipes name it.
        examples: the pictures to begin with: what they show, and their files.
    """

    EVENTS = list(map(EventListener, _EVENTS))  # type: ignore[assignment]  # noqa: RUF012

    folder = "canvas"

    def __init__(
        self, grid: dict[str, Any], examples: Sequence[tuple[str, str]] = (), **options: Any
    ) -> None:
        super().__init__(grid=grid, examples=list(examples), elem_id="canvas", **options)

    def read(self, value: Any) -> Drawing:
        """The page's JSON, checked."""
        if not isinstance(value, dict):
            raise ValueError("The canvas is still loading; try again in a moment.")
        made, run = value.get("recipe"), value.get("run")
        if run is not None and not is_name(run):
            raise ValueError(f"a run's name has 1 to {LONGEST_NAME} characters")
        return Drawing(
            TokenCanvas.from_dict(value.get("canvas")),
            Recipe.from_dict(made) if made else None,
            Pixels.from_dict(value.get("pixels")),
            run,
            Unfinished.from_dict(value.get("stopped")),
            None if value.get("shown") is None else code_rows(value["shown"], "shown"),
            Wish.from_dict(value.get("file")),
            Settings(regions=value.get("regions") or ()).regions,
        )
