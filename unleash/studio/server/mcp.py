"""The studio's endpoints as MCP tools."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradio.mcp import GradioMCPServer

Execute = Callable[..., Coroutine[Any, Any, Any]]


def check() -> None:
    """Checks that MCP can be offered.

    Raises:
        ValueError: if its package is not installed.
    """
    if find_spec("mcp") is None:
        raise ValueError('--mcp needs another package: pip install "gradio[mcp]"')


def end_with_client(server: "GradioMCPServer") -> None:
    """End the work of a tool when its client disconnects, which Gradio does not do."""
    for name in ("_execute_tool_without_progress", "_execute_tool_with_progress"):
        setattr(server, name, _ended(getattr(server, name)))


def _ended(execute: Execute) -> Execute:
    async def executed(job: Any, *rest: Any) -> Any:
        # A separate task, since what Gradio awaits inside cannot be cancelled from outside.
        work = asyncio.ensure_future(execute(job, *rest))
        try:
            return await work
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, job.cancel)
            raise

    return executed
