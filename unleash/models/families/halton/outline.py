"""The properties of this family's models by the configurations of their networks, without torch."""

from collections.abc import Mapping
from typing import Any

from unleash.models.imagenet import class_labels

CLASSES = ("LlamaGenTokenizer", "MaskGITTransformer")
"""Class names of the tokenizer and the predictor."""


def facts(tokenizer: Mapping[str, Any], predictor: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of the ``Outline`` of a model with these configurations."""
    return {
        "grid_size": predictor["grid_size"],
        "cell_size": 2 ** (len(tokenizer["channel_mult"]) - 1),
        "codebook_size": predictor["codebook_size"],
        "conditioning": "label",
        "labels": class_labels(predictor["num_classes"]),
        "details": ("full",),
    }
