"""Reading untrusted weight files safely, with messages that say what is wrong with one."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from unleash.models.soundness import not_finite, read_config

State = dict[str, Tensor]

Shapes = dict[str, tuple[int, ...]]
"""The shape of each tensor of a state dict."""

_WRAPPERS = ("model_state_dict", "state_dict", "model")
"""Keys under which training scripts store the network's weights, beside the optimizer's."""

_PREFIXES = ("module.", "_orig_mod.")
"""Prefixes that DistributedDataParallel and torch.compile add to every key."""


class CheckpointError(ValueError):
    """A file or folder of weights cannot be used; the message says why."""


@dataclass(frozen=True)
class Checkpoint:
    """The weights in a file, and the configuration beside it.

    Attributes:
        file: where they are from.
        state: the tensors by their keys; only those that are used take memory.
    """

    file: Path
    state: State

    @property
    def shapes(self) -> Shapes:
        """The shape of every tensor."""
        return shapes_of(self.state)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The ``config.json`` beside the file; empty if there is none.

        Raises:
            CheckpointError: if it cannot be read.
        """
        file = self.file.with_name("config.json")
        try:
            return read_config(file)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{file.parent} cannot be read: {str(error).splitlines()[0]}") from error

    def has(self, prefix: str) -> bool:
        """Whether a key has this prefix."""
        return any(key.startswith(prefix) for key in self.state)

    def without(self, prefixes: tuple[str, ...]) -> "Checkpoint":
        """The same without the tensors whose keys have one of these prefixes."""
        return Checkpoint(self.file, {k: v for k, v in self.state.items() if not k.startswith(prefixes)})

    def check(self, expected: Shapes) -> None:
        """Compares the tensors with the expected ones.

        Raises:
            CheckpointError: names the tensors that are missing, unexpected, of another shape or not finite.
        """
        for key, value in self.state.items():
            if not (isinstance(value, Tensor) and value.is_floating_point()):
                raise CheckpointError(f"{self.file} has {key}, which is not a floating-point tensor")
        if fault := mismatch(self.shapes, expected):
            raise CheckpointError(f"{self.file} {fault}")
        if fault := not_finite(self.state):
            raise CheckpointError(f"{self.file} {fault}")


def read(file: str | Path) -> Checkpoint:
    """The weights in a file that torch or safetensors wrote.

    Code in it is never run. What a training script stores beside the weights is dropped before memory is
    taken for it.

    Raises:
        CheckpointError: if the file holds anything else.
    """
    file = Path(file)
    try:
        if file.exists() and not file.is_file():  # reading a pipe would block
            raise CheckpointError(f"{file} cannot be opened: it is not a regular file")
        with file.open("rb"):
            pass  # the readers also raise OSError for other reasons
    except OSError as error:
        raise CheckpointError(f"{file} cannot be opened: {error.strerror or error}") from error
    state = _safe(file) if file.suffix == ".safetensors" else _unpickled(file)
    if not isinstance(state, dict):
        raise CheckpointError(f"{file} contains a {type(state).__name__}; expected a state dict of tensors")
    wrapper = next((name for name in _WRAPPERS if isinstance(state.get(name), dict)), None)
    state = state if wrapper is None else state[wrapper]
    return Checkpoint(file, {_plain(str(key)): value for key, value in state.items()})


def mismatch(found: Shapes, expected: Shapes) -> str | None:
    """The tensors that are missing, unexpected or of another shape, in one line; None if there are none."""
    faults = [f"has no {key}" for key in expected if key not in found]
    faults += [f"has {key}, which does not belong there" for key in found if key not in expected]
    faults += [
        f"has {key} of shape {found[key]}; expected {shape}"
        for key, shape in expected.items()
        if key in found and found[key] != shape
    ]
    more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
    return "; ".join(faults[:3]) + more if faults else None


def shapes_of(state: Mapping[str, Any]) -> Shapes:
    """The shapes of the tensors in a state dict."""
    return {key: tuple(getattr(value, "shape", ())) for key, value in state.items()}


def majority(values: Iterable[int]) -> int:
    """The most common of some numbers; 0 if there are none."""
    return next((value for value, _ in Counter(values).most_common(1)), 0)


def _plain(key: str) -> str:
    while key.startswith(_PREFIXES):
        key = key.split(".", 1)[1]
    return key


def _safe(file: Path) -> Any:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{file} is not a complete safetensors file") from error


def _unpickled(file: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return torch.load(file, map_location="cpu", weights_only=True, mmap=True)
            except RuntimeError as error:
                if "mmap can only be used" not in str(error):
                    raise
                return torch.load(file, map_location="cpu", weights_only=True)  # a file from before torch 1.6
    except Exception as error:  # torch's reader raises a dozen types of error on other files
        code = re.search(r"GLOBAL:? (?:GLOBAL )?([\w.]+)", str(error), re.IGNORECASE)
        if code:
            raise CheckpointError(
                f"{file} contains code ({code[1]}), which is never run; expected a state dict of tensors"
            ) from error
        raise CheckpointError(f"{file} is not a complete torch file of tensors") from error
