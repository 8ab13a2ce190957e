"""The studio's endpoints as MCP tools."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradio.mcp import GradioMCPServer

Execute = Callable[..., Coroutine[Any, Any, Any]]


def check() -> None:
    """Whether MCP can be offered.

    Raises:
        ValueError: if its package is not there.
    """
    if find_spec("mcp") is None:
        raise ValueError('for --mcp one more package is needed: pip install "gradio[mcp]"')


def end_with_client(server: "GradioMCPServer") -> None:
    """Let the work of a tool end when the client that asked for it is gone; Gradio does not see to that."""
    for name in ("_execute_tool_without_progress", "_execute_tool_with_progress"):
        setattr(server, name, _ended(getattr(server, name)))


def _ended(execute: Execute) -> Execute:
    async def executed(job: Any, *rest: Any) -> Any:
        # A task of its own: what Gradio awaits in there cannot be cancelled from outside.
        work = asyncio.ensure_future(execute(job, *rest))
        try:
            return await work
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, job.cancel)
            raise

    return executed
