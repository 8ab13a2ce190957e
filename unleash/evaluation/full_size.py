"""A family at a published size with random weights: saved as a model, and measured in a process of its own.

The process is a new one so that its peak memory is that of loading and sampling alone.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import nn

from unleash.models.protocol import Family
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

PROMPT = "a chapel in the snow"
"""Of the measured picture, for models that take prompts."""


class Measured(NamedTuple):
    """A figure: its name, its unit (``s`` or ``GB``), its value in each run, and what it is."""

    name: str
    unit: str
    runs: list[float]
    what: str


def measure_family(family: Family, runs: int) -> Iterator[Measured]:
    """The figures of a family at a published size."""
    with TemporaryDirectory() as folder:
        save_random(family, Path(folder))
        command = [sys.executable, "-m", __name__, folder, str(runs)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    name = family.full_size().name
    for found in json.loads(done.stdout):
        measured = Measured(*found)
        yield measured._replace(name=f"{name}, {measured.name}")


def save_random(family: Family, folder: Path) -> None:
    """Writes a model of the family's published size with random weights."""
    full = family.full_size()
    predictor, tokenizer = _random(full.predictor), _random(full.tokenizer)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=predictor.codebook_size)
    defaults = dict(family.defaults)
    pipe = UnleashPipeline(tokenizer, predictor, scheduler, sampling_defaults=defaults, **full.others())
    pipe.save_pretrained(folder)


def measure_model(folder: Path, runs: int) -> list[Measured]:
    """The figures of a model, which must be the first that this process loads.

    Memory is that of the whole process, and is measured on Linux only.
    """
    began = perf_counter()
    pipe = UnleashPipeline.from_pretrained(folder)
    loading, loaded = perf_counter() - began, peak_memory()
    pipe.set_progress_bar_config(disable=True)
    asked = {"prompt": PROMPT} if pipe.conditioning == "text" else {"label": next(iter(pipe.labels), None)}
    settings, canvas = pipe.defaults.changed(**asked), pipe.blank()
    tokens, condition = torch.from_numpy(canvas.codes)[None], pipe.condition()
    codes = torch.zeros_like(tokens)
    with torch.inference_mode():
        evaluation = _timed(lambda: pipe.transformer.logits(tokens, condition), runs)
        decoder = _timed(lambda: pipe.vqgan.decode(codes), runs)
    picture = [_seconds(lambda: pipe(canvas, settings=settings)) for _ in range(runs)]
    predictor: Any = pipe.transformer
    millions = sum(weights.numel() for weights in predictor.parameters()) / 1e6
    evaluations = pipe.evaluations(canvas, settings=settings)
    weights = sum(file.stat().st_size for file in folder.glob("*/*.safetensors"))
    found = [
        Measured("loading", "s", [loading], "from its folder, once, with the files in the disk cache"),
        Measured("evaluation", "s", evaluation, f"token predictor of {millions:.0f} M parameters, batch 1"),
        Measured("decoder", "s", decoder, "one picture"),
        Measured("picture", "s", picture, f"a pipeline call with its defaults, {evaluations} evaluations"),
        Measured("weights", "GB", [weights / 1e9], "size of its files"),
    ]
    if loaded is not None and (sampled := peak_memory()) is not None:
        found += [
            Measured("peak memory of loading", "GB", [loaded / 1e9], "of the process, libraries included"),
            Measured("peak memory of a run", "GB", [sampled / 1e9], "the same after its pictures"),
        ]
    return found


def peak_memory() -> int | None:
    """The most memory that this process has had, in bytes; None where that is unknown."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _random(network: nn.Module) -> Any:
    """A network on the meta device with random weights."""
    network = network.to_empty(device="cpu").eval()
    for weights in network.parameters():
        weights.detach().normal_(std=0.02)
    return network


def _timed(job: Callable[[], Any], runs: int) -> list[float]:
    job()  # a warm-up
    return [_seconds(job) for _ in range(runs)]


def _seconds(job: Callable[[], Any]) -> float:
    began = perf_counter()
    job()
    return perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(measure_model(Path(sys.argv[1]), int(sys.argv[2]))))
