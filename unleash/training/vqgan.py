"""Training the VQGAN (Esser et al., CVPR 2021, section 3.1)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import yaml
from accelerate import Accelerator
from accelerate.utils import set_seed
from diffusers.training_utils import EMAModel
from einops import rearrange
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from tqdm import tqdm

from unleash.models import VQGAN
from unleash.training.checkpoint import Checkpoint
from unleash.training.data import chw, detailed_crops, held_out_scene, scene_loader, training_scene
from unleash.training.discriminator import PatchDiscriminator, adaptive_weight, discriminator_loss
from unleash.training.linear import start_from_principal_components
from unleash.training.perceptual import PerceptualDistance
from unleash.training.quantizer import EMACodebook, perplexity
from unleash.training.schedule import warm_stable_decay
from unleash.training.sheets import save_sheet

PERCEPTUAL_SIZE = 128
"""Pixels on a side of what the perceptual network is shown of each picture."""


class VQGANRun(BaseModel):
    """Everything that decides a training of the VQGAN.

    Args:
        model: the arguments of ``VQGAN``.
        warm_start: a folder with a VQGAN to start from, instead of new weights.
        freeze_codes: whether encoder and codebook stay as they are, so that codes keep their meaning.
        steps: batches to train on.
        batch_size: pictures in a batch.
        crops_per_picture: squares cut out of each of them.
        crop: pixels on a side of a square.
        autoencoder_steps: first steps without quantiser, after which k-means starts the codebook.
        perceptual_weight, commitment: weights of those terms beside L1.
        discriminator_start: the step from which the discriminator is heard.
        discriminator_weight: multiplies the adaptive weight λ.
        decay: the last share of the steps, over which the learning rate falls to zero.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: dict[str, Any] = Field(default_factory=dict)
    warm_start: Path | None = None
    freeze_codes: bool = False
    steps: int = 10_000
    batch_size: int = 4
    crops_per_picture: int = 2
    crop: int = 128
    learning_rate: float = 4e-4
    autoencoder_steps: int = 300
    perceptual_weight: float = 0.3
    commitment: float = 0.25
    discriminator_start: int = 1_000_000
    discriminator_weight: float = 0.1
    ema: float = 0.999
    decay: float = 0.25
    seed: int = 0
    checkpoint_every: int = 500


class VQGANTrainer:
    """The networks, optimisers and state of one training."""

    def __init__(self, run: VQGANRun, out: Path) -> None:
        self.run, self.out = run, out
        set_seed(run.seed)
        self.accelerator = Accelerator()
        vqgan = VQGAN.from_pretrained(run.warm_start) if run.warm_start else VQGAN(**run.model)
        if vqgan.config.linear_path and not run.warm_start:
            start_from_principal_components(vqgan, [training_scene(i).picture for i in range(80)])
        if run.freeze_codes:
            for frozen in (vqgan.encoder, vqgan.linear_in):
                if frozen is not None:
                    frozen.requires_grad_(False)
        codebook = EMACodebook(vqgan.quantizer, vqgan.config.unit_codes)
        self.perceptual = PerceptualDistance().to(self.accelerator.device)
        weights = [p for p in vqgan.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            weights, run.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True
        )
        rate = warm_stable_decay(optimizer, run.steps, run.decay)
        disc = PatchDiscriminator()
        disc_optimizer = torch.optim.AdamW(disc.parameters(), run.learning_rate, betas=(0.5, 0.9), fused=True)
        self.ema = EMAModel(vqgan.parameters(), decay=run.ema, use_ema_warmup=True)
        networks: list[Any] = [vqgan, disc, self.perceptual]
        for network in networks:
            network.to(memory_format=torch.channels_last)  # a fifth faster on CPUs
        prepared = self.accelerator.prepare(vqgan, codebook, optimizer, rate, disc, disc_optimizer)
        self.vqgan, self.codebook, self.optimizer, self.rate, self.disc, self.disc_optimizer = prepared
        self.progress = Checkpoint(self.accelerator, self.ema, out)

    def train(self) -> None:
        """Trains to the last step, going on from the newest checkpoint if there is one."""
        self.progress.resume()
        run = self.run
        loader = iter(scene_loader(self.progress.step * run.batch_size, run.batch_size))
        crops = torch.Generator().manual_seed(run.seed + self.progress.step)
        bar = tqdm(total=run.steps, initial=self.progress.step, mininterval=30)
        while self.progress.step < run.steps:
            logs = self.train_step(self._squares(loader, crops))
            self.progress.step += 1
            bar.update()
            if self.progress.step % 50 == 0:
                bar.set_postfix({k: f"{float(v):.4f}" for k, v in logs.items()}, refresh=False)
            if self.progress.step == run.autoencoder_steps and not (run.freeze_codes or run.warm_start):
                self._start_codebook(loader, crops)
            if self.progress.step % run.checkpoint_every == 0 or self.progress.step == run.steps:
                self._checkpoint()
        bar.close()

    def train_step(self, images: Tensor) -> dict[str, Tensor | float]:
        """One step on squares (B, 3, S, S) in [0, 1]; returns what to log."""
        run, vqgan = self.run, self.vqgan
        adversarial = self.progress.step >= run.discriminator_start
        with self.accelerator.autocast():
            z = vqgan.latents(images).float()
            if self.progress.step < run.autoencoder_steps and not (run.freeze_codes or run.warm_start):
                vectors, commitment, codes = z, z.new_zeros(()), None
            else:
                with torch.autocast(z.device.type, enabled=False):
                    vectors, commitment, codes = self.codebook(z)
            made = vqgan.pixels(vectors).float()
            l1 = F.l1_loss(made, images)
            perceptual = self.perceptual(*self._window(made, images))
            loss = reconstruction = l1 + run.perceptual_weight * perceptual
            if adversarial:
                self.disc.requires_grad_(False)
                fooled = -self.disc(made).mean()
                last = vqgan.decoder.blocks[-1].weight
                weight = adaptive_weight(reconstruction, fooled, last) * run.discriminator_weight
                loss = loss + weight * fooled
        self.accelerator.backward(loss + run.commitment * commitment)
        self.accelerator.clip_grad_norm_(vqgan.parameters(), 1.0)
        self.optimizer.step()
        self.rate.step()
        self.optimizer.zero_grad(set_to_none=True)
        if codes is not None and not run.freeze_codes:
            self.codebook.update(z.detach(), codes)
        self.ema.step(vqgan.parameters())
        logs: dict[str, Tensor | float] = {"l1": l1.detach(), "perceptual": perceptual.detach()}
        if codes is not None:
            logs["perplexity"] = perplexity(codes, vqgan.config.codebook_size)
        if adversarial:
            logs["disc"] = self._train_discriminator(images, made.detach())
        return logs

    def _squares(self, loader: Iterator[list[Tensor]], generator: torch.Generator) -> Tensor:
        pictures, _ = next(loader)
        squares = detailed_crops(pictures, self.run.crop, self.run.crops_per_picture, generator)
        return squares.to(self.accelerator.device, memory_format=torch.channels_last)

    def _window(self, *pictures: Tensor) -> list[Tensor]:
        """The same place cut out of each batch: the perceptual network costs as much as all the rest."""
        size = min(PERCEPTUAL_SIZE, pictures[0].shape[-1])
        top, left = torch.randint(0, pictures[0].shape[-1] - size + 1, (2,)).tolist()
        return [batch[..., top : top + size, left : left + size] for batch in pictures]

    def _train_discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        self.disc.requires_grad_(True)
        loss = discriminator_loss(self.disc(real), self.disc(fake))
        self.accelerator.backward(loss)
        self.disc_optimizer.step()
        self.disc_optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    @torch.no_grad()
    def _start_codebook(self, loader: Iterator[list[Tensor]], crops: torch.Generator) -> None:
        latents: list[Tensor] = []
        while sum(map(len, latents)) < 16 * self.vqgan.config.codebook_size:
            z = self.vqgan.latents(self._squares(loader, crops))
            latents.append(rearrange(z, "b c h w -> (b h w) c"))
        self.codebook.start_from(torch.cat(latents))

    def _checkpoint(self) -> None:
        self.progress.save()
        with self.progress.averaged(self.vqgan):
            self.vqgan.save_pretrained(self.out / "vqgan")
            sheet = self.out / f"sheet-{self.progress.step:06d}.png"
            l1, psnr = evaluate_reconstruction(self.vqgan, sheet)
        tqdm.write(f"step {self.progress.step}: held-out L1 {l1:.4f}, PSNR {psnr:.2f} dB")


@torch.no_grad()
def evaluate_reconstruction(vqgan: VQGAN, sheet: Path, count: int = 32) -> tuple[float, float]:
    """Mean L1 (share of the range) and PSNR (dB) of held-out scenes; the first eight go on a sheet."""
    images = torch.stack([chw(held_out_scene(i).picture) for i in range(count)]).float() / 255
    made = torch.cat([vqgan.decode(vqgan.encode(part)) for part in images.split(8)])
    save_sheet(torch.stack([images[:8], made[:8]], 1).flatten(0, 1), sheet, columns=4)
    errors = (made - images).square().mean((1, 2, 3))
    return float((made - images).abs().mean()), float((-10 * errors.log10()).mean())


def train_vqgan(run: VQGANRun, out: Path) -> None:
    """Trains a VQGAN as ``run`` says; checkpoints, sheets and the model go into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.yaml").write_text(yaml.safe_dump(run.model_dump(mode="json"), sort_keys=False))
    VQGANTrainer(run, out).train()
