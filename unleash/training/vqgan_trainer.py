"""Training the VQGAN (Esser et al., CVPR 2021, section 3.1)."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from accelerate.utils import broadcast, set_seed
from diffusers.training_utils import EMAModel
from einops import rearrange
from pydantic import Field
from torch import Tensor, nn
from tqdm import tqdm

from unleash.images.tensors import save_sheet
from unleash.models import VQGAN
from unleash.models.protocol import Detail
from unleash.models.usage import perplexity
from unleash.training.augment import diff_augment
from unleash.training.checkpoint import Checkpoint
from unleash.training.clock import Clock
from unleash.training.crops import detailed_crops
from unleash.training.discriminator import (
    Discriminator,
    adaptive_weight,
    discriminator_loss,
    generator_loss,
)
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.linear import start_from_principal_components, zero_initialise
from unleash.training.loop import Logs, train_loop
from unleash.training.perceptual import PerceptualDistance
from unleash.training.quantizer import EMACodebook, GumbelCodebook, annealed
from unleash.training.run import Run, Saved, accelerator_for
from unleash.training.sources import Pictures, open_pictures, picture_loader
from unleash.training.store import PictureStore
from unleash.training.warm import warm_started

HELD_OUT = 32
"""Pictures that reconstruction is measured on at each checkpoint."""

CODEBOOK = "quantizer.embedding.weight"
"""The name of the VQGAN's codebook among its weights."""


class VQGANRun(Run):
    """Everything that decides a training of the VQGAN; what is not here is in ``Run``.

    Args:
        freeze_codes: whether encoder and codebook stay as they are, so that codes keep their meaning.
        large: whether only the decoder's stage for pictures of twice as many pixels a side is trained; the
            codes are those of the pictures at half their size. ``crop`` is of the large ones.
        crops_per_picture: squares cut out of each picture.
        crop: pixels on a side of a square.
        autoencoder_steps: first steps without quantiser, after which k-means starts the codebook.
        quantizer: ``nearest``, whose codebook follows the running mean of its latents, or ``gumbel``.
        perceptual_weight, commitment, kl_weight: weights of those terms beside L1; ``nearest`` has the
            second, ``gumbel`` the third.
        perceptual_size: pixels on a side of what the perceptual network is shown of each picture.
        discriminator_start: the step, or below 1 the share of the training, from which the discriminator
            takes part.
        discriminator_weight: multiplies the adaptive weight λ.
        discriminator_channels: width of its first layer.
        discriminator_scales: how many there are, each for pictures half as large as the one before.
        augment_discriminator: whether what the discriminator sees is changed at random.
    """

    freeze_codes: bool = False
    large: bool = False
    batch_size: int = 4
    crops_per_picture: int = 2
    crop: int = 128
    learning_rate: float = 4e-4
    autoencoder_steps: int = 300
    quantizer: Literal["nearest", "gumbel"] = "nearest"
    perceptual_weight: float = 0.3
    perceptual_size: int = Field(default=128, ge=32)
    commitment: float = 0.25
    kl_weight: float = 5e-4
    discriminator_start: float = Field(default=1_000_000, ge=0)
    discriminator_weight: float = 0.1
    discriminator_channels: int = Field(default=48, ge=1)
    discriminator_scales: int = Field(default=1, ge=1)
    augment_discriminator: bool = True
    decay: float = 0.25


class Autoencoder(nn.Module):
    """A whole forward pass of the VQGAN as one call, which is what accelerate can wrap."""

    def __init__(self, vqgan: VQGAN, large: bool = False) -> None:
        super().__init__()
        self.vqgan, self.large = vqgan, large
        self.register_load_state_dict_pre_hook(_named_as_here)

    def forward(
        self, images: Tensor, codebook: EMACodebook | GumbelCodebook | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Encodes, quantises and decodes, quantising in float32.

        Args:
            images: (B, 3, H, W) in [0, 1]; twice as large a side as the VQGAN's if it draws ``large`` ones.
            codebook: of the same VQGAN; None: latents go to the decoder as they are.

        Returns:
            The pictures made, like ``images``; latents (B, emb_dim, h, w); the codebook's own term of the
            loss, a scalar; codes (B, h, w) long, None without a codebook.
        """
        z = self.vqgan.latents(F.avg_pool2d(images, 2) if self.large else images).float()
        if codebook is None:
            return self.vqgan.pixels(z).float(), z, z.new_zeros(()), None
        with torch.autocast(z.device.type, enabled=False):
            vectors, term, codes = codebook(z)
        return self.vqgan.pixels(vectors, "large" if self.large else "full").float(), z, term, codes


class VQGANTrainer:
    """The networks, optimisers and state of one training.

    Args:
        run: what decides it.
        out: where everything goes.
        store: pictures that are drawn or read meanwhile; None: each step's are read for it, in an order
            that a resumed training goes on with.
        saved: called with the folder of the VQGAN whenever it is written.
    """

    def __init__(
        self,
        run: VQGANRun,
        out: Path,
        store: PictureStore | None = None,
        saved: Saved | None = None,
    ) -> None:
        self.run, self.out, self.store, self.saved = run, out, store, saved
        self.accelerator = accelerator_for(run, out)
        if run.warm_start:
            vqgan, self.new = warm_started(VQGAN, run.warm_start, run.model)
        else:
            vqgan, self.new = VQGAN(**run.model), {CODEBOOK}
        side = vqgan.config.image_size * (2 if run.large else 1)
        self.pictures = open_pictures(run.data, side, run.augment, run.seed)
        self.held_out = torch.stack([picture for picture, _ in self.pictures.held_out(HELD_OUT)])
        if vqgan.config.linear_path and not run.warm_start:
            start_from_principal_components(vqgan, _first(self.pictures, 80))
        elif vqgan.config.linear_path:
            zero_initialise(vqgan, self.new)
        self._freeze(vqgan)
        self.keeps_codes = run.freeze_codes or run.large
        gumbel = run.quantizer == "gumbel" and not self.keeps_codes
        codebook = (GumbelCodebook if gumbel else EMACodebook)(vqgan.quantizer, vqgan.config.unit_codes)
        self.perceptual = PerceptualDistance().to(self.accelerator.device)
        self.clock = Clock(run.steps, run.minutes)
        weights = [p for p in vqgan.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            weights, run.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True
        )
        rate = warmup_stable_decay(optimizer, self.clock, run.decay)
        disc = Discriminator(run.discriminator_channels, run.discriminator_scales)
        disc_optimizer = torch.optim.AdamW(disc.parameters(), run.learning_rate, betas=(0.5, 0.9), fused=True)
        self.ema = EMAModel(vqgan.parameters(), decay=run.ema, use_ema_warmup=True, foreach=True)
        self.ema.to(self.accelerator.device)
        networks: list[Any] = [vqgan, disc, self.perceptual]
        for network in networks:
            network.to(memory_format=torch.channels_last)  # a fifth faster on CPUs
        prepare = self.accelerator.prepare
        self.vqgan, self.autoencoder = vqgan, prepare(Autoencoder(vqgan, run.large))
        # What the Gumbel codebook learns is the VQGAN's. The other has a state of its own to be kept, but no
        # gradients, without which accelerate refuses to wrap a network for training.
        self.codebook = codebook if gumbel else self.accelerator.prepare_model(codebook, evaluation_mode=True)
        prepared = prepare(optimizer, rate, disc, disc_optimizer)
        self.optimizer, self.rate, self.disc, self.disc_optimizer = prepared
        self.checkpoint = Checkpoint(
            self.accelerator, self.ema, self.clock, out, run.checkpoint_every, run.checkpoint_minutes
        )

    def _freeze(self, vqgan: VQGAN) -> None:
        """What is not trained; the parts for previews and large pictures are each trained by themselves."""
        run = self.run
        if run.large and (vqgan.enlarger is None or not self._has_codes):
            raise ValueError("large needs a warm_start with its codes, and a model with a large_shape")
        if run.freeze_codes and not self._has_codes:
            raise ValueError("freeze_codes needs a warm_start whose codebook is kept as it is")
        parts: list[nn.Module | None] = [vqgan.preview_decoder, vqgan.enlarger]
        if run.freeze_codes or run.large:
            parts += [vqgan.encoder, vqgan.linear_in, vqgan.quantizer]
        if run.large:
            parts += [vqgan.decoder, vqgan.linear_out]
        for part in parts:
            if part is not None:
                part.requires_grad_(run.large and part is vqgan.enlarger)

    def train(self) -> None:
        """Trains to the end, going on from the newest checkpoint if there is one."""
        set_seed(self.run.seed, device_specific=True)
        if self.store is not None:
            self.store.wait(2 * self.run.batch_size)
        self.checkpoint.resume()
        train_loop(
            self.run,
            self.accelerator,
            self.clock,
            self.checkpoint,
            self._squares(),
            self.train_step,
            self._save,
            (self.vqgan, self.disc),
            lambda: (self._quantised, self._adversarial),
        )

    @property
    def _has_codes(self) -> bool:
        return CODEBOOK not in self.new

    @property
    def _quantised(self) -> bool:
        return self.clock.step >= self.run.autoencoder_steps or self._has_codes

    @property
    def _adversarial(self) -> bool:
        return self.clock.passed(self.run.discriminator_start)

    def train_step(self, images: Tensor, logged: bool = True) -> Logs:
        """One step on squares (B, 3, S, S) in [0, 1]; returns what to log, if it is ``logged``."""
        run, size = self.run, self.vqgan.config.codebook_size
        if self.clock.step == run.autoencoder_steps and not self._has_codes:
            self._start_codebook()
        adversarial, quantised = self._adversarial, self._quantised
        weight = run.commitment
        if isinstance(self.codebook, GumbelCodebook):
            self.codebook.temperature = annealed(self.clock.share)
            weight = run.kl_weight
        logs: Logs = {}
        with self.accelerator.autocast():
            made, z, term, codes = self.autoencoder(images, self.codebook if quantised else None)
            l1 = F.l1_loss(made, images)
            perceptual = self.perceptual(*self._window(made, images))
            reconstruction = l1 + run.perceptual_weight * perceptual
            if not adversarial:
                loss = reconstruction
            else:
                # Not wrapped: its gradients are of no use here.
                disc = self.accelerator.unwrap_model(self.disc).requires_grad_(False)
                fooled = generator_loss(disc(self._seen(made)))
                disc.requires_grad_(True)
                loss, balance = self._balanced(made, reconstruction, fooled)
                logs |= {"fooled": fooled.detach(), "balance": balance}
        self.accelerator.backward(loss + weight * term)
        self.accelerator.clip_grad_norm_(self.vqgan.parameters(), 1.0)
        self.optimizer.step()
        self.rate.step()
        self.optimizer.zero_grad(set_to_none=True)
        if codes is not None and not self.keeps_codes:
            self._learn_codes(z.detach(), codes)
        self.ema.step(self.vqgan.parameters())
        if adversarial:
            logs["disc"] = self._train_discriminator(images, made.detach())
        if not logged:
            return {}
        logs |= {"l1": l1.detach(), "perceptual": perceptual.detach()}
        if codes is not None:
            logs |= {
                "perplexity": perplexity(codes, size),
                "codes_used": len(codes.unique()) / size,
                "codebook_term": term.detach(),
            }
        return logs

    def _balanced(self, made: Tensor, reconstruction: Tensor, fooled: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of both terms, the second times the adaptive weight λ, and that weight.

        Both go back to the picture once; what of it reaches the decoder's last layer decides λ.
        """
        gradients = [torch.autograd.grad(term, made)[0] for term in (reconstruction, fooled)]
        last = (self.vqgan.enlarger if self.run.large else self.vqgan.decoder).blocks[-1].weight
        at_last = [torch.autograd.grad(made, last, each, retain_graph=True)[0] for each in gradients]
        balance = adaptive_weight(*at_last) * self.run.discriminator_weight
        towards = gradients[0] + balance * gradients[1]
        return (made * towards).sum(), balance

    def _squares(self) -> Generator[Tensor, None, None]:
        """Batches of squares, from the pictures of the present step on."""
        run, device = self.run, self.accelerator.device
        for pictures in self._batches():
            if pictures.shape[-1] == run.crop and run.crops_per_picture == 1:
                squares = pictures.to(device, non_blocking=True).float() / 255
            else:
                squares = detailed_crops(pictures, run.crop, run.crops_per_picture, torch.default_generator)
            yield squares.to(device, memory_format=torch.channels_last)

    def _batches(self) -> Iterator[Tensor]:
        run, accelerator = self.run, self.accelerator
        if self.store is not None:
            while True:
                yield self.store.batch(run.batch_size)[0]
        loader = picture_loader(
            self.pictures,
            self.clock.step * run.batch_size,
            run.batch_size,
            run.workers,
            accelerator.process_index,
            accelerator.num_processes,
        )
        for pictures, _ in loader:
            yield pictures

    def _window(self, *pictures: Tensor) -> list[Tensor]:
        """The same place cut out of each batch: the perceptual network costs as much as all the rest."""
        size = min(self.run.perceptual_size, pictures[0].shape[-1])
        top, left = torch.randint(0, pictures[0].shape[-1] - size + 1, (2,)).tolist()
        return [batch[..., top : top + size, left : left + size] for batch in pictures]

    def _seen(self, images: Tensor) -> Tensor:
        """Pictures as the discriminator is shown them."""
        return diff_augment(images) if self.run.augment_discriminator else images

    def _train_discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        with self.accelerator.autocast():
            # In one pass, since a wrapped network may be called but once before its backward pass.
            loss = discriminator_loss(self.disc(self._seen(torch.cat([real, fake]))))
        self.accelerator.backward(loss)
        self.disc_optimizer.step()
        self.disc_optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    def _learn_codes(self, z: Tensor, codes: Tensor) -> None:
        self.codebook.update(self.accelerator.gather(z), self.accelerator.gather(codes))
        self._same_codes()

    @torch.no_grad()
    def _start_codebook(self) -> None:
        latents: list[Tensor] = []
        squares = self._squares()  # its own, so that the training's pictures stay where they are
        while sum(map(len, latents)) < 16 * self.vqgan.config.codebook_size:
            z = self.accelerator.gather(self.vqgan.latents(next(squares)))
            latents.append(rearrange(z, "b c h w -> (b h w) c"))
        self.codebook.start_from(torch.cat(latents))
        self._same_codes()

    def _same_codes(self) -> None:
        """Processes draw differently when they revive codes: the first one's codebook is everyone's."""
        for tensor in self.codebook.state_dict().values():
            broadcast(tensor)

    def _save(self) -> None:
        self.checkpoint.save()
        if not self.accelerator.is_main_process:
            return
        step = self.clock.step
        with self.checkpoint.averaged(self.vqgan), torch.compiler.set_stance("force_eager"):
            self.vqgan.save_pretrained(self.out / "vqgan")
            sheet = self.out / f"sheet-{step:06d}.png"
            scores = evaluate_reconstruction(self.vqgan, self.held_out, sheet, self.run.large)
        self.accelerator.log({f"held_out/{name}": value for name, value in scores.items()}, step)
        told = ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
        tqdm.write(f"step {step}: held-out {told}")
        if self.saved is not None:
            self.saved(self.out / "vqgan")


@torch.no_grad()
def evaluate_reconstruction(
    vqgan: VQGAN, pictures: Tensor, sheet: Path, large: bool = False
) -> dict[str, float]:
    """How well ``vqgan`` keeps pictures (B, 3, S, S) uint8; the first eight go on a sheet.

    If they are ``large``, of twice as many pixels a side, it encodes them at half their size.

    Returns:
        ``l1``, the mean error as a share of the range; ``psnr`` in dB, the mean over pictures;
        ``codes_used``, the share of the codebook that occurs; ``perplexity`` of the codes.
    """
    images = pictures.float() / 255
    seen = F.avg_pool2d(images, 2) if large else images
    codes = torch.cat([vqgan.encode(part.to(vqgan.device)) for part in seen.split(8)])
    detail: Detail = "large" if large else "full"
    made = torch.cat([vqgan.decode(part, detail) for part in codes.split(8)]).cpu()
    pairs = torch.stack([images[:8], made[:8]], 1).flatten(0, 1)
    save_sheet(pairs, sheet, columns=4 if len(pairs) % 4 == 0 else 2)
    errors = (made - images).square().mean((1, 2, 3))
    size = vqgan.config.codebook_size
    return {
        "l1": float((made - images).abs().mean()),
        "psnr": float((-10 * errors.log10()).mean()),
        "codes_used": len(codes.unique()) / size,
        "perplexity": perplexity(codes, size),
    }


def train_vqgan(
    run: VQGANRun,
    out: Path,
    store: PictureStore | None = None,
    saved: Saved | None = None,
) -> None:
    """Trains a VQGAN as ``run`` says; description, checkpoints, sheets, logs and model go into ``out``."""
    VQGANTrainer(run, out, store, saved).train()


def _first(pictures: Pictures, count: int) -> list[np.ndarray]:
    """The first training pictures, (H, W, 3) uint8 each."""
    batch, _ = next(iter(picture_loader(pictures, 0, count)))
    return [picture.permute(1, 2, 0).numpy() for picture in batch]


def _named_as_here(_module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Checkpoints of before there was an ``Autoencoder`` hold the VQGAN by itself."""
    for key in [key for key in state if not key.startswith(f"{prefix}vqgan.")]:
        state[f"{prefix}vqgan.{key.removeprefix(prefix)}"] = state.pop(key)
