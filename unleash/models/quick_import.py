"""Importing diffusers without its unneeded parts, in a third of the time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any


class _NoCompiler(ModuleType):
    """A stub of ``torch._dynamo`` with what diffusers and einops use at import; nothing is compiled."""

    eval_frame = SimpleNamespace(OptimizedModule=())

    @staticmethod
    def allow_in_graph(function: Any) -> Any:
        return function

    @staticmethod
    def disable(function: Any = None, *_: Any, **__: Any) -> Any:
        return function or (lambda decorated: decorated)


@contextmanager
def quick_import() -> Iterator[None]:
    """Context in which diffusers is imported as if neither transformers nor torch's compiler were installed.

    Both can be imported afterwards, but diffusers will not use transformers in this process. So this is for
    our own programs, not for the library.
    """
    import torch  # noqa: PLC0415 - takes seconds

    stands_for: dict[str, Any] = {"transformers": None, "torch._dynamo": _NoCompiler("torch._dynamo")}
    hidden = {name: module for name, module in stands_for.items() if name not in sys.modules}
    sys.modules.update(hidden)
    compiler = hidden.get("torch._dynamo")
    if compiler:
        torch._dynamo = compiler
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
        if compiler:
            torch.__dict__.pop("_dynamo", None)
