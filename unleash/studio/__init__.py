"""The studio: the Gradio app in which a person steers a picture token by token."""

from unleash.studio.server.blocks import build, launch, serve
from unleash.studio.server.owner import alone

__all__ = ["alone", "build", "launch", "serve"]
