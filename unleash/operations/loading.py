"""Loading models quickly, for our own programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unleash.models.locating import local
from unleash.models.outline import outline
from unleash.models.quick_import import quick_import

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline


def load(model: str) -> UnleashPipeline:
    """As ``UnleashPipeline.from_pretrained``, without importing the unneeded parts of torch and diffusers,
    and on the GPU if there is one.

    Raises:
        ValueError: as that does.
    """
    with quick_import():
        from diffusers.utils import logging  # noqa: PLC0415 - takes seconds

        from unleash.pipeline import UnleashPipeline  # noqa: PLC0415

        logging.disable_progress_bar()  # loading the parts takes no time
        if _is_plain(model):
            return _placed(UnleashPipeline.from_pretrained(model))
    return _placed(UnleashPipeline.from_pretrained(model))


def _placed(pipe: UnleashPipeline) -> UnleashPipeline:
    import torch  # noqa: PLC0415 - takes seconds

    return pipe.to("cuda") if torch.cuda.is_available() else pipe


def _is_plain(model: str) -> bool:
    """Whether a model is local and takes no prompts, which need transformers."""
    folder = local(model)
    try:
        return folder is not None and outline(folder).conditioning != "text"
    except ValueError:
        return False
