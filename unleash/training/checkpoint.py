"""Checkpoints that a kill at any moment cannot spoil."""

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
    """What a training needs to go on: all that accelerate prepared, the averaged weights and the clock.

    Accelerate keeps the state of the global random generators as well, and the data are a function of the
    step, so that a resumed training continues with the same numbers.

    Args:
        accelerator: of the training; everything was prepared by it.
        ema: the averaged weights.
        clock: the steps and seconds of the training.
        folder: where the training writes, the same for all processes; the checkpoint is its ``checkpoint``
            folder.
        every: steps from one to the next.
        minutes: minutes from one to the next instead; None: steps decide.
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
        """Whether the next one shall be saved now."""
        if self._seconds is None:
            return self._clock.step % self._every == 0
        return self._clock.seconds - self._last >= self._seconds

    def resume(self) -> None:
        """Goes on from the newest checkpoint, if there is one; the clock starts."""
        for name in ("checkpoint", "checkpoint.old"):
            if (self._folder / name).is_dir():
                self._accelerator.load_state(str(self._folder / name))
                break
        self._clock.start()
        self._last = self._clock.seconds

    def save(self) -> None:
        """Writes a checkpoint; the one before it is removed only once the new one is whole.

        Raises:
            NotWrittenError: a ``ValueError``, if the disk is full for instance; the one before it stays.
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
        """Within it ``model``, not wrapped, has the averaged weights and is in evaluation mode."""
        self._ema.store(model.parameters())
        self._ema.copy_to(model.parameters())
        model.eval()
        try:
            yield
        finally:
            model.train()
            self._ema.restore(model.parameters())
