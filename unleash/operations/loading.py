"""Models for our own programs, which should begin soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unleash.models.locating import local
from unleash.models.outline import outline
from unleash.models.quick_import import quick_import

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline


def load(model: str) -> UnleashPipeline:
    """As ``UnleashPipeline.from_pretrained``, without what it does not need of torch and diffusers.

    Raises:
        ValueError: as that does.
    """
    with quick_import():
        from diffusers.utils import logging  # noqa: PLC0415 - takes seconds

        from unleash.pipeline import UnleashPipeline  # noqa: PLC0415

        logging.disable_progress_bar()  # of what takes no time worth watching
        if _is_plain(model):
            return UnleashPipeline.from_pretrained(model)
    return UnleashPipeline.from_pretrained(model)


def _is_plain(model: str) -> bool:
    """Whether a model is here and reads no prompts, for which transformers is needed."""
    folder = local(model)
    try:
        return folder is not None and outline(folder).conditioning != "text"
    except ValueError:
        return False
