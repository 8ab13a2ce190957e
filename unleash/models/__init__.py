"""Model families: pictures to codes and back, and what code a cell may have; and where models lie."""

from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN

__all__ = ["VQGAN", "BidirectionalTransformer"]
