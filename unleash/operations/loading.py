"""Loading models quickly, for our own programs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from unleash.models.locating import local
from unleash.models.outline import outline
from unleash.models.quick_import import quick_import

if TYPE_CHECKING:
    from unleash.pipeline import UnleashPipeline


def load(model: str, lent: bool = False) -> UnleashPipeline:
    """As ``UnleashPipeline.from_pretrained``, without importing the unneeded parts of torch and diffusers,
    and on the GPU if there is one.

    Args:
        model: a folder, a known name or a Hub id.
        lent: whether the GPU is lent to this process, by ZeroGPU; its other processes only seem to have one.

    Raises:
        ValueError: as that does.
    """
    with quick_import():
        from diffusers.utils import logging  # noqa: PLC0415 - takes seconds

        from unleash.pipeline import UnleashPipeline  # noqa: PLC0415

        logging.disable_progress_bar()  # loading the parts takes no time
        if _is_plain(model):
            return _placed(UnleashPipeline.from_pretrained(model), lent)
    return _placed(UnleashPipeline.from_pretrained(model), lent)


def _placed(pipe: UnleashPipeline, lent: bool) -> UnleashPipeline:
    import torch  # noqa: PLC0415 - takes seconds

    has_gpu = torch.cuda.is_available() and (lent or not os.environ.get("SPACES_ZERO_GPU"))
    return pipe.to("cuda") if has_gpu else pipe


def _is_plain(model: str) -> bool:
    """Whether a model is local and takes no prompts, which need transformers."""
    folder = local(model)
    try:
        return folder is not None and outline(folder).conditioning != "text"
    except ValueError:
        return False
