"""What every training does step by step: count, log, compile, save."""

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from tqdm import tqdm

from unleash.training.checkpoint import Checkpoint
from unleash.training.clock import Clock
from unleash.training.compiling import compile_blocks
from unleash.training.meter import Meter, counted, matrix_limit
from unleash.training.run import Run, over_processes

Logs = dict[str, Tensor | float]

PRECISIONS = {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
"""Of the matrix products, by the names that accelerate has for them."""


def train_loop(
    run: Run,
    accelerator: Accelerator,
    clock: Clock,
    checkpoint: Checkpoint,
    batches: Generator[Any, None, None],
    step: Callable[[Any, bool], Logs],
    save: Callable[[], None],
    networks: tuple[nn.Module, ...] = (),
    phase: Callable[[], Any] = lambda: None,
) -> None:
    """Trains until the clock says that it is over.

    Args:
        run: what decides the training.
        accelerator: of the training.
        clock: counts its steps.
        checkpoint: says when to save.
        batches: without end, from the present step on.
        step: one step on a batch; returns what to log if it is told to.
        save: called whenever a checkpoint is due, and at the end, also of a training that was over before.
        networks: those whose blocks are compiled if ``run`` says so.
        phase: what a step consists of; its operations are counted when that changes.
    """
    precision = PRECISIONS[accelerator.mixed_precision]
    meter, main = Meter(matrix_limit(accelerator.device, precision)), accelerator.is_main_process
    total = None if run.minutes else run.steps
    bar = tqdm(total=total, initial=clock.step, mininterval=30, disable=not main)
    seen: Any = object()
    compiled = 0
    with closing(batches):
        while not clock.over:
            with meter.waiting():
                batch = next(batches)
            logged = (clock.step + 1) % run.log_every == 0
            this = partial(step, batch, logged)
            if run.minutes and seen != (seen := phase()):
                logs, spent = counted(this)  # where steps decide, a training repeats to the bit
                meter.per_picture = spent / run.batch_size
            else:
                logs = this()
            if run.compile and not compiled:
                compiled = compile_blocks(*networks)
            meter.count(run.batch_size)
            clock.step += 1
            bar.update()
            if logged:
                means = over_processes(accelerator, {**logs, **meter.read()})
                accelerator.log(means, clock.step)
                told = ", ".join(f"{name} {value:.4g}" for name, value in means.items())
                if main:
                    tqdm.write(f"step {clock.step}: {told}")
            if checkpoint.due and not clock.over:
                save()
    save()
    bar.close()
    accelerator.end_training()
