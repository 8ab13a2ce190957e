"""The properties of this family's models by the configurations of their networks, without torch."""

from collections.abc import Mapping
from typing import Any

CLASSES = ("AmusedTokenizer", "AmusedTransformer")
"""Class names of the tokenizer and the predictor."""


def facts(tokenizer: Mapping[str, Any], predictor: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of the ``Outline`` of a model with these configurations."""
    return {
        "grid_size": predictor["sample_size"],
        "cell_size": 2 ** (len(tokenizer["block_out_channels"]) - 1),
        "codebook_size": predictor["codebook_size"],
        "conditioning": "text",
        "labels": (),
        "details": ("full",),
    }
