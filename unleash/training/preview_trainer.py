"""Training the preview decoder: a small network that draws what the large decoder would."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate.utils import set_seed
from diffusers.training_utils import EMAModel
from torch import Tensor
from tqdm import tqdm

from unleash.models import VQGAN
from unleash.training.checkpoint import Checkpoint
from unleash.training.clock import Clock
from unleash.training.code_cache import cached_batches, cached_codes, held_out_codes, stored_batches
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.loop import Logs, train_loop
from unleash.training.perceptual import PerceptualDistance
from unleash.training.run import Run, Saved, accelerator_for
from unleash.training.sources import open_pictures
from unleash.training.store import PictureStore
from unleash.training.warm import warm_started
from unleash.writing import whole_folder

HELD_OUT = 32
"""Pictures that the preview decoder is measured on at each checkpoint."""

SHAPE = {"channels": 32, "channel_mult": (2, 3), "num_res_blocks": 1, "patch_size": 8}
"""Eight tenths of a million parameters."""


class PreviewRun(Run):
    """Everything that decides a training of the preview decoder; what is not here is in ``Run``.

    Args:
        vqgan: a folder with the VQGAN whose decoder is imitated.
        shape: ``preview_shape`` of the VQGAN.
        pictures: how many are encoded if there is no store of pictures.
        perceptual_weight: of the perceptual distance beside L1.
    """

    vqgan: Path
    shape: dict[str, Any] = SHAPE
    pictures: int = 4_000
    learning_rate: float = 2e-3
    perceptual_weight: float = 0.05
    decay: float = 0.6


class PreviewTrainer:
    """The VQGAN with its two decoders, and the state of one training; arguments as of ``VQGANTrainer``."""

    def __init__(
        self, run: PreviewRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
    ) -> None:
        self.run, self.out, self.store, self.saved = run, out, store, saved
        self.accelerator = accelerator_for(run, out)
        vqgan, _ = warm_started(VQGAN, run.vqgan, {"preview_shape": run.shape})
        self.vqgan = vqgan.requires_grad_(False).eval().to(self.accelerator.device)
        small = self.vqgan.preview_decoder
        assert small is not None
        small.requires_grad_(True)
        self.pictures = open_pictures(run.data, vqgan.config.image_size, run.augment, run.seed)
        self.held_out, _ = held_out_codes(self.vqgan, self.pictures, HELD_OUT)
        self.perceptual = PerceptualDistance().to(self.accelerator.device)
        networks: list[Any] = [self.vqgan, self.perceptual]
        for network in networks:
            network.to(memory_format=torch.channels_last)
        self.clock = Clock(run.steps, run.minutes)
        optimizer = torch.optim.AdamW(small.parameters(), run.learning_rate, betas=(0.9, 0.99), fused=True)
        rate = warmup_stable_decay(optimizer, self.clock, run.decay)
        self.ema = EMAModel(small.parameters(), decay=run.ema, use_ema_warmup=True, foreach=True)
        self.ema.to(self.accelerator.device)
        self.small, self.optimizer, self.rate = self.accelerator.prepare(small, optimizer, rate)
        self.checkpoint = Checkpoint(
            self.accelerator, self.ema, self.clock, out, run.checkpoint_every, run.checkpoint_minutes
        )

    def train(self) -> None:
        """Trains to the end, going on from the newest checkpoint if there is one."""
        set_seed(self.run.seed, device_specific=True)
        self.checkpoint.resume()
        train_loop(
            self.run,
            self.accelerator,
            self.clock,
            self.checkpoint,
            self._grids(),
            self.train_step,
            self._save,
            (self.vqgan,),
        )

    def train_step(self, codes: Tensor, logged: bool = True) -> Logs:
        """One step on codes (B, h, w) long; returns what to log, if it is ``logged``."""
        vqgan = self.vqgan
        with self.accelerator.autocast():
            vectors = vqgan.quantizer.vectors(codes)
            with torch.no_grad():
                wanted = vqgan.pixels(vectors).float()
            linear = 0 if vqgan.linear_out is None else vqgan.linear_pixels(vectors)
            made = (self.small(vectors) + linear).float()
            l1 = F.l1_loss(made, wanted)
            perceptual = self.perceptual(made, wanted)
        self.accelerator.backward(l1 + self.run.perceptual_weight * perceptual)
        self.accelerator.clip_grad_norm_(self.small.parameters(), 1.0)
        self.optimizer.step()
        self.rate.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.ema.step(self.accelerator.unwrap_model(self.small).parameters())
        return {"l1": l1.detach(), "perceptual": perceptual.detach()} if logged else {}

    def _grids(self) -> Generator[Tensor, None, None]:
        """Codes (B, h, w) from the present step on."""
        run, side = self.run, self.vqgan.config.image_size // self.vqgan.cell_size
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        if self.store is not None:
            batches = stored_batches(self.vqgan, self.store, run.batch_size, run.seed)
        else:
            count = min(run.pictures, self.pictures.size or run.pictures)
            with self.accelerator.main_process_first():
                path = self.out / "codes.npz"
                kept = cached_codes(self.vqgan, self.pictures, count, path, workers=run.workers)
            batches = cached_batches(*kept, run.batch_size, run.seed, self.clock.step, rank, world)
        for codes, _ in batches:
            yield codes.unflatten(1, (side, side)).to(self.accelerator.device)

    def _save(self) -> None:
        self.checkpoint.save()
        if not self.accelerator.is_main_process:
            return
        small = self.accelerator.unwrap_model(self.small)
        with self.checkpoint.averaged(small), torch.compiler.set_stance("force_eager"):
            with whole_folder(self.out / "vqgan") as new:
                self.vqgan.save_pretrained(new)
            psnr = self.evaluate()
        self.accelerator.log({"held_out/psnr": psnr}, self.clock.step)
        tqdm.write(f"step {self.clock.step}: previews of held-out pictures {psnr:.2f} dB from the pictures")
        if self.saved is not None:
            self.saved(self.out / "vqgan")

    @torch.no_grad()
    def evaluate(self) -> float:
        """PSNR in dB of previews beside the large decoder's pictures, the mean over held-out ones."""
        side = self.vqgan.config.image_size // self.vqgan.cell_size
        codes = self.held_out.unflatten(1, (side, side)).to(self.accelerator.device)
        errors = [
            (self.vqgan.decode(part, detail="preview") - self.vqgan.decode(part)).square().mean((1, 2, 3))
            for part in codes.split(8)
        ]
        return float((-10 * torch.cat(errors).log10()).mean())


def train_preview(
    run: PreviewRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
) -> None:
    """Trains a preview decoder; the VQGAN that has it goes into ``out / "vqgan"``."""
    PreviewTrainer(run, out, store, saved).train()
