"""The properties of a model, from the small files in its folder: without its weights, and without torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic_core

from unleash.canvas.document import TokenCanvas
from unleash.canvas.settings import Settings, renamed
from unleash.models.families import part_of_each
from unleash.models.soundness import check_config, read_config

if TYPE_CHECKING:
    from unleash.models.protocol import Conditioning, Detail

WEIGHTS = "diffusion_pytorch_model.safetensors"
"""The file of weights of each network."""


@dataclass(frozen=True)
class Outline:
    """The properties of a model.

    Attributes:
        family: name of its family.
        grid_size: side of its grid in cells.
        cell_size: side of a cell in pixels.
        codebook_size: K.
        parameters: number of parameters of both networks.
        bytes: size of its weight files.
        conditioning: what it is conditioned on.
        labels: names of its labels; may be empty.
        details: the details it can decode.
        defaults: its default settings.
        reuses: whether it can evaluate some cells only, for the setting ``reuse``.
    """

    family: str
    grid_size: int
    cell_size: int
    codebook_size: int
    parameters: int
    bytes: int
    conditioning: "Conditioning"
    labels: tuple[str, ...]
    details: "tuple[Detail, ...]"
    defaults: Settings
    reuses: bool = False

    @property
    def image_size(self) -> int:
        """Side of its pictures in pixels."""
        return self.grid_size * self.cell_size

    @property
    def facts(self) -> dict[str, str]:
        """The properties as text, by heading."""
        more = f" and {len(self.labels) - 20:,} more" if len(self.labels) > 20 else ""
        labels = ", ".join(self.labels[: 20 if more else None]) + more
        return {
            "pictures": f"{self.image_size}×{self.image_size} pixels",
            "grid": f"{self.grid_size}×{self.grid_size} cells of {self.cell_size} pixels",
            "codebook": f"{self.codebook_size} codes",
            "size": f"{self.parameters / 1e6:.1f} M parameters, {self.bytes / 1e6:.0f} MB",
            "labels": "none; it takes a prompt" if self.conditioning == "text" else labels or "none",
        }

    def blank(self) -> TokenCanvas:
        """A blank canvas of the model's grid size."""
        return TokenCanvas.blank(self.grid_size, self.grid_size, self.codebook_size)


def outline(folder: Path) -> Outline:
    """The outline of the model in a folder.

    Whether the weights match the configuration is checked by ``folders.resolve``.

    Raises:
        ValueError: if a file is missing or damaged, or the networks are not of a known family.
    """
    parts = [folder / "vqgan", folder / "transformer"]
    try:
        described = read_config(folder / "model_index.json")
        family, read = _families()[described["vqgan"][1], described["transformer"][1]]
        configs = [read_config(part / "config.json") for part in parts]
        for config in configs:
            check_config(config)
        return Outline(
            family=family,
            parameters=sum(_parameters(part / WEIGHTS) for part in parts),
            bytes=sum(file.stat().st_size for file in folder.glob("*/*.safetensors")),
            defaults=defaults(described, read_config(folder / "scheduler" / "scheduler_config.json")),
            **read(*configs),
        )
    # Untrusted files raise many types of error.
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder} cannot be read: {error}") from error


def defaults(index: Mapping[str, Any], scheduler: Mapping[str, Any]) -> Settings:
    """The default settings of a model.

    Args:
        index: the pipeline's configuration.
        scheduler: the scheduler's configuration.
    """
    about = renamed(scheduler)
    plain = Settings(**{name: about[name] for name in ("reveal_order", "schedule") if name in about})
    return plain.changed(**index.get("sampling_defaults") or {})


@cache
def _families() -> dict[tuple[str, str], tuple[str, Callable[..., dict[str, Any]]]]:
    """The name of each family and a reader of its configurations, by the classes of its networks."""
    return {module.CLASSES: (name, module.facts) for name, module in part_of_each("outline")}


def _parameters(weights: Path) -> int:
    """The number of parameters in a safetensors file, from its header."""
    if weights.exists() and not weights.is_file():  # reading a pipe would block
        raise ValueError(f"{weights.name} is not a regular file")
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = pydantic_core.from_json(file.read(min(length, _LONGEST_HEADER)))
    return sum(prod(map(index, tensor["shape"])) for name, tensor in header.items() if name != "__metadata__")


_LONGEST_HEADER = 100_000_000
"""Maximum length of a header in bytes, as in safetensors itself."""
