"""Checks of a model's untrusted files and of the weights in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import get_ident
from typing import IO, TYPE_CHECKING, Any

import pydantic_core

from unleash.canvas.bounds import MAX_CODES, MAX_CONFIG, MAX_LABEL, MAX_LABELS, MAX_SIDE
from unleash.canvas.messages import quoted

if TYPE_CHECKING:
    from torch import Tensor, nn

FLOATS = ("F64", "F32", "F16", "BF16")
"""Types of weights, as safetensors names them; diffusers would read others as numbers from 0 to 255."""

_BOUNDS = {
    "codebook_size": MAX_CODES,
    "grid_size": MAX_SIDE,
    "image_size": 2**14,
    "width": 2**16,
    "channels": 2**16,
    "emb_dim": 2**16,
    "patch_size": 2**10,
    "num_heads": 2**10,
    "num_layers": 2**12,
    "num_res_blocks": 2**10,
    "num_classes": MAX_LABELS,
}
"""Maximum of each number in a configuration, for all networks."""

_LEVELS = 12
"""Maximum number of levels of an encoder; each halves the resolution."""


def read_config(file: Path) -> dict[str, Any]:
    """The object in a JSON file of a model.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: if it is not a regular file, is too large, or is not a JSON object.
    """
    if file.exists() and not file.is_file():  # a pipe would be waited for
        raise ValueError(f"{file.name} is not a regular file")
    with file.open("rb") as opened:
        text = opened.read(MAX_CONFIG + 1)
    if len(text) > MAX_CONFIG:
        raise ValueError(f"{file.name} has more than {MAX_CONFIG:,} bytes")
    try:
        config = pydantic_core.from_json(text)
    except ValueError as error:
        raise ValueError(f"{file.name} is not valid JSON: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{file.name} is not a JSON object")
    return config


def check_config(config: Mapping[str, Any]) -> None:
    """Check a network's configuration against the bounds for any network.

    Raises:
        ValueError: if a number is out of range, or the labels are not a list of distinct short names.
    """
    for name, most in _BOUNDS.items():
        value = config.get(name, 1)
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError(f"{name} must be a whole number from 1 to {most:,}, not {quoted(value)}")
    levels = config.get("channel_mult", (1,))
    if not isinstance(levels, list | tuple) or not 1 <= len(levels) <= _LEVELS:
        raise ValueError(f"channel_mult must be a list of 1 to {_LEVELS} numbers, not {quoted(levels)}")
    for shape in config.values():  # of decoders of their own
        if isinstance(shape, dict):
            check_config(shape)
    labels = config.get("label_names") or ()
    if not isinstance(labels, list | tuple) or len(labels) > MAX_LABELS:
        raise ValueError(f"label_names must be a list of at most {MAX_LABELS:,} names")
    for label in labels:
        if not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL:
            raise ValueError(
                f"each of label_names must have 1 to {MAX_LABEL} characters, not {quoted(label)}"
            )
    if len(set(labels)) < len(labels):
        raise ValueError("label_names has the same name twice")


@contextmanager
def at_most(tensors: int) -> Iterator[None]:
    """Context in which this thread creates networks with at most about this many parameters.

    Raises:
        ValueError: as soon as one gets more; even a million layers without weights take gigabytes.
    """
    from torch.nn.modules.module import register_module_parameter_registration_hook  # noqa: PLC0415

    here, made = get_ident(), 0

    def count(_module: "nn.Module", _name: str, _parameter: Any) -> None:
        nonlocal made
        made += get_ident() == here
        if made > 2 * tensors + 1000:
            raise ValueError(f"config.json asks for far more tensors than the {tensors:,} that are there")

    hook = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()


def unfit(types: Mapping[str, str]) -> str | None:
    """Which tensor has a type (as in safetensors) that weights cannot have, in one line; None if none."""
    for key, kind in types.items():
        if kind not in FLOATS:
            return f"has {key} of type {kind}; weights must be floating-point ({', '.join(FLOATS)})"
    return None


def not_finite(tensors: "Mapping[str, Tensor]") -> str | None:
    """Which of the weights has a NaN or infinite value, in one line; None if none."""
    import torch  # noqa: PLC0415 - takes seconds

    for key, tensor in tensors.items():
        if tensor.is_floating_point() and tensor.numel() and not tensor.is_meta:
            least, most = torch.aminmax(tensor.detach())
            if not (least.isfinite() and most.isfinite()):
                what = "NaN" if least.isnan() else "an infinite value"
                return f"has {what} in {key}: the file is damaged, or its training diverged"
    return None


def contradicts_card(folder: Path, files: Iterable[str]) -> str | None:
    """Which of a model's ``files`` has another SHA-256 than its card says, in one line; None if none.

    The card is the ``README.md`` of the folder; under ``sha256`` its YAML header has a line for each file.
    """
    digests = _digests(folder / "README.md")
    for name in files:
        if name not in digests:
            continue
        with (folder / name).open("rb") as file:
            found = digest_of(file)
        if found != digests[name]:
            both = f"SHA-256 {found[:12]}…, but its card (README.md) says {digests[name][:12]}…"
            return f"has {name} with {both}: fetch the model again, or correct the card if you changed it"
    return None


def _digests(card: Path) -> dict[str, str]:
    if not card.is_file():
        return {}
    with card.open("rb") as file:
        text = file.read(MAX_CONFIG).decode("utf-8", errors="replace")
    header = text.removeprefix("---").partition("\n---")[0] if text.startswith("---") else ""
    return dict(
        re.findall(r"^ +([\w./-]+): *([0-9a-f]{64})$", header.partition("\nsha256:")[2], re.MULTILINE)
    )


def digest_of(file: IO[bytes]) -> str:
    """The SHA-256 of an opened file."""
    digest = sha256()
    while part := file.read(2**20):
        digest.update(part)
    return digest.hexdigest()
