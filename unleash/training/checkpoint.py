"""Atomic checkpoints: killing the process at any moment leaves a usable one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accelerate import Accelerator
from diffusers import ModelMixin
from diffusers.training_utils import EMAModel

from unleash.training.clock import Clock
from unleash.writing import replace_folder, written


class Checkpoint:
    """The state needed to resume a run: everything accelerate prepared, the EMA weights and the clock.

    Accelerate also saves the state of the global random generators, and the data depend only on the step,
    so a resumed run continues with the same random numbers.

    Args:
        accelerator: the one that prepared everything in this run.
        ema: the averaged weights.
        clock: the steps and seconds of the run.
        folder: the run's output folder, the same for all processes; checkpoints go to ``checkpoint`` in it.
        every: steps between checkpoints.
        minutes: minutes between checkpoints, instead of ``every``.
    """

    def __init__(
        self,
        accelerator: Accelerator,
        ema: EMAModel,
        clock: Clock,
        folder: Path,
        every: int,
        minutes: float | None = None,
    ) -> None:
        self._accelerator, self._ema, self._clock, self._folder = accelerator, ema, clock, folder
        self._every, self._seconds = every, None if minutes is None else minutes * 60
        self._last = 0.0
        accelerator.register_for_checkpointing(ema, clock)

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        if self._seconds is None:
            return self._clock.step % self._every == 0
        return self._clock.seconds - self._last >= self._seconds

    def resume(self) -> None:
        """Restores the newest checkpoint, if there is one, and starts the clock."""
        for name in ("checkpoint", "checkpoint.old"):
            if (self._folder / name).is_dir():
                self._accelerator.load_state(str(self._folder / name))
                break
        self._clock.start()
        self._last = self._clock.seconds

    def save(self) -> None:
        """Writes a checkpoint; the previous one is removed only after the new one is complete.

        Raises:
            NotWrittenError: a ``ValueError``, if the disk is full, for example; the previous one stays.
        """
        self._last = self._clock.seconds
        new, now, old = (self._folder / f"checkpoint{end}" for end in (".new", "", ".old"))
        main = self._accelerator.is_main_process
        if main:
            shutil.rmtree(new, ignore_errors=True)
        self._accelerator.wait_for_everyone()
        with written(now):
            self._accelerator.save_state(str(new))
            self._accelerator.wait_for_everyone()
            if main:
                replace_folder(new, now, old)

    @contextmanager
    def averaged(self, model: ModelMixin) -> Iterator[None]:
        """Context in which ``model`` (unwrapped) holds the EMA weights and is in evaluation mode."""
        self._ema.store(model.parameters())
        self._ema.copy_to(model.parameters())
        model.eval()
        try:
            yield
        finally:
            model.train()
            self._ema.restore(model.parameters())
