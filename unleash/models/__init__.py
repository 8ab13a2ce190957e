"""The two networks: pictures to codes and back, and codes to what the model thinks of them."""

from unleash.models.transformer import BidirectionalTransformer
from unleash.models.vqgan import VQGAN

__all__ = ["VQGAN", "BidirectionalTransformer"]
