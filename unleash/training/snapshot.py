"""Networks in few small files, to carry elsewhere and go on from."""

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
    """Writes networks into ``folder`` as float16, in files of at most 15 MiB; what was there is replaced.

    Args:
        networks: the folder of each, as ``save_pretrained`` wrote it, by its name in a pipeline.
        folder: is made; a snapshot that was there stays whole until the new one is.
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
    """Makes of a snapshot folders that ``from_pretrained`` reads, float32; their paths by their names.

    Args:
        folder: what `write_snapshot` wrote, or a model's folder, which is taken as it is.
        into: where the networks go.

    Raises:
        ValueError: if ``folder`` is neither.
    """
    folder = whole(folder)
    if (folder / "model_index.json").is_file():
        return {name: folder / name for name in ("vqgan", "transformer") if (folder / name).is_dir()}
    files = sorted(folder.glob("weights*.safetensors"))
    if not files:
        raise ValueError(f"there is nothing to go on from in {folder}: give a model's folder or a snapshot")
    tensors: dict[str, dict[str, Tensor]] = {}
    configs: dict[str, str] = {}
    for index in folder.glob("weights*.index.json"):  # where there are several files
        configs |= pydantic_core.from_json(index.read_bytes())["metadata"]
    for file in files:
        with safe_open(file, "pt") as opened:
            configs |= opened.metadata() or {}
            for key in opened.keys():  # noqa: SIM118 - it is no dictionary
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
