"""Training the preview decoder: a small network distilled from the full decoder."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from unleash.images.tensors import psnr
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.training.code_cache import cached_batches, cached_codes, held_out_codes, stored_batches
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.perceptual import PerceptualDistance
from unleash.training.run import Run, Saved
from unleash.training.sources import open_pictures
from unleash.training.store import PictureStore
from unleash.training.trainer import Logs, Trainer
from unleash.training.warm import warm_started

HELD_OUT = 32
"""Pictures for the evaluation at each checkpoint."""

SHAPE = {"channels": 32, "channel_mult": (2, 3), "num_res_blocks": 1, "patch_size": 8}
"""Of the preview decoder; 0.8 million parameters."""


class PreviewRun(Run):
    """Configuration of a preview decoder run; common fields are in ``Run``.

    Args:
        vqgan: folder of the VQGAN whose decoder is distilled.
        shape: ``preview_shape`` of the VQGAN.
        pictures: number of pictures to encode if there is no picture store.
        perceptual_weight: of the perceptual distance; L1 has weight 1.
    """

    vqgan: Path
    shape: dict[str, Any] = SHAPE
    pictures: int = 4_000
    learning_rate: float = 2e-3
    perceptual_weight: float = 0.05
    decay: float = 0.6


class PreviewTrainer(Trainer[PreviewRun]):
    """Trains the preview decoder of a VQGAN to reproduce the output of the full decoder."""

    folder = "vqgan"

    def __init__(
        self, run: PreviewRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
    ) -> None:
        super().__init__(run, out, store, saved)
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
        optimizer = torch.optim.AdamW(small.parameters(), run.learning_rate, betas=(0.9, 0.99), fused=True)
        rate = warmup_stable_decay(optimizer, self.clock, run.decay)
        self.keep(small)
        self.small, self.optimizer, self.rate = self.accelerator.prepare(small, optimizer, rate)

    @property
    def network(self) -> VQGAN:
        """The VQGAN, with both decoders."""
        return self.vqgan

    @property
    def trained(self) -> nn.Module:
        """The preview decoder."""
        return self.accelerator.unwrap_model(self.small)

    def train_step(self, codes: Tensor, logged: bool = True) -> Logs:
        """One step on codes (B, h, w) long; returns the losses if ``logged``."""
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
        self.ema.step(self.trained.parameters())
        return {"l1": l1.detach(), "perceptual": perceptual.detach()} if logged else {}

    def batches(self) -> Generator[Tensor, None, None]:
        """Codes (B, h, w) long, starting at the current step."""
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

    @torch.no_grad()
    def evaluate(self) -> dict[str, float]:
        """``psnr`` in dB of previews against the full decoder, mean over held-out pictures."""
        side = self.vqgan.config.image_size // self.vqgan.cell_size
        codes = self.held_out.unflatten(1, (side, side)).to(self.accelerator.device)
        found = [
            psnr(self.vqgan.decode(part, detail="preview"), self.vqgan.decode(part))
            for part in codes.split(8)
        ]
        return {"psnr": float(torch.cat(found).mean())}


def train_preview(
    run: PreviewRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
) -> None:
    """Trains a preview decoder and saves the VQGAN with it in ``out / "vqgan"``."""
    PreviewTrainer(run, out, store, saved).train()
