"""Predictions for a canvas, requested by the page while a person explores it."""

import base64
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from unleash.sampling.inspector import CellInspection, Inspection
from unleash.sampling.work import Work, in_steps
from unleash.studio.server.component import event_data
from unleash.studio.server.components.predictions import Predictions, Question
from unleash.studio.server.controls import NO_LABEL
from unleash.studio.server.runs import Message
from unleash.studio.server.toasts import toasted

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline

# A queue of its own, so that predictions never wait for a run.
_LINE: dict[str, Any] = {"concurrency_id": "predictions", "concurrency_limit": 1}
_INTERNAL: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

LEVELS_PER_OCTAVE = 20
"""Levels of probability per halving: one level is a factor of 1.035, 255 of them 2^-12.75."""

STALE: Message = {"kind": "stale"}
"""The request has changed: the answer is obsolete."""


def listen(
    carrier: Predictions, model: gr.Dropdown, label: gr.Dropdown, pipeline: "Callable[[str], UnleashPipeline]"
) -> None:
    """Let the page request predictions.

    Args:
        carrier: submits the requests; its value is the answer.
        model: the menu of models.
        label: the menu of labels; predictions are for the chosen one, without guidance.
        pipeline: returns the pipeline of a model in the menu.
    """

    def reply(name: str, label: str, event: gr.EventData) -> Iterator[Any]:
        with toasted():
            question = Question.from_dict(event_data(event))
            work = answer(pipeline(name), question, None if label == NO_LABEL else label)
            yield from in_steps(work, gr.skip())

    asked = carrier.submit(reply, [model, label], carrier, trigger_mode="multiple", **_LINE, **_INTERNAL)
    asked.failure(lambda: {"kind": "failed"}, None, carrier, queue=False, **_INTERNAL)
    gr.on([model.change, label.change], lambda: STALE, None, carrier, queue=False, **_INTERNAL)


def answer(pipe: "UnleashPipeline", question: Question, label: str | None) -> Work[Message]:
    """The predictions for one cell, or for all, with a pause after each evaluation.

    Raises:
        ValueError: if the model lacks the label, or the canvas has another codebook.
    """
    if question.cell is None:
        seen = yield from pipe.inspecting(question.canvas, label)
        return {"id": question.id, **_of_all(seen)}
    asked = question.shows or label
    return {"id": question.id, **_of_one(pipe.inspect_cell(question.canvas, question.cell, label=asked))}


def levels(log_probs: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Log-probabilities, in nats and of any shape, as levels: 255 is 1, each lower level a factor of
    2^(-1/20), and 0 is negligible."""
    steps = 255 + np.maximum(log_probs / np.log(2), -64) * LEVELS_PER_OCTAVE
    return np.clip(np.round(steps), 0, 255).astype(np.uint8)


def _of_all(seen: Inspection) -> Message:
    """The probability of each code in each cell, and the entropy and surprise of each cell."""
    # Code-major, so that the grid of a code is contiguous.
    by_code = np.ascontiguousarray(np.moveaxis(levels(seen.log_probs), -1, 0))
    return {
        "kind": "all",
        "levels": base64.b64encode(zlib.compress(by_code.tobytes(), 1)).decode(),
        "per_octave": LEVELS_PER_OCTAVE,
        "entropy": _numbers(seen.entropy),
        "surprise": _numbers(seen.surprise),
    }


def _of_one(seen: CellInspection) -> Message:
    return {
        "kind": "cell",
        "cell": list(seen.cell),
        "codes": list(seen.codes),
        "probabilities": list(seen.probabilities),
        "present": seen.present,
        "surprise": seen.surprise,
        "entropy": seen.entropy,
    }


def _numbers(grid: NDArray[np.float32]) -> list[float | None]:
    """A grid row by row, with None for NaN, which JSON lacks."""
    return [round(float(value), 3) if np.isfinite(value) else None for value in grid.flat]
