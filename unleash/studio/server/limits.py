"""Limits of the work of one request, in a studio with several users."""

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings
from unleash.operations.making import Painter
from unleash.studio.server import timing
from unleash.studio.server.turns import expect

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

LONGEST = 600.0
"""Maximum predicted seconds of one request in a public studio."""


def admit_run(
    pipe: "UnleashPipeline",
    canvas: TokenCanvas,
    settings: Settings,
    pictures: int,
    longest: float,
    paint: Painter | None = None,
    previews: bool = True,
) -> None:
    """Checks that a run is within the limit.

    Args:
        pipe: the model's pipeline.
        canvas: the canvas to fill.
        settings: settings of the run.
        pictures: number of pictures.
        longest: maximum predicted seconds; with ``inf`` nothing is checked.
        paint: makes the pictures if not by filling the unknown cells; then any cell may be filled.
        previews: whether a picture is decoded after each step.

    Raises:
        ValueError: if it would take longer, or the canvas is of another codebook.
    """

    def predicted() -> float:
        filled = canvas if paint is None else canvas.mask(~canvas.unknown)
        return timing.seconds(pipe, timing.pace(pipe), filled, settings, pictures, previews)

    _admit(predicted, longest, "fewer steps, pictures or cells")


def admit_inspection(
    pipe: "UnleashPipeline", canvas: TokenCanvas, spacing: int, guided: bool, longest: float
) -> None:
    """Checks that inspecting all cells of a canvas, in up to ``spacing²`` evaluations, is within the limit.

    Raises:
        ValueError: if it would take longer, or the canvas is of another codebook.
    """

    def predicted() -> float:
        import torch  # noqa: PLC0415 - takes seconds

        from unleash.sampling import windows  # noqa: PLC0415

        everywhere = torch.ones(1, canvas.height, canvas.width, dtype=torch.bool)
        each = len(windows.windows_of(everywhere, pipe.transformer.window_size))
        return spacing**2 * each * (2 if guided else 1) * timing.pace(pipe).window

    pipe.check(canvas)
    _admit(predicted, longest, "a smaller spacing or fewer cells")


def _admit(predicted: Callable[[], float], longest: float, instead: str) -> None:
    if longest == inf:
        return
    seconds = predicted()
    if seconds > longest:
        raise ValueError(
            f"this would take about {_in_words(seconds)}; one request may take {_in_words(longest)} here, "
            f"since others use this studio too: ask for {instead}"
        )
    expect(seconds)


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
