"""Where models that were saved before look for their token predictor."""

from diffusers import ModelMixin

from unleash.models.families.absorbing.transformer import BidirectionalTransformer

__all__ = ["BidirectionalTransformer", "ModelMixin"]  # diffusers looks for the base class here too
