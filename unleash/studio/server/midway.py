"""Runs that go on, half way, under another label or with another guidance scale."""

from collections.abc import Iterator

from unleash.canvas.document import TokenCanvas
from unleash.canvas.progress import Progress
from unleash.canvas.settings import Settings
from unleash.pipeline import Step, UnleashPipeline
from unleash.studio.server.registry import Told


def steered(
    pipe: UnleashPipeline,
    canvas: TokenCanvas,
    settings: Settings,
    told: Told,
    start: Progress | None = None,
    before: int = 0,
) -> Iterator[tuple[Step, int, TokenCanvas, Settings]]:
    """The steps of a run that goes on from where it is, on as many steps as were left, when it is told so.

    Each comes with the number of steps before its stretch, and the canvas and the settings that make its
    stretch again. A stopped run goes on from ``start``, in a stretch with ``before`` steps before it.
    """
    while True:
        for step in pipe.stream(canvas, settings=settings, start=start):
            yield step, before, canvas, settings
            other = told.hear() if step.index < step.total else None
            if other:
                break
        else:
            return
        canvas, before, start = step.canvas, before + step.index, None
        settings = under(settings, other).model_copy(update={"steps": step.total - step.index})


def under(settings: Settings, other: Settings | None) -> Settings:
    """The settings, with the label and the guidance scale of others if there are any."""
    if other is None:
        return settings
    return settings.model_copy(update={"label": other.label, "guidance_scale": other.guidance_scale})
