"""Finding a model's folder, and checking that it is complete."""

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import nn

from unleash.canvas.messages import quoted
from unleash.canvas.settings import Settings
from unleash.models.checkpoints import CheckpointError, mismatch, shapes_of
from unleash.models.conversion import foreign_format
from unleash.models.families import families
from unleash.models.fetching import fetch_folder, fetch_known
from unleash.models.known import known_model
from unleash.models.protocol import Conditioning, Family
from unleash.models.soundness import (
    at_most,
    check_config,
    contradicts_card,
    not_finite,
    read_config,
    unfit,
)
from unleash.writing import write_whole

__all__ = [
    "HOME",
    "CheckpointError",
    "Description",
    "bundled",
    "describe",
    "known_as",
    "load_networks",
    "resolve",
    "same_model",
]

_PACKAGE = Path(__file__).parents[1]

HOME = _PACKAGE if (_PACKAGE / "weights").is_dir() else _PACKAGE.parent
"""The folder of ``weights`` and ``assets``: the package if it is installed, its parent in a clone."""

_WEIGHTS = "diffusion_pytorch_model.safetensors"


@dataclass(frozen=True)
class Description:
    """What a model's folder says about it.

    Attributes:
        family: the name of its family.
        image_size: side of its pictures in pixels.
        grid_size: side of its grid in cells.
        cell_size: side of a cell in pixels.
        codebook_size: K.
        parameters: number of parameters of both networks.
        bytes: size of its weight files.
        conditioning: whether it takes labels, prompts or neither.
        labels: by name; empty if it has none.
    """

    family: str
    image_size: int
    grid_size: int
    cell_size: int
    codebook_size: int
    parameters: int
    bytes: int
    conditioning: Conditioning
    labels: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str]:
        """The same as text, by heading."""
        more = f" and {len(self.labels) - 20:,} more" if len(self.labels) > 20 else ""
        labels = ", ".join(self.labels[: 20 if more else None]) + more
        return {
            "pictures": f"{self.image_size}×{self.image_size} pixels",
            "grid": f"{self.grid_size}×{self.grid_size} cells of {self.cell_size} pixels",
            "codebook": f"{self.codebook_size} codes",
            "size": f"{self.parameters / 1e6:.1f} M parameters, {self.bytes / 1e6:.0f} MB",
            "labels": "none; it takes a prompt" if self.conditioning == "text" else labels or "none",
        }


def resolve(model: str | Path, revision: str | None = None) -> Path:
    """The local folder of a model, fetched from the Hub if there is none here.

    Args:
        model: a folder, ``weights/scenes`` from anywhere, the short name of a known model, or a Hub id
            ``owner/name``.
        revision: the branch, tag or commit on the Hub.

    Raises:
        CheckpointError: if it is none of these, or its weights do not match its configuration.
    """
    folder = _local(model) or _fetch(str(model), revision)
    family = _family(folder)
    for part, network in _networks(family).items():
        _check_part(folder / part, network)
    try:
        read_config(_scheduler(folder))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be read: {error}") from None
    return folder


def known_as(model: str | Path) -> str:
    """The canonical name of a model, as in recipes, however its folder was given.

    A trailing slash, ``./``, an absolute path and a symbolic link make no difference. A folder beside the
    bundled models or below the current folder has its relative path, any other its absolute path; anything
    else is a Hub id.
    """
    if (folder := _local(model)) is None:
        return str(model)
    folder, home = folder.resolve(), HOME.resolve()
    if folder != home and folder.is_relative_to(home):
        return folder.relative_to(home).as_posix()
    here = Path.cwd()
    if folder != here and folder.is_relative_to(here):
        name = folder.relative_to(here).as_posix()
        if not (home / name).exists():
            return name
    return folder.as_posix()


def same_model(recorded: str, model: str | Path) -> bool:
    """Whether the model name in a recipe means ``model``, however it is spelt.

    A recipe is untrusted: the name is compared as text and never looked up.
    """
    spellings = {str(model), known_as(model)}
    if (folder := _local(model)) is not None:
        spellings |= {folder.absolute().as_posix(), folder.resolve().as_posix()}
    return _plain(recorded) in map(_plain, spellings)


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/"))


def _local(model: str | Path) -> Path | None:
    """The folder of a model on this machine; None if there is none."""
    places = (Path(model).expanduser(), HOME / model)
    return next((place for place in places if place.exists()), None)


def check_weights(folder: Path, parts: Mapping[str, nn.Module]) -> None:
    """Checks that a model's weights are finite and match the SHA-256 sums in its card.

    Raises:
        CheckpointError: if a weight is not finite, or a file's SHA-256 is not the card's.
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
    family = _family(folder)
    tokenizer, predictor = (_skeleton(folder / part, kind) for part, kind in _networks(family).items())
    return Description(
        family=family.name,
        image_size=predictor.grid_size * tokenizer.cell_size,
        grid_size=predictor.grid_size,
        cell_size=tokenizer.cell_size,
        codebook_size=predictor.codebook_size,
        parameters=sum(weights.numel() for part in (tokenizer, predictor) for weights in part.parameters()),
        bytes=sum(file.stat().st_size for file in folder.glob("*/*.safetensors")),
        conditioning=predictor.conditioning,
        labels=predictor.labels,
    )


def load_networks(folder: Path, dtype: torch.dtype | None = None) -> dict[str, Any]:
    """The two networks in a folder from `resolve`, by their names in the pipeline.

    They compute in ``dtype``, by default float32, whatever type the file has. Tensors of that type are
    memory-mapped from the file, without a second copy.
    """
    family, loaded = _family(folder), {}
    if family.others and find_spec("transformers") is None:
        raise CheckpointError(
            f'{folder} takes prompts, which needs transformers: pip install "unleash[text]"'
        )
    for name, kind in _networks(family).items():
        network = _skeleton(folder / name, kind)
        tensors = load_file(folder / name / _WEIGHTS)
        network.load_state_dict(
            {key: tensor.to(dtype or torch.float32) for key, tensor in tensors.items()}, assign=True
        )
        loaded[name] = network.eval()
    return loaded


def write_defaults(folder: Path, sampling: dict[str, Any]) -> dict[str, Any]:
    """Adds settings to the ``sampling_defaults`` in a model's folder and returns all of them.

    Raises:
        ValueError: if it is not a model folder, or a value is out of range; then nothing is written.
    """
    described = _index(folder)
    given = Settings(**(described.get("sampling_defaults") or {}) | sampling)
    if given.schedule == "information" and not read_config(_scheduler(folder)).get("information"):
        raise CheckpointError(
            f"{folder} has no curve for the schedule information; `unleash evaluate information` measures it"
        )
    described["sampling_defaults"] = given.model_dump(include=given.model_fields_set)
    write_whole(folder / "model_index.json", json.dumps(described, indent=2, sort_keys=True) + "\n")
    return described["sampling_defaults"]


def write_curve(folder: Path, curve: list[float]) -> None:
    """Writes an information curve into a model's folder, for the schedule ``information``.

    Raises:
        ValueError: if it is not a model folder.
    """
    config = _scheduler(folder)
    described = read_config(config) | {"information": curve}
    write_whole(config, json.dumps(described, indent=2, sort_keys=True) + "\n")


def _scheduler(folder: Path) -> Path:
    """The configuration of a model's scheduler."""
    config = folder / "scheduler" / "scheduler_config.json"
    if not config.is_file():
        raise CheckpointError(f"{folder} is not a model folder: it has no scheduler/{config.name}")
    return config


def _fetch(model: str, revision: str | None) -> Path:
    if known := known_model(model):
        return fetch_known(known, revision)
    # Anything else cannot be a Hub id but only a mistyped path, so the network is not asked.
    if model.startswith((".", "/", "~")) or model.count("/") != 1:
        raise CheckpointError(
            f"no folder {quoted(model)}; give a model folder, a name that `unleash models` lists, "
            "or a Hub id such as owner/name"
        )
    return fetch_folder(model, revision)


def _index(folder: Path) -> dict[str, Any]:
    """The contents of ``model_index.json``."""
    file = folder / "model_index.json"
    if not file.is_file():
        raise CheckpointError(
            f"{folder} is not a model folder: it has no model_index.json "
            "(`unleash convert` makes one of published files)"
        )
    try:
        return read_config(file)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be read: {str(error).splitlines()[0]}") from error


def _family(folder: Path) -> Family:
    """The family whose classes a folder's index names.

    diffusers would import any module named there, so other names are refused.
    """
    index = _index(folder)
    if form := foreign_format(str(index.get("_class_name"))):
        raise CheckpointError(
            f"{folder} is in the format {form.name} and must be converted: `unleash convert "
            f"--vqgan {folder / form.tokenizer_file} --transformer {folder / form.predictor_file} --out DIR`"
        )
    homes = {name: source for name, source in index.items() if isinstance(source, list)}
    for name, source in homes.items():
        if len(source) != 2 or not all(part is None or isinstance(part, str) for part in source):
            raise CheckpointError(f"{folder} is not an Unleash model: its {name} is {quoted(source)}")
    named = [homes.get(part, [None, None])[1] for part in ("vqgan", "transformer")]
    for family in families():
        if named == [network.__name__ for network in _networks(family).values()]:
            break
    else:
        known = "; ".join(f"{f.tokenizer.__name__} and {f.predictor.__name__}" for f in families())
        raise CheckpointError(
            f"{folder} is not an Unleash model: its networks are {quoted(named[0])} and {quoted(named[1])}; "
            f"known are {known}"
        )
    for name, (module, class_name) in homes.items():
        ours = module is not None and module.startswith("unleash.")
        text = (module, class_name) in ((None, None), ("transformers", family.others.get(name)))
        if not ours and not text:
            raise CheckpointError(f"{folder} is not an Unleash model: its {name} is {quoted(homes[name])}")
    return family


def _networks(family: Family) -> dict[str, Any]:
    return {"vqgan": family.tokenizer, "transformer": family.predictor}


def _skeleton(folder: Path, network: Any) -> Any:
    """A part of a model as its configuration describes it, without weights."""
    config = read_config(folder / "config.json")
    check_config(config)
    with torch.device("meta"):
        return network.from_config(config)


def _check_part(folder: Path, network: Any) -> None:
    """Compares the shapes in a part's weight file with those its configuration asks for.

    diffusers only warns about missing weights, and continues with random ones.
    """
    weights = folder / _WEIGHTS
    try:
        if weights.exists() and not weights.is_file():  # reading a pipe would block
            raise CheckpointError(f"{weights} is not a regular file")
        with safe_open(weights, framework="pt") as file:
            slices = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118
            found = {key: tuple(part.get_shape()) for key, part in slices.items()}
            types = {key: part.get_dtype() for key, part in slices.items()}
        with at_most(len(found)):
            model = _skeleton(folder, network)
    except CheckpointError:
        raise
    except FileNotFoundError as error:
        raise CheckpointError(f"{folder} lacks {Path(error.filename or _WEIGHTS).name}") from error
    # Networks raise many types of error for inconsistent configurations.
    except (OSError, ValueError, TypeError, RuntimeError, ArithmeticError, SafetensorError) as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise CheckpointError(f"{folder} cannot be read: {said}") from error
    fault = mismatch(found, shapes_of(model.state_dict())) or unfit(types)
    if fault:
        raise CheckpointError(f"{weights} {fault}")
