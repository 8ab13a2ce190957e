"""Models from their folders: fetched if need be, checked, loaded."""

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from diffusers.models.modeling_utils import no_init_weights
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
from unleash.models.locating import local
from unleash.models.outline import WEIGHTS, Outline, outline
from unleash.models.protocol import Family
from unleash.models.soundness import (
    at_most,
    check_config,
    contradicts_card,
    not_finite,
    read_config,
    unfit,
)
from unleash.writing import write_whole

__all__ = ["CheckpointError", "check_weights", "describe", "load_networks", "load_others", "resolve"]


def resolve(model: str | Path, revision: str | None = None) -> Path:
    """The local folder of a model, fetched from the Hub if there is none here.

    Args:
        model: a folder, ``weights/scenes`` from anywhere, the short name of a known model, or a Hub id
            ``owner/name``.
        revision: the branch, tag or commit on the Hub.

    Raises:
        CheckpointError: if it is none of these, or its weights do not match its configuration.
    """
    folder = local(model) or _fetch(str(model), revision)
    family = _family(folder)
    for part, network in _networks(family).items():
        _check_part(folder / part, network)
    try:
        read_config(_scheduler(folder))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be read: {error}") from None
    return folder


def check_weights(folder: Path, parts: Mapping[str, nn.Module]) -> None:
    """Checks that a model's weights are finite and match the SHA-256 sums in its card.

    Raises:
        CheckpointError: if a weight is not finite, or a file's SHA-256 is not the card's.
    """
    if fault := contradicts_card(folder, [f"{name}/{WEIGHTS}" for name in parts]):
        raise CheckpointError(f"{folder} {fault}")
    for name, part in parts.items():
        if fault := not_finite(part.state_dict()):
            raise CheckpointError(f"{folder / name} {fault}")


def describe(model: str | Path) -> Outline:
    """What a model is, without loading its weights; ``model`` as for :func:`resolve`.

    Raises:
        CheckpointError: as :func:`resolve`.
    """
    return outline(resolve(model))


def load_networks(folder: Path, dtype: torch.dtype | None = None) -> dict[str, Any]:
    """The two networks in a folder from `resolve`, by their names in the pipeline.

    They compute in ``dtype``, by default float32, whatever type the file has. The predictor's tensors of that
    type are memory-mapped from its file. The tokenizer's are copied into the layout that its convolutions
    need, and its file is closed before the predictor's is opened, so that no two copies remain.
    """
    family, loaded = _family(folder), {}
    for name, kind in _networks(family).items():
        network = _skeleton(folder / name, kind)
        tensors = load_file(folder / name / WEIGHTS)
        for key in tensors:
            tensor = tensors[key].to(dtype or torch.float32)
            tensors[key] = tensor if name == "transformer" else _laid_out(tensor)
        network.load_state_dict(tensors, assign=True)
        loaded[name] = network.eval()
        del tensors, tensor
    return loaded


def _laid_out(tensor: torch.Tensor) -> torch.Tensor:
    """A copy, in the memory layout in which convolutions on CPUs are fastest."""
    layout = torch.channels_last if tensor.ndim == 4 else torch.contiguous_format
    return torch.empty_like(tensor, memory_format=layout).copy_(tensor)


def load_others(folder: Path, dtype: torch.dtype | None = None) -> dict[str, Any]:
    """The other parts in a folder from `resolve`, by their names in the pipeline: those that read prompts.

    Raises:
        CheckpointError: if transformers is missing, or a part cannot be read.
    """
    others = _family(folder).others
    if others and find_spec("transformers") is None:
        raise CheckpointError(
            f'{folder} takes prompts, which needs transformers: pip install "unleash[text]"'
        )
    loaded = {}
    for name, class_name in others.items():
        kind = getattr(import_module("transformers"), class_name)
        typed = {"dtype": dtype or torch.float32} if issubclass(kind, nn.Module) else {}
        try:
            loaded[name] = kind.from_pretrained(folder / name, local_files_only=True, **typed)
        except Exception as error:  # transformers raises a dozen types of error for damaged files
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise CheckpointError(f"{folder / name} cannot be read: {said}") from error
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
    with torch.device("meta"), no_init_weights():
        return network.from_config(config)


def _check_part(folder: Path, network: Any) -> None:
    """Compares the shapes in a part's weight file with those its configuration asks for.

    diffusers only warns about missing weights, and continues with random ones.
    """
    weights = folder / WEIGHTS
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
        raise CheckpointError(f"{folder} lacks {Path(error.filename or WEIGHTS).name}") from error
    # Networks raise many types of error for inconsistent configurations.
    except (OSError, ValueError, TypeError, RuntimeError, ArithmeticError, SafetensorError) as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)
        raise CheckpointError(f"{folder} cannot be read: {said}") from error
    fault = mismatch(found, shapes_of(model.state_dict())) or unfit(types)
    if fault:
        raise CheckpointError(f"{weights} {fault}")
