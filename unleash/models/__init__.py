"""Model families (pictures to codes and back, predictions of codes), and where models are stored."""

from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN

__all__ = ["VQGAN", "BidirectionalTransformer"]
