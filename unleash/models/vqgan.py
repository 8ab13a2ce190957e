"""The module that saved models name for their image tokenizer."""

from diffusers import ModelMixin

from unleash.models.families.absorbing.vqgan import VQGAN

__all__ = ["VQGAN", "ModelMixin"]  # diffusers also looks up the base class here
