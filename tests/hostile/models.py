"""Model folders made to do harm."""

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "diffusion_pytorch_model.safetensors"

Spoil = Callable[[Path], None]
"""Does something to a folder that was sound."""


def bad_models(count: int = 100) -> Iterator[tuple[str, Spoil]]:
    """A name and a way to spoil a model's folder for each; the first ones are chosen, the others drawn."""
    chosen = list(_chosen())
    yield from chosen[:count]
    chance = random.Random(0)
    for i in range(count - len(chosen)):
        yield f"bytes changed {i}", _flipped(chance.random(), chance.choice(("vqgan", "transformer")))


def _chosen() -> Iterator[tuple[str, Spoil]]:
    for part in ("vqgan", "transformer"):
        file = f"{part}/{WEIGHTS}"
        yield f"NaN in {part}", _weights(file, lambda t: t.view(-1).__setitem__(0, torch.nan))
        yield f"inf in {part}", _weights(file, lambda t: t.view(-1).__setitem__(-1, torch.inf))
        for kind in (torch.int8, torch.uint8, torch.int64, torch.bool):
            yield f"{kind} in {part}", _retyped(file, kind)
        yield f"{part} cut", lambda home, file=file: os.truncate(home / file, 1000)
        yield f"{part} empty", lambda home, file=file: os.truncate(home / file, 0)
        yield f"{part} of pickle", lambda home, file=file: torch.save({"a": 1}, home / file)
        yield f"huge header in {part}", lambda home, file=file: (home / file).write_bytes(b"\xff" * 16)
        for name in (file, f"{part}/config.json"):
            for special in ("pipe", "folder", "endless", "nothing"):
                yield f"{special} for {name}", _special(name, special)
        for text in ("[", "[]", "null", "1", "[" * 10_000 + "]" * 10_000, "\0", '{"a":' * 10_000, "\xff" * 9):
            yield f"{text[:8]!r} for the {part}'s config", _text(f"{part}/config.json", text)
    for name in ("model_index.json", "scheduler/scheduler_config.json"):
        for special in ("pipe", "folder", "endless", "nothing"):
            yield f"{special} for {name}", _special(name, special)
        yield f"nested {name}", _text(name, "[" * 10_000 + "]" * 10_000)
    for field, values in {
        "num_layers": (10**6, 10**30, -1, 0, 1.5, "2", None, True),
        "width": (10**9, 0, -32, 33),
        "num_heads": (0, 3, 10**6),
        "grid_size": (0, 10**6, 65),
        "codebook_size": (10**9, 0, -1, 2**16 + 1),
        "label_names": (["x" * 10**5], [1], ["day", "day"], "night", ["<b>"] * 10**5, {"a": 1}),
    }.items():
        for value in values:
            yield f"{field} of {value!r:.20}", _config("transformer", field, value)
    for field, values in {
        "num_res_blocks": (10**6, 0, -1),
        "channel_mult": ([1] * 50_000, [], [0, 1], [10**30, 1], "12", [[1]]),
        "decoder_shape": ({"num_res_blocks": 10**6}, {"x": 1}, {"channel_mult": [1] * 99}),
        "image_size": (10**9, 0),
        "patch_size": (10**6, 0),
        "attn_resolutions": (5, "x"),
    }.items():
        for value in values:
            yield f"{field} of {value!r:.20}", _config("vqgan", field, value)
    yield "a module of others", _config("", "vqgan", ["antigravity", "VQGAN"])
    yield "a class of others", _config("", "vqgan", ["unleash.models", "BidirectionalTransformer"])
    yield "defaults of nonsense", _config("", "sampling_defaults", {"steps": 10**30})
    yield "defaults that are none", _config("", "sampling_defaults", [1])
    yield "a schedule of nonsense", _config("scheduler", "schedule", "x" * 10**5)
    yield "a scheduler of other codes", _config("scheduler", "codebook_size", 17)
    yield "a card of other weights", _text("README.md", f"---\nsha256:\n  vqgan/{WEIGHTS}: {'0' * 64}\n---\n")


def _weights(file: str, change: Callable[[torch.Tensor], Any]) -> Spoil:
    def spoil(home: Path) -> None:
        state = load_file(home / file)
        change(next(iter(state.values())))
        save_file(state, home / file)

    return spoil


def _retyped(file: str, kind: torch.dtype) -> Spoil:
    def spoil(home: Path) -> None:
        save_file({key: tensor.to(kind) for key, tensor in load_file(home / file).items()}, home / file)

    return spoil


def _special(name: str, kind: str) -> Spoil:
    def spoil(home: Path) -> None:
        (home / name).unlink()
        if kind == "pipe":
            os.mkfifo(home / name)
        elif kind == "folder":
            (home / name).mkdir()
        elif kind == "endless":
            (home / name).symlink_to("/dev/zero")

    return spoil


def _text(name: str, text: str) -> Spoil:
    return lambda home: (home / name).write_bytes(text.encode("latin-1")) and None


def _config(part: str, field: str, value: Any) -> Spoil:
    name = {"": "model_index.json", "scheduler": "scheduler/scheduler_config.json"}.get(
        part, f"{part}/config.json"
    )

    def spoil(home: Path) -> None:
        config = json.loads((home / name).read_text())
        (home / name).write_text(json.dumps(config | {field: value}))

    return spoil


def _flipped(place: float, part: str) -> Spoil:
    """A few bytes in the header of the weights are others."""

    def spoil(home: Path) -> None:
        file = home / part / WEIGHTS
        data = bytearray(file.read_bytes())
        header = 8 + int.from_bytes(data[:8], "little")
        for step in range(3):
            data[int(place * header) - step] ^= 0x15
        file.write_bytes(data)

    return spoil


def spoilt(sound: Path, spoil: Spoil, into: Path) -> Path:
    """A copy of a sound folder, spoilt; what was at ``into`` is gone."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(sound, into)
    spoil(into)
    return into
