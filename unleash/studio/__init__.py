"""The studio: the Gradio app in which a person steers a picture token by token."""

from unleash.studio.blocks import build, launch, serve

__all__ = ["build", "launch", "serve"]
