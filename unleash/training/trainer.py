"""The training loop common to all networks: steps, logging, compilation, checkpoints."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Generic

import torch
from accelerate.utils import set_seed
from diffusers import ModelMixin
from diffusers.training_utils import EMAModel
from torch import Tensor, nn
from tqdm import tqdm

from unleash.training.checkpoint import Checkpoint
from unleash.training.clock import Clock
from unleash.training.compiling import compile_blocks
from unleash.training.meter import Meter, counted, matrix_limit
from unleash.training.run import AnyRun, Saved, accelerator_for, over_processes
from unleash.training.store import PictureStore
from unleash.writing import whole_folder

Logs = dict[str, Tensor | float]

PRECISIONS = {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
"""The dtype of matrix products by accelerate's name of the precision."""


class Trainer(ABC, Generic[AnyRun]):
    """One training run of one network. A subclass creates the network and optimisers and defines a step.

    Args:
        run: the configuration.
        out: folder for everything the run writes.
        store: pictures to train on; None: the ``data`` of ``run``, in an order that a resumed run continues.
        saved: called with the folder of the network each time it is saved.
    """

    folder: str
    """Name of the folder in which the network is saved."""

    def __init__(
        self, run: AnyRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
    ) -> None:
        self.run, self.out, self.store, self.saved = run, out, store, saved
        self.accelerator = accelerator_for(run, out)
        self.clock = Clock(run.steps, run.minutes)

    @property
    @abstractmethod
    def network(self) -> ModelMixin:
        """The network to save, unwrapped."""

    @property
    def trained(self) -> nn.Module:
        """The part of the network that has averaged weights, unwrapped."""
        return self.network

    @property
    def compiled(self) -> tuple[nn.Module, ...]:
        """Networks whose blocks are compiled if ``run.compile``."""
        return (self.network,)

    @property
    def phase(self) -> Any:
        """Identifies what a step computes; its FLOPs are counted again when this changes."""
        return None

    @abstractmethod
    def batches(self) -> Generator[Any, None, None]:
        """Endless batches for `train_step`, starting at the current step."""

    @abstractmethod
    def train_step(self, batch: Any, logged: bool = True) -> Logs:
        """One step; returns values to log if ``logged``."""

    @abstractmethod
    def evaluate(self) -> dict[str, float]:
        """Metrics on held-out pictures, by name."""

    def keep(self, trained: nn.Module) -> None:
        """Sets up the weight average (EMA) of ``trained`` and the checkpoints."""
        run = self.run
        self.ema = EMAModel(trained.parameters(), decay=run.ema, use_ema_warmup=True, foreach=True)
        self.ema.to(self.accelerator.device)
        self.checkpoint = Checkpoint(
            self.accelerator, self.ema, self.clock, self.out, run.checkpoint_every, run.checkpoint_minutes
        )

    def train(self) -> None:
        """Trains to the end, resuming from the newest checkpoint if there is one.

        The network is saved at each checkpoint and at the end, even if the run was already complete.
        """
        set_seed(self.run.seed, device_specific=True)
        if self.store is not None:
            self.store.wait(2 * self.run.batch_size)
        self.checkpoint.resume()
        with closing(self.batches()) as batches:
            self._steps(batches)
        self._save()
        self.accelerator.end_training()

    def _steps(self, batches: Generator[Any, None, None]) -> None:
        run, clock, main = self.run, self.clock, self.accelerator.is_main_process
        precision = PRECISIONS[self.accelerator.mixed_precision]
        meter = Meter(matrix_limit(self.accelerator.device, precision))
        seen: Any = object()
        compiled = 0
        total = None if run.minutes else run.steps
        with tqdm(total=total, initial=clock.step, mininterval=30, disable=not main) as bar:
            while not clock.over:
                with meter.waiting():
                    batch = next(batches)
                logged = (clock.step + 1) % run.log_every == 0
                step = partial(self.train_step, batch, logged)
                if run.minutes and seen != (seen := self.phase):
                    logs, spent = counted(step)  # not for runs in steps, which are reproducible bit by bit
                    meter.per_picture = spent / run.batch_size
                else:
                    logs = step()
                if run.compile and not compiled:
                    compiled = compile_blocks(*self.compiled)
                meter.count(run.batch_size)
                clock.step += 1
                bar.update()
                if logged:
                    self._log({**logs, **meter.read()})
                if self.checkpoint.due and not clock.over:
                    self._save()

    def _log(self, logs: Logs) -> None:
        means = over_processes(self.accelerator, logs)
        self.accelerator.log(means, self.clock.step)
        self._tell(means)

    def _tell(self, values: dict[str, float]) -> None:
        if self.accelerator.is_main_process:
            told = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
            tqdm.write(f"step {self.clock.step}: {told}")

    def _save(self) -> None:
        self.checkpoint.save()
        if not self.accelerator.is_main_process:
            return
        with self.checkpoint.averaged(self.trained), torch.compiler.set_stance("force_eager"):
            with whole_folder(self.out / self.folder) as new:
                self.network.save_pretrained(new)
            scores = {f"held_out/{name}": value for name, value in self.evaluate().items()}
        self.accelerator.log(scores, self.clock.step)
        self._tell(scores)
        if self.saved is not None:
            self.saved(self.out / self.folder)
