"""The studio's API: every capability as a named endpoint, for ``gradio_client`` and MCP."""

from collections.abc import Callable
from typing import Any

from unleash.studio.server.endpoints.changing import Changing
from unleash.studio.server.endpoints.growing import Growing
from unleash.studio.server.endpoints.looking import Looking
from unleash.studio.server.endpoints.painting import Painting
from unleash.studio.server.endpoints.publishing import publish
from unleash.studio.server.handlers import Handlers

__all__ = ["functions", "publish_all"]


def publish_all(handlers: Handlers, **queue: Any) -> None:
    """Publish every endpoint of a studio; ``queue``: options of the queue for ``gr.on``."""
    for function in functions(handlers):
        publish(function, **queue)


def functions(handlers: Handlers) -> list[Callable[..., Any]]:
    """The endpoints of a studio."""
    painting, changing = Painting(handlers), Changing(handlers)
    growing, looking = Growing(handlers), Looking(handlers)
    return [
        painting.generate,
        painting.edit,
        painting.inpaint,
        changing.vary,
        changing.blend,
        changing.relight,
        growing.extend,
        growing.stitch,
        looking.inspect,
        looking.inspect_cell,
        looking.encode,
        looking.decode,
        looking.codebook,
        looking.models,
    ]
