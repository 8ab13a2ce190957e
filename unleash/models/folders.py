"""Where a model's folder is, and whether what lies in it is whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from safetensors import SafetensorError, safe_open
from torch import nn

from unleash.canvas.messages import quoted
from unleash.canvas.settings import Settings
from unleash.models import VQGAN, BidirectionalTransformer
from unleash.models.soundness import (
    at_most,
    check_config,
    contradicts_card,
    not_finite,
    read_config,
    unfit,
)
from unleash.writing import write_whole

Shapes = dict[str, tuple[int, ...]]
"""The shape of each tensor of a state dict."""

_PACKAGE = Path(__file__).parents[1]

HOME = _PACKAGE if (_PACKAGE / "weights").is_dir() else _PACKAGE.parent
"""Where ``weights`` and ``assets`` lie: inside an installed package, beside the package in a clone."""

_WEIGHTS = "diffusion_pytorch_model.safetensors"
_MODELS: dict[str, Any] = {"vqgan": VQGAN, "transformer": BidirectionalTransformer}


@dataclass(frozen=True)
class Description:
    """What a model is, as far as its folder tells.

    Attributes:
        image_size: pixels on a side of its pictures.
        grid_size: cells on a side.
        cell_size: pixels on a side of a cell.
        codebook_size: K.
        parameters: numbers in its weights, of all parts.
        bytes: of its weight files.
        labels: what it can be asked for; empty if nothing.
    """

    image_size: int
    grid_size: int
    cell_size: int
    codebook_size: int
    parameters: int
    bytes: int
    labels: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str]:
        """The same in words, under headings."""
        return {
            "pictures": f"{self.image_size}×{self.image_size} pixels",
            "grid": f"{self.grid_size}×{self.grid_size} cells of {self.cell_size} pixels",
            "codebook": f"{self.codebook_size} codes",
            "size": f"{self.parameters / 1e6:.1f} M parameters, {self.bytes / 1e6:.0f} MB",
            "labels": ", ".join(self.labels) or "none",
        }


class CheckpointError(ValueError):
    """A file or folder of weights that cannot be used; says what is wrong with it."""


def resolve(model: str | Path, revision: str | None = None) -> Path:
    """The local folder of a model, fetched from the Hub if there is none here.

    Args:
        model: a diffusers folder, ``weights/scenes`` from anywhere, or a Hub id ``owner/name``.
        revision: the branch, tag or commit on the Hub.

    Raises:
        CheckpointError: if it is neither, or its weights are not what its configuration says.
    """
    places = [Path(model).expanduser(), HOME / model]
    folder = next((place for place in places if place.exists()), None) or _fetch(str(model), revision)
    if not (folder / "model_index.json").is_file():
        raise CheckpointError(
            f"{folder} is no model folder: it has no model_index.json "
            "(the paper's .th files become one with `unleash convert`)"
        )
    for part, model_class in _MODELS.items():
        _check_part(folder / part, model_class)
    try:
        index = read_config(folder / "model_index.json")
        read_config(folder / "scheduler" / "scheduler_config.json")
    except FileNotFoundError as error:
        raise CheckpointError(f"{folder} lacks {error.filename}") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be read: {error}") from None
    for name, source in index.items():
        # diffusers would import whatever module is named there.
        if isinstance(source, list) and not str(source[:1]).startswith("['unleash."):
            raise CheckpointError(f"{folder} is no model of Unleash: its {name} is {quoted(source)}")
    return folder


def check_weights(folder: Path, parts: Mapping[str, nn.Module]) -> None:
    """Whether the weights that were read from a model's folder can be used, and are those its card names.

    Raises:
        CheckpointError: if a part has a weight that is no finite number, or a file is not the card's.
    """
    if fault := contradicts_card(folder, [f"{name}/{_WEIGHTS}" for name in parts]):
        raise CheckpointError(f"{folder} {fault}")
    for name, part in parts.items():
        if fault := not_finite(part.state_dict()):
            raise CheckpointError(f"{folder / name} {fault}")


def bundled() -> list[str]:
    """The names of the models that come with the package."""
    return [f"weights/{index.parent.name}" for index in sorted(HOME.glob("weights/*/model_index.json"))]


def describe(model: str | Path) -> Description:
    """What a model is, without loading its weights; ``model`` as for :func:`resolve`.

    Raises:
        CheckpointError: as :func:`resolve`.
    """
    folder = resolve(model)
    vqgan, transformer = (_skeleton(folder / part, kind) for part, kind in _MODELS.items())
    grid = transformer.config["grid_size"]
    return Description(
        image_size=grid * vqgan.cell_size,
        grid_size=grid,
        cell_size=vqgan.cell_size,
        codebook_size=transformer.config["codebook_size"],
        parameters=sum(weights.numel() for part in (vqgan, transformer) for weights in part.parameters()),
        bytes=sum((folder / part / _WEIGHTS).stat().st_size for part in _MODELS),
        labels=tuple(transformer.config["label_names"]),
    )


def write_defaults(folder: Path, sampling: dict[str, Any]) -> dict[str, Any]:
    """Put settings among the ``sampling_defaults`` in a model's folder; all that are there then.

    Raises:
        ValueError: if it is no model folder, or a value is out of range; nothing is written then.
    """
    index = folder / "model_index.json"
    if not index.is_file():
        raise CheckpointError(f"{folder} is no model folder: it has no model_index.json")
    described = read_config(index)
    given = Settings(**(described.get("sampling_defaults") or {}) | sampling)
    if given.schedule == "information" and not read_config(_scheduler(folder)).get("information"):
        raise CheckpointError(
            f"{folder} has no curve for the schedule information: `unleash evaluate information` measures it"
        )
    described["sampling_defaults"] = given.model_dump(include=given.model_fields_set)
    write_whole(index, json.dumps(described, indent=2, sort_keys=True) + "\n")
    return described["sampling_defaults"]


def write_curve(folder: Path, curve: list[float]) -> None:
    """Write an information curve into a model's folder, for the schedule ``information``.

    Raises:
        ValueError: if it is no model folder.
    """
    config = _scheduler(folder)
    described = read_config(config) | {"information": curve}
    write_whole(config, json.dumps(described, indent=2, sort_keys=True) + "\n")


def mismatch(found: Shapes, expected: Shapes) -> str | None:
    """What tensors lack, have too much of or have in another shape, in a line; None if nothing."""
    faults = [f"has no {key}" for key in expected if key not in found]
    faults += [f"has {key}, which does not belong there" for key in found if key not in expected]
    faults += [
        f"has {key} of shape {found[key]} where {shape} is right"
        for key, shape in expected.items()
        if key in found and found[key] != shape
    ]
    more = f"; and {len(faults) - 3} more such faults" if len(faults) > 3 else ""
    return "; ".join(faults[:3]) + more if faults else None


def _scheduler(folder: Path) -> Path:
    """The configuration of a model's scheduler."""
    config = folder / "scheduler" / "scheduler_config.json"
    if not config.is_file():
        raise CheckpointError(f"{folder} is no model folder: it has no scheduler/{config.name}")
    return config


def _fetch(model: str, revision: str | None) -> Path:
    # Only then is it a Hub id at all; anything else is a mistyped path, and the network need not be asked.
    if model.startswith((".", "/", "~")) or model.count("/") != 1:
        raise CheckpointError(
            f"no folder {quoted(model)}; give a model folder or a Hub id such as owner/name"
        )
    try:
        return Path(
            snapshot_download(
                model, revision=revision, allow_patterns=["*.json", "*.safetensors", "*.webp", "README.md"]
            )
        )
    except (OSError, ValueError) as error:  # every error of the Hub's client is one of the two
        raise CheckpointError(
            f"no folder {quoted(model)} here, and the Hub did not give it either ({type(error).__name__})"
        ) from error


def _skeleton(folder: Path, model_class: Any) -> Any:
    """The part of a model that its configuration describes, without weights."""
    config = read_config(folder / "config.json")
    check_config(config)
    with torch.device("meta"):
        return model_class.from_config(config)


def _check_part(folder: Path, model_class: Any) -> None:
    """Compares the shapes in a part's weight file with those its configuration asks for.

    diffusers only warns of missing weights, and goes on with random ones.
    """
    weights = folder / _WEIGHTS
    try:
        if weights.exists() and not weights.is_file():  # a pipe would be waited for
            raise CheckpointError(f"{weights} is no ordinary file")
        with safe_open(weights, framework="pt") as file:
            slices = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118
            found = {key: tuple(part.get_shape()) for key, part in slices.items()}
            types = {key: part.get_dtype() for key, part in slices.items()}
        with at_most(len(found)):
            model = _skeleton(folder, model_class)
    except CheckpointError:
        raise
    except FileNotFoundError as error:
        raise CheckpointError(f"{folder} lacks {Path(error.filename or _WEIGHTS).name}") from error
    # Networks fail in many ways on numbers that do not go together.
    except (OSError, ValueError, TypeError, RuntimeError, ArithmeticError, SafetensorError) as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise CheckpointError(f"{folder} cannot be read: {said}") from error
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    fault = mismatch(found, expected) or unfit(types)
    if fault:
        raise CheckpointError(f"{weights} {fault}")
