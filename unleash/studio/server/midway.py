"""Changing the label or guidance scale of a run under way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unleash.canvas.document import TokenCanvas
from unleash.canvas.progress import Progress
from unleash.canvas.settings import Settings
from unleash.operations.making import Frame
from unleash.studio.server.registry import Told

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

_ASKED = ("label", "prompt", "negative_prompt", "guidance_scale")
"""Settings that may change during a run."""


def steered(
    pipe: UnleashPipeline,
    canvas: TokenCanvas,
    settings: Settings,
    told: Told,
    start: Progress | None = None,
    before: int = 0,
) -> Iterator[Frame]:
    """The frames of a run that, when its settings change, continues with the steps that are left.

    A stopped run resumes at ``start``, after ``before`` steps with earlier settings.
    """
    while True:
        for step in pipe.stream(canvas, settings=settings, start=start):
            yield Frame(step, before + step.index, before + step.total, canvas, settings)
            other = told.hear() if step.index < step.total else None
            if other and under(settings, other) != settings:  # a menu may report the same choice twice
                break
        else:
            return
        canvas, before, start = step.canvas, before + step.index, None
        settings = under(settings, other).model_copy(update={"steps": step.total - step.index})


def under(settings: Settings, other: Settings | None) -> Settings:
    """The settings with the label, prompts and guidance scale of others, if given."""
    if other is None:
        return settings
    return settings.model_copy(update={name: getattr(other, name) for name in _ASKED})
