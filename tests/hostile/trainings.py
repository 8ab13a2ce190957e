"""Trainings killed at random places, each gone on with until it ends.

A training writes, renames and removes files; the places are counted by Python's audit events, so that the
moments between a checkpoint and what comes after it, which no clock hits, are hit as often as all others.
"""

import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from unleash.training import preview_trainer, prior_trainer, vqgan_trainer
from unleash.training.stages import Plan, train_all

PARTS = ("vqgan", "transformer")
WEIGHTS = "diffusion_pytorch_model.safetensors"
PLAN = {
    "shares": {"vqgan": 1, "prior": 1, "preview": 1, "large": 0, "score": 1},
    "score_pictures": 16,
    "sample_rows": 0,
    "vqgan": {
        "model": {
            "image_size": 64,
            "channels": 32,
            "channel_mult": [1],
            "num_res_blocks": 1,
            "attn_resolutions": [],
            "emb_dim": 4,
            "codebook_size": 16,
            "patch_size": 16,
        },
        "steps": 4,
        "batch_size": 2,
        "crops_per_picture": 1,
        "crop": 64,
        "autoencoder_steps": 1,
        "discriminator_start": 2,
        "discriminator_channels": 8,
        "perceptual_size": 32,
        "checkpoint_every": 2,
    },
    "prior": {
        "model": {"width": 32, "num_layers": 1, "num_heads": 2, "dropout": 0.1},
        "steps": 4,
        "batch_size": 4,
        "pictures": 16,
        "sample_rows": 0,
        "checkpoint_every": 2,
    },
    "preview": {
        "shape": {"channels": 32, "channel_mult": [1], "num_res_blocks": 1, "patch_size": 16},
        "steps": 2,
        "batch_size": 2,
        "pictures": 8,
        "checkpoint_every": 1,
    },
    "large": {},
}
_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "open")


@dataclass(frozen=True)
class Outcome:
    """What became of trainings that were killed.

    Attributes:
        kills: how many there were.
        without_model: trainings that ended well and left no model, or none that opens.
        other_weights: those whose weights are not those of the training that nobody killed.
        failed: what else went wrong: the last line of each error.
    """

    kills: int
    without_model: int
    other_weights: int
    failed: tuple[str, ...]


def kill_trainings(folder: Path, kills: int, seed: int = 0) -> Outcome:
    """Kill trainings so many times in all, a few times each."""
    torch.set_num_threads(1)
    straight = folder / "straight"
    places = int(_attempt(straight, None))
    wanted = _weights(straight)
    chance = random.Random(seed)
    done, without, other, failed = 0, 0, 0, []
    while done < kills:
        out = folder / "killed"
        shutil.rmtree(out, ignore_errors=True)
        for place in _some_places(chance, places, kills - done):
            done += 1
            said = _attempt(out, place)
            if said != "killed":
                break  # it was over before, having less left to do
        said = _attempt(out, None)
        if not said.isdigit():
            failed.append(said)
        elif not (out / "model_index.json").is_file():
            without += 1
        elif not all(torch.equal(wanted[key], tensor) for key, tensor in _weights(out).items()):
            other += 1
    return Outcome(done, without, other, tuple(failed))


def _some_places(chance: random.Random, places: int, most: int) -> Iterator[int]:
    for _ in range(min(chance.randint(1, 4), most)):
        yield chance.randrange(places)


def _weights(model: Path) -> dict[str, torch.Tensor]:
    return {
        f"{part}.{key}": value for part in PARTS for key, value in load_file(model / part / WEIGHTS).items()
    }


def _attempt(out: Path, place: int | None) -> str:
    """Train in a process that is killed at a place; how many places it passed, or what went wrong."""
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        os.close(ours)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        try:
            os.write(theirs, str(_train(out, place)).encode())
        except BaseException:
            os.write(theirs, traceback.format_exc().strip().splitlines()[-1].encode()[:500])
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else said


def _train(out: Path, place: int | None) -> int:
    passed = 0

    def hook(event: str, given: tuple) -> None:
        nonlocal passed
        if event not in _CHANGES or str(out) not in f"{given[0]}":
            return
        if event == "open" and not (given[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            return
        if passed == place:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    for trainer in (vqgan_trainer, prior_trainer, preview_trainer):
        trainer.HELD_OUT = 8  # drawing pictures is what takes the time here
    sys.addaudithook(hook)
    train_all(Plan.model_validate(PLAN), out, snapshot=out / "snapshot")
    return passed


if __name__ == "__main__":
    print(kill_trainings(Path(sys.argv[1]), int(sys.argv[2])))
