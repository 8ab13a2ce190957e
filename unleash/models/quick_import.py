"""Importing diffusers without what our programs do not need of it: in a third of the time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any


class _NoCompiler(ModuleType):
    """What diffusers and einops use of ``torch._dynamo`` as they are imported: nothing is compiled."""

    eval_frame = SimpleNamespace(OptimizedModule=())

    @staticmethod
    def allow_in_graph(function: Any) -> Any:
        return function

    @staticmethod
    def disable(function: Any = None, *_: Any, **__: Any) -> Any:
        return function or (lambda decorated: decorated)


@contextmanager
def quick_import() -> Iterator[None]:
    """Within it, diffusers is imported as where neither transformers nor torch's compiler are installed.

    Both can be imported again afterwards, but diffusers goes without transformers in this process for good.
    So this is for our own programs, and not for libraries.
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
