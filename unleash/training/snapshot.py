"""Snapshots: the networks of a run as a few small files, to copy elsewhere and resume from."""

import json
from collections.abc import Mapping
from pathlib import Path

import pydantic_core
import torch
from huggingface_hub import save_torch_state_dict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from unleash.writing import whole, whole_file, whole_folder, write_whole

WEIGHTS = "diffusion_pytorch_model.safetensors"
LARGEST = "15MiB"


def write_snapshot(networks: Mapping[str, Path], folder: Path) -> None:
    """Writes networks as float16, in files of at most 15 MiB.

    Args:
        networks: the folders written by ``save_pretrained``, by the names of the networks in a pipeline.
        folder: created if necessary; an older snapshot in it is replaced once the new one is complete.
    """
    tensors: dict[str, Tensor] = {}
    configs = {}
    for name, home in networks.items():
        configs[name] = (home / "config.json").read_text("utf-8")
        for key, tensor in load_file(home / WEIGHTS).items():
            tensors[f"{name}.{key}"] = tensor.half() if tensor.is_floating_point() else tensor
    size = int(LARGEST.removesuffix("MiB")) * 2**20
    with whole_folder(folder) as new:
        save_torch_state_dict(
            tensors,
            new,
            filename_pattern="weights{suffix}.safetensors",
            max_shard_size=size,
            metadata=configs,
        )


def read_snapshot(folder: Path, into: Path) -> dict[str, Path]:
    """Unpacks a snapshot into folders that ``from_pretrained`` reads, as float32.

    Args:
        folder: a snapshot, or a model's folder, whose networks are used in place.
        into: where the networks are unpacked.

    Returns:
        The folder of each network, by its name in a pipeline.

    Raises:
        ValueError: if ``folder`` is neither.
    """
    folder = whole(folder)
    if (folder / "model_index.json").is_file():
        return {name: folder / name for name in ("vqgan", "transformer") if (folder / name).is_dir()}
    files = sorted(folder.glob("weights*.safetensors"))
    if not files:
        raise ValueError(f"nothing to resume from in {folder}; expected a snapshot or a model's folder")
    tensors: dict[str, dict[str, Tensor]] = {}
    configs: dict[str, str] = {}
    for index in folder.glob("weights*.index.json"):  # exists if there are several files
        configs |= pydantic_core.from_json(index.read_bytes())["metadata"]
    for file in files:
        with safe_open(file, "pt") as opened:
            configs |= opened.metadata() or {}
            for key in opened.keys():  # noqa: SIM118 - not a dictionary
                name, _, own = key.partition(".")
                tensor = opened.get_tensor(key)
                tensors.setdefault(name, {})[own] = tensor.float() if tensor.dtype == torch.half else tensor
    for name, weights in tensors.items():
        home = into / name
        home.mkdir(parents=True, exist_ok=True)
        config = pydantic_core.from_json(configs[name])
        write_whole(home / "config.json", json.dumps(config, indent=2))
        with whole_file(home / WEIGHTS) as part:
            save_file(weights, part, metadata={"format": "pt"})
    return {name: into / name for name in tensors}
