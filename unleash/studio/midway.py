"""Runs that are told, half way, to go on under another label or with another guidance scale."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from unleash.canvas import TokenCanvas
from unleash.pipeline import Step, UnleashPipeline
from unleash.recipe import Settings

_UNDER_WAY: dict[str, SimpleQueue[Settings]] = {}


@contextmanager
def listening(run: str) -> Iterator[Callable[[], Settings | None]]:
    """While it lasts, hear what :func:`tell` says to ``run``: the function returns the last of it, once."""
    told: SimpleQueue[Settings] = SimpleQueue()
    _UNDER_WAY[run] = told

    def heard() -> Settings | None:
        last = None
        try:
            while True:
                last = told.get_nowait()
        except Empty:
            return last

    try:
        yield heard
    finally:
        del _UNDER_WAY[run]


def tell(run: str, settings: Settings) -> None:
    """Let a run go on with the label and the guidance scale of ``settings``; nothing if it has ended."""
    if told := _UNDER_WAY.get(run):
        told.put(settings)


def steered(
    pipe: UnleashPipeline, canvas: TokenCanvas, settings: Settings, heard: Callable[[], Settings | None]
) -> Iterator[tuple[Step, int, TokenCanvas, Settings]]:
    """The steps of a run that goes on from where it is, on as many steps as were left, when it hears so.

    Each comes with the number of steps before its stretch, and the canvas and the settings that make its
    stretch again.
    """
    before = 0
    while True:
        for step in pipe.stream(canvas, **settings.arguments):
            yield step, before, canvas, settings
            told = heard() if step.index < step.total else None
            if told:
                break
        else:
            return
        canvas, before = step.canvas, before + step.index
        settings = under(settings, told).model_copy(update={"steps": step.total - step.index})


def under(settings: Settings, other: Settings) -> Settings:
    """The settings, with the label and the guidance scale of others."""
    return settings.model_copy(update={"label": other.label, "guidance_scale": other.guidance_scale})
