"""Where models that were saved before look for their image tokenizer."""

from diffusers import ModelMixin

from unleash.models.families.absorbing.vqgan import VQGAN

__all__ = ["VQGAN", "ModelMixin"]  # diffusers looks for the base class here too
