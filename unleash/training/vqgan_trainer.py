"""Training the VQGAN (Esser et al., CVPR 2021, section 3.1)."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from accelerate.utils import broadcast
from einops import rearrange
from pydantic import Field
from torch import Tensor, nn

from unleash.images.tensors import psnr, save_sheet
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.models.protocol import Detail
from unleash.models.usage import perplexity
from unleash.training.augment import diff_augment
from unleash.training.crops import detailed_crops
from unleash.training.discriminator import (
    Discriminator,
    adaptive_weight,
    discriminator_loss,
    generator_loss,
)
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.linear import start_from_principal_components, zero_initialise
from unleash.training.perceptual import PerceptualDistance
from unleash.training.quantizer import EMACodebook, GumbelCodebook, annealed
from unleash.training.run import Run, Saved
from unleash.training.sources import Pictures, open_pictures, picture_loader
from unleash.training.store import PictureStore
from unleash.training.trainer import Logs, Trainer
from unleash.training.warm import warm_started

HELD_OUT = 32
"""Pictures for the evaluation at each checkpoint."""

CODEBOOK = "quantizer.embedding.weight"
"""Key of the codebook in the VQGAN's state dict."""


class VQGANRun(Run):
    """Configuration of a VQGAN run; common fields are in ``Run``.

    Args:
        freeze_codes: whether to freeze encoder and codebook, so that codes keep their meaning.
        large: whether to train only the decoder stage for twice the resolution, on the codes of the
            downscaled pictures; ``crop`` is then in pixels of the large pictures.
        crops_per_picture: square crops per picture.
        crop: side of a crop in pixels.
        autoencoder_steps: initial steps without quantiser, after which k-means initialises the codebook.
        quantizer: ``nearest``, with a codebook of moving averages, or ``gumbel``.
        perceptual_weight: of the perceptual distance; L1 has weight 1.
        commitment: weight of the commitment loss, for ``nearest``.
        kl_weight: weight of the KL divergence, for ``gumbel``.
        perceptual_size: side in pixels of the window that the perceptual distance is computed on.
        discriminator_start: the step, or below 1 the fraction of the run, at which adversarial training
            starts.
        discriminator_weight: factor of the adaptive weight λ.
        discriminator_channels: width of the first layer.
        discriminator_scales: number of discriminators, each at half the resolution of the previous one.
        augment_discriminator: whether to augment the discriminator's inputs.
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
    """The VQGAN's forward pass as a single module, which accelerate can wrap."""

    def __init__(self, vqgan: VQGAN, large: bool = False) -> None:
        super().__init__()
        self.vqgan, self.large = vqgan, large
        self.register_load_state_dict_pre_hook(_named_as_here)

    def forward(
        self, images: Tensor, codebook: EMACodebook | GumbelCodebook | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Encodes, quantises (in float32) and decodes.

        Args:
            images: (B, 3, H, W) in [0, 1]; at twice the VQGAN's resolution if ``large``.
            codebook: of the same VQGAN; None: the latents are decoded unquantised.

        Returns:
            The reconstruction, like ``images``; latents (B, emb_dim, h, w); the codebook's loss, a scalar;
            codes (B, h, w) long, None without a codebook.
        """
        z = self.vqgan.latents(F.avg_pool2d(images, 2) if self.large else images).float()
        if codebook is None:
            return self.vqgan.pixels(z).float(), z, z.new_zeros(()), None
        with torch.autocast(z.device.type, enabled=False):
            vectors, term, codes = codebook(z)
        return self.vqgan.pixels(vectors, "large" if self.large else "full").float(), z, term, codes


class VQGANTrainer(Trainer[VQGANRun]):
    """Trains the VQGAN, with a discriminator from ``discriminator_start`` on."""

    folder = "vqgan"

    def __init__(
        self, run: VQGANRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
    ) -> None:
        super().__init__(run, out, store, saved)
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
        weights = [p for p in vqgan.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            weights, run.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True
        )
        rate = warmup_stable_decay(optimizer, self.clock, run.decay)
        disc = Discriminator(run.discriminator_channels, run.discriminator_scales)
        disc_optimizer = torch.optim.AdamW(disc.parameters(), run.learning_rate, betas=(0.5, 0.9), fused=True)
        self.keep(vqgan)
        networks: list[Any] = [vqgan, disc, self.perceptual]
        for network in networks:
            network.to(memory_format=torch.channels_last)  # a fifth faster on CPUs
        prepare = self.accelerator.prepare
        self.vqgan, self.autoencoder = vqgan, prepare(Autoencoder(vqgan, run.large))
        # The Gumbel codebook's weights belong to the VQGAN. The EMA codebook has state to save but no
        # gradients, and accelerate wraps such a module in evaluation mode only.
        self.codebook = codebook if gumbel else self.accelerator.prepare_model(codebook, evaluation_mode=True)
        prepared = prepare(optimizer, rate, disc, disc_optimizer)
        self.optimizer, self.rate, self.disc, self.disc_optimizer = prepared

    def _freeze(self, vqgan: VQGAN) -> None:
        """Freezes what this run does not train; preview decoder and enlarger have runs of their own.

        Raises:
            ValueError: if codes are to be kept but the warm start does not provide them.
        """
        run = self.run
        if run.large and (vqgan.enlarger is None or not self._has_codes):
            raise ValueError("large needs a warm_start with a codebook, and a large_shape in model")
        if run.freeze_codes and not self._has_codes:
            raise ValueError("freeze_codes needs a warm_start with a codebook of the same shape")
        parts: list[nn.Module | None] = [vqgan.preview_decoder, vqgan.enlarger]
        if run.freeze_codes or run.large:
            parts += [vqgan.encoder, vqgan.linear_in, vqgan.quantizer]
        if run.large:
            parts += [vqgan.decoder, vqgan.linear_out]
        for part in parts:
            if part is not None:
                part.requires_grad_(run.large and part is vqgan.enlarger)

    @property
    def network(self) -> VQGAN:
        """The VQGAN."""
        return self.vqgan

    @property
    def compiled(self) -> tuple[nn.Module, ...]:
        """The VQGAN and its discriminators."""
        return (self.vqgan, self.disc)

    @property
    def phase(self) -> tuple[bool, bool]:
        """Whether quantiser and discriminator are active."""
        return self._quantised, self._adversarial

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
        """One step on crops (B, 3, S, S) in [0, 1]; returns losses and codebook usage if ``logged``."""
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
                # Unwrapped, as its weights need no gradients here.
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
        """The sum of both losses, the adversarial one scaled by the adaptive weight λ, and that weight.

        Each loss is backpropagated to the reconstruction ``made`` only once; these gradients' norms at the
        decoder's last layer give λ. The first result has the gradient of the sum, but not its value.
        """
        gradients = [torch.autograd.grad(term, made)[0] for term in (reconstruction, fooled)]
        last = (self.vqgan.enlarger if self.run.large else self.vqgan.decoder).blocks[-1].weight
        at_last = [torch.autograd.grad(made, last, each, retain_graph=True)[0] for each in gradients]
        balance = adaptive_weight(*at_last) * self.run.discriminator_weight
        towards = gradients[0] + balance * gradients[1]
        return (made * towards).sum(), balance

    def batches(self) -> Generator[Tensor, None, None]:
        """Crops (B, 3, S, S) float in [0, 1], starting at the current step."""
        run, device = self.run, self.accelerator.device
        for pictures in self._pictures():
            if pictures.shape[-1] == run.crop and run.crops_per_picture == 1:
                squares = pictures.to(device, non_blocking=True).float() / 255
            else:
                squares = detailed_crops(pictures, run.crop, run.crops_per_picture, torch.default_generator)
            yield squares.to(device, memory_format=torch.channels_last)

    def _pictures(self) -> Iterator[Tensor]:
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
        """The same random window of each batch: the perceptual network costs as much as all the rest."""
        size = min(self.run.perceptual_size, pictures[0].shape[-1])
        top, left = torch.randint(0, pictures[0].shape[-1] - size + 1, (2,)).tolist()
        return [batch[..., top : top + size, left : left + size] for batch in pictures]

    def _seen(self, images: Tensor) -> Tensor:
        """The discriminator's input, augmented if configured."""
        return diff_augment(images) if self.run.augment_discriminator else images

    def _train_discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        with self.accelerator.autocast():
            # In one pass: a wrapped network may be called only once per backward pass.
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
        squares = self.batches()  # a separate iterator, so that training skips no pictures
        while sum(map(len, latents)) < 16 * self.vqgan.config.codebook_size:
            z = self.accelerator.gather(self.vqgan.latents(next(squares)))
            latents.append(rearrange(z, "b c h w -> (b h w) c"))
        self.codebook.start_from(torch.cat(latents))
        self._same_codes()

    def _same_codes(self) -> None:
        """Copies the codebook of the first process to all others, since each resets dead codes at random."""
        for tensor in self.codebook.state_dict().values():
            broadcast(tensor)

    def evaluate(self) -> dict[str, float]:
        """Reconstruction metrics on held-out pictures; also writes a sheet of them."""
        sheet = self.out / f"sheet-{self.clock.step:06d}.png"
        return evaluate_reconstruction(self.vqgan, self.held_out, sheet, self.run.large)


@torch.no_grad()
def evaluate_reconstruction(
    vqgan: VQGAN, pictures: Tensor, sheet: Path, large: bool = False
) -> dict[str, float]:
    """Measures the reconstruction of pictures (B, 3, S, S) uint8; the first eight go on a sheet.

    ``large`` pictures have twice the VQGAN's resolution and are encoded at half their size.

    Returns:
        ``l1``, mean absolute error, pixels in [0, 1]; ``psnr`` in dB, mean over pictures; ``codes_used``,
        the fraction of the codebook used; ``perplexity`` of the codes.
    """
    images = pictures.float() / 255
    seen = F.avg_pool2d(images, 2) if large else images
    codes = torch.cat([vqgan.encode(part.to(vqgan.device)) for part in seen.split(8)])
    detail: Detail = "large" if large else "full"
    made = torch.cat([vqgan.decode(part, detail) for part in codes.split(8)]).cpu()
    pairs = torch.stack([images[:8], made[:8]], 1).flatten(0, 1)
    save_sheet(pairs, sheet, columns=4 if len(pairs) % 4 == 0 else 2)
    size = vqgan.config.codebook_size
    return {
        "l1": float((made - images).abs().mean()),
        "psnr": float(psnr(made, images).mean()),
        "codes_used": len(codes.unique()) / size,
        "perplexity": perplexity(codes, size),
    }


def train_vqgan(
    run: VQGANRun,
    out: Path,
    store: PictureStore | None = None,
    saved: Saved | None = None,
) -> None:
    """Trains a VQGAN; writes its configuration, checkpoints, sheets, logs and model into ``out``."""
    VQGANTrainer(run, out, store, saved).train()


def _first(pictures: Pictures, count: int) -> list[np.ndarray]:
    """The first training pictures, (H, W, 3) uint8 each."""
    batch, _ = next(iter(picture_loader(pictures, 0, count)))
    return [picture.permute(1, 2, 0).numpy() for picture in batch]


def _named_as_here(_module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Reads old checkpoints, which contain the VQGAN without the ``Autoencoder`` around it."""
    for key in [key for key in state if not key.startswith(f"{prefix}vqgan.")]:
        state[f"{prefix}vqgan.{key.removeprefix(prefix)}"] = state.pop(key)
