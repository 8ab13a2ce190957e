"""Checkpoints that a kill at any moment cannot spoil."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from diffusers import ModelMixin
from diffusers.training_utils import EMAModel


class Checkpoint:
    """What a training needs to go on: all that accelerate prepared, the averaged weights and the step.

    Accelerate keeps the state of the global random generators as well, and the data are a function of the
    step, so that a resumed training continues with the same numbers.

    Args:
        accelerator: of the training; everything was prepared by it.
        ema: the averaged weights.
        folder: where the training writes, the same for all processes; the checkpoint is its ``checkpoint``
            folder.
    """

    def __init__(self, accelerator: Accelerator, ema: EMAModel, folder: Path) -> None:
        self.step = 0
        self._accelerator, self._ema, self._folder = accelerator, ema, folder
        accelerator.register_for_checkpointing(ema, self)

    def state_dict(self) -> dict[str, Any]:
        """What accelerate stores of this object: the step."""
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the step back."""
        self.step = state["step"]

    def resume(self) -> None:
        """Goes on from the newest checkpoint, if there is one."""
        for name in ("checkpoint", "checkpoint.old"):
            if (self._folder / name).is_dir():
                self._accelerator.load_state(str(self._folder / name))
                return

    def save(self) -> None:
        """Writes a checkpoint; the one before it is removed only once the new one is whole."""
        new, now, old = (self._folder / f"checkpoint{end}" for end in (".new", "", ".old"))
        if self._accelerator.is_main_process:
            shutil.rmtree(new, ignore_errors=True)
        self._accelerator.wait_for_everyone()
        self._accelerator.save_state(str(new))
        self._accelerator.wait_for_everyone()
        if self._accelerator.is_main_process:
            shutil.rmtree(old, ignore_errors=True)
            if now.is_dir():
                now.rename(old)
            new.rename(now)
            shutil.rmtree(old, ignore_errors=True)

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
