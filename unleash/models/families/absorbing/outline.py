"""The properties of this family's models by the configurations of their networks, without torch."""

from collections.abc import Mapping
from typing import Any

CLASSES = ("VQGAN", "BidirectionalTransformer")
"""Class names of the tokenizer and the predictor."""


def facts(tokenizer: Mapping[str, Any], predictor: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of the ``Outline`` of a model with these configurations."""
    own = {"preview": tokenizer.get("preview_shape"), "full": True, "large": tokenizer.get("large_shape")}
    labels = tuple(predictor["label_names"])
    return {
        "grid_size": predictor["grid_size"],
        "cell_size": tokenizer["patch_size"] * 2 ** (len(tokenizer["channel_mult"]) - 1),
        "codebook_size": predictor["codebook_size"],
        "conditioning": "label" if labels else "none",
        "labels": labels,
        "details": tuple(detail for detail, there in own.items() if there is not None),
        "reuses": not predictor.get("causal"),
    }
