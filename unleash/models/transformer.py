"""The module that saved models name for their token predictor."""

from diffusers import ModelMixin

from unleash.models.families.absorbing.transformer import BidirectionalTransformer

__all__ = ["BidirectionalTransformer", "ModelMixin"]  # diffusers also looks up the base class here
