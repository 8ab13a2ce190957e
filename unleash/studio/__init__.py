"""The studio: the Gradio app for steering image generation token by token."""

from unleash.studio.stubs import without_stubs

with without_stubs():
    from unleash.studio.server.blocks import build, launch, serve
    from unleash.studio.server.owner import alone

__all__ = ["alone", "build", "launch", "serve"]
