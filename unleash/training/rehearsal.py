"""A dry run: measures this machine briefly and estimates what a plan achieves in its minutes."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import torch
import yaml
from torch import Tensor

from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.training.meter import matrix_limit
from unleash.training.preview_trainer import PreviewTrainer
from unleash.training.prior_trainer import PriorTrainer
from unleash.training.sources import open_pictures, picture_loader
from unleash.training.stages import STAGES, Plan
from unleash.training.trainer import PRECISIONS
from unleash.training.vqgan_trainer import VQGANRun, VQGANTrainer

SECONDS = 5.0
"""Duration of each measurement: of every stage, and of drawing pictures."""

FEWEST_STEPS = 1_000
"""A stage with fewer steps learns little, so smaller batches are preferred."""


def rehearse(plan: Plan) -> str:
    """Measures picture loading and the steps of each stage, and estimates how many fit into the plan.

    Returns:
        A report of several lines, ending with the plan as YAML. Batch sizes are reduced so that a batch fits
        into memory and, where possible, every stage takes at least ``FEWEST_STEPS`` steps.

    Raises:
        ValueError: if a single picture does not fit into the memory of the GPU.
    """
    lines = [f"{torch.get_num_threads()} threads, {_device_name()}"]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = PRECISIONS[plan.prior.mixed_precision or "no"]
    lines.append(f"matrix products: {matrix_limit(device, precision) / 1e12:.2f} TFLOP/s")
    lines.append(f"pictures: {_pictures_per_second(plan):.0f} a second by {plan.workers} workers")
    with TemporaryDirectory() as folder:
        home = Path(folder)
        VQGAN(**plan.vqgan.model).save_pretrained(home / "untrained")
        for stage in (stage for stage in STAGES if plan.shares[stage]):
            seconds, batch = _measured(plan, stage, home)
            minutes = None if plan.minutes is None else plan.minutes * plan.shares[stage]
            run = getattr(plan, stage)
            while minutes and batch > 1 and minutes * 60 / seconds < FEWEST_STEPS:
                # A step of half the batch takes about half the time.
                batch, seconds = batch // 2, seconds / 2
            steps = run.steps if minutes is None else round(minutes * 60 / seconds)
            taken = f"{steps * seconds / 60:.1f} minutes"
            lines.append(f"{stage}: {steps} steps of {batch} pictures at {seconds:.3f} s, {taken}")
            changed = run.model_copy(update={"batch_size": batch})
            plan = plan.model_copy(update={stage: changed})
    return "\n".join([*lines, "", yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False)])


def _device_name() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"


def _pictures_per_second(plan: Plan) -> float:
    side = plan.vqgan.model.get("image_size", 256)
    pictures = open_pictures(plan.data, side, plan.vqgan.augment, plan.vqgan.seed)
    batches = iter(picture_loader(pictures, 0, 16, plan.workers))
    next(batches)  # starts the workers
    began, count = monotonic(), 0
    while (spent := monotonic() - began) < SECONDS:
        count += len(next(batches)[1])
    return count / spent


def _measured(plan: Plan, stage: str, home: Path) -> tuple[float, int]:
    """Seconds per step of a stage and its batch size, the plan's, or the largest half of it that fits."""
    batch = getattr(plan, stage).batch_size
    while True:
        try:
            return _seconds(_stage_step(plan, stage, batch, home)), batch
        except torch.cuda.OutOfMemoryError:
            if batch == 1:
                raise ValueError(
                    f"{stage}: a single picture does not fit into GPU memory; choose a smaller model"
                ) from None
            torch.cuda.empty_cache()
            batch //= 2


def _stage_step(plan: Plan, stage: str, batch: int, home: Path) -> Callable[[], Any]:
    """A training step of a stage on random pictures or codes, in its most expensive phase."""
    common: dict[str, Any] = {"data": plan.data, "batch_size": batch, "minutes": None, "warm_start": None}
    out = home / f"{stage}-{batch}"
    size, side = VQGAN(**plan.vqgan.model).config.codebook_size, plan.vqgan.model.get("image_size", 256)
    if stage in ("vqgan", "large"):
        # With quantiser and discriminator.
        first: dict[str, Any] = {"autoencoder_steps": -1, "discriminator_start": 0}
        if stage == "large":
            first |= {"large": True, "warm_start": home / "untrained"}
        run: VQGANRun = getattr(plan, stage)
        trainer = VQGANTrainer(run.model_copy(update=common | first), out)
        count = batch * run.crops_per_picture
        images = torch.rand(count, 3, run.crop, run.crop, device=trainer.accelerator.device)
        return lambda: trainer.train_step(images.to(memory_format=torch.channels_last), False)
    common["vqgan"] = home / "untrained"
    cells = side // VQGAN(**plan.vqgan.model).cell_size
    codes = torch.randint(0, size, (batch, cells**2))
    if stage == "prior":
        prior = PriorTrainer(plan.prior.model_copy(update=common), out)
        labels = torch.zeros(batch, dtype=torch.long)
        return lambda: prior.train_step(prior.corrupted_batch(codes, labels, 0), False)
    preview = PreviewTrainer(plan.preview.model_copy(update=common), out)
    grids: Tensor = codes.unflatten(1, (cells, cells)).to(preview.accelerator.device)
    return lambda: preview.train_step(grids, False)


def _seconds(step: Callable[[], Any]) -> float:
    step()  # warm-up
    _synchronize()
    began, count = monotonic(), 0
    while not count or (monotonic() - began) < SECONDS:
        step()
        count += 1
        _synchronize()
    return (monotonic() - began) / count


def _synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
