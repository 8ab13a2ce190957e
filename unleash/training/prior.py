"""Training the prior: the transformer on codes of a fixed VQGAN (Bond-Taylor et al., ECCV 2022)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import torch
from accelerate.utils import set_seed
from diffusers.training_utils import EMAModel
from pydantic import Field, PositiveInt
from torch import Tensor
from tqdm import tqdm

from unleash.models import VQGAN, BidirectionalTransformer
from unleash.training.bundle import assemble
from unleash.training.checkpoint import Checkpoint
from unleash.training.codes import (
    Batch,
    cached_batches,
    cached_codes,
    fresh_batches,
    held_out_codes,
    repeated,
)
from unleash.training.objective import cell_nats, masked_loss, problem
from unleash.training.pictures import open_pictures, picture_loader
from unleash.training.run import Run, accelerator_for, over_processes
from unleash.training.schedule import warm_stable_decay
from unleash.training.sheets import save_samples
from unleash.training.warm import trained, warm_started

HELD_OUT = 128
"""Pictures that the prior is measured on at each checkpoint."""


class PriorRun(Run):
    """Everything that decides a training of the prior; what is not here is in ``Run``.

    Args:
        vqgan: a folder with the VQGAN whose codes are learned.
        codes: ``cached``, pictures are encoded once, before the training, and used over and over; ``fresh``,
            at each step the next pictures are, which suits drawn ones and augmentation.
        pictures: how many are encoded if they are cached, at most all there are.
        first_picture: where among the pictures to begin, so that a training that goes on from another one
            need not learn from the same pictures again.
        repeats: labels whose cached pictures come several times an epoch, with how many times, so that what
            is hard to learn is learned from more often.
        loss: how masked cells are weighed, see ``masked_loss``.
        regions: share of the pictures whose masks are drawn by ``mask_regions``; with ``mlm`` only, since
            the ELBO is of the paper's masks.
        autoregressive: whether to train the baseline, which fills row by row: ``causal`` of the transformer.
        label_dropout: share of pictures whose label is withheld, for classifier-free guidance.
        sample_rows: rows of samples on the sheet of each checkpoint; 0: no sheet.
    """

    vqgan: Path
    codes: Literal["cached", "fresh"] = "cached"
    pictures: int = 16_000
    first_picture: int = Field(default=0, ge=0)
    repeats: dict[str, PositiveInt] = Field(default_factory=dict)
    matrix_learning_rate: float = 2e-2
    loss: Literal["reweighted_elbo", "elbo", "mlm"] = "mlm"
    regions: float = Field(default=0, ge=0, le=1)
    autoregressive: bool = False
    label_dropout: float = 0.1
    sample_rows: int = 1


class PriorTrainer:
    """The network, its two optimisers and the state of one training.

    Matrices inside the blocks are trained by Muon, everything else by AdamW.
    """

    def __init__(self, run: PriorRun, out: Path) -> None:
        self.run, self.out = run, out
        self.accelerator = accelerator_for(run, out)
        self.vqgan = trained(VQGAN, run.vqgan).eval().to(self.accelerator.device)
        config = self.vqgan.config
        self.pictures = open_pictures(run.data, config.image_size, run.augment, run.seed)
        self.held_out = held_out_codes(self.vqgan, self.pictures, HELD_OUT)
        arguments = {
            "codebook_size": config.codebook_size,
            "grid_size": config.image_size // self.vqgan.cell_size,
            "label_names": self.pictures.labels,
            "causal": run.autoregressive,
        } | run.model
        if run.warm_start:
            self.transformer, _ = warm_started(BidirectionalTransformer, run.warm_start, run.model)
        else:
            self.transformer = BidirectionalTransformer(**arguments)
        self._check()
        matrices = [p for p in self.transformer.blocks.parameters() if p.ndim == 2]
        inside = {id(p) for p in matrices}
        rest = [p for p in self.transformer.parameters() if id(p) not in inside]
        optimizers = (
            torch.optim.Muon(matrices, run.matrix_learning_rate, weight_decay=0.01),
            torch.optim.AdamW(rest, run.learning_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        )
        rates = [warm_stable_decay(o, run.steps, run.decay) for o in optimizers]
        self.ema = EMAModel(self.transformer.parameters(), decay=run.ema, use_ema_warmup=True)
        self.ema.to(self.accelerator.device)
        self.model, *prepared = self.accelerator.prepare(self.transformer, *optimizers, *rates)
        self.optimizers, self.rates = prepared[:2], prepared[2:]
        self.progress = Checkpoint(self.accelerator, self.ema, out)

    def train(self) -> None:
        """Trains to the last step, going on from the newest checkpoint if there is one."""
        run, accelerator, progress = self.run, self.accelerator, self.progress
        set_seed(run.seed, device_specific=True)
        progress.resume()
        batches = self._batches()
        bar = tqdm(
            total=run.steps, initial=progress.step, mininterval=30, disable=not accelerator.is_main_process
        )
        mean: Tensor | None = None
        while progress.step < run.steps:
            loss = self.train_step(*next(batches))
            mean = loss if mean is None else mean.lerp(loss, 0.02)
            progress.step += 1
            bar.update()
            if progress.step % run.log_every == 0:
                logs = over_processes(accelerator, {"loss": mean})
                accelerator.log(logs, progress.step)
                bar.set_postfix(loss=f"{logs['loss']:.3f}", refresh=False)
            if progress.step % run.checkpoint_every == 0 or progress.step == run.steps:
                self._checkpoint()
        bar.close()
        accelerator.end_training()

    def train_step(self, codes: Tensor, labels: Tensor) -> Tensor:
        """One step on codes (B, N) and labels (B,); returns the loss, a scalar."""
        config, device, generator = self.transformer.config, self.accelerator.device, torch.default_generator
        withheld = torch.rand(len(labels), generator=generator) < self.run.label_dropout
        names = labels.masked_fill(withheld, len(config.label_names)).to(device)
        codes = codes.to(device)
        tokens, asked, time = problem(codes, config.codebook_size, config.causal, generator, self.run.regions)
        with self.accelerator.autocast():
            logits = self.model(tokens, names if config.label_names else None, asked)
        loss = masked_loss(logits.float(), codes, asked, time, "mlm" if config.causal else self.run.loss)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            optimizer.step()
            rate.step()
            optimizer.zero_grad(set_to_none=True)
        self.ema.step(self.transformer.parameters())
        return loss.detach()

    def evaluate(self) -> float:
        """Mean nats a cell asked for on held-out pictures, over all shares of masked cells."""
        generator, device = torch.Generator().manual_seed(1), self.accelerator.device
        nats = [
            cell_nats(
                self.transformer,
                codes.to(device),
                labels.to(device) if self.transformer.config.label_names else None,
                generator,
            )
            for codes, labels in zip(*(held.split(16) for held in self.held_out), strict=True)
        ]
        return float(torch.stack(nats).mean())

    def _batches(self) -> Iterator[Batch]:
        """Codes and labels from the present step on."""
        run, step = self.run, self.progress.step
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        if run.codes == "fresh":
            used = run.first_picture // world + step * run.batch_size
            loader = picture_loader(self.pictures, used, run.batch_size, run.workers, rank, world)
            return fresh_batches(self.vqgan, loader)
        count = min(run.pictures, self.pictures.size or run.pictures)
        with self.accelerator.main_process_first():
            path = self.out / "codes.npz"
            kept = cached_codes(self.vqgan, self.pictures, count, path, run.first_picture, run.workers)
        if run.repeats:
            kept = repeated(*kept, [run.repeats.get(label, 1) for label in self.pictures.labels])
        return cached_batches(*kept, run.batch_size, run.seed, step, rank, world)

    def _check(self) -> None:
        """A warm start must be a transformer that the data and the VQGAN fit."""
        config, labels = self.transformer.config, self.pictures.labels
        if config.codebook_size != self.vqgan.config.codebook_size:
            raise ValueError(
                f"the transformer has {config.codebook_size} codes, the VQGAN "
                f"{self.vqgan.config.codebook_size}: they must have as many"
            )
        if config.label_names and len(config.label_names) < len(labels):
            raise ValueError(f"the transformer has {len(config.label_names)} labels, the data {len(labels)}")
        if unknown := sorted(set(self.run.repeats) - set(labels)):
            raise ValueError(f"repeats: no label {unknown[0]}; there are {', '.join(labels) or 'none'}")
        if self.run.repeats and self.run.codes == "fresh":
            raise ValueError("repeats need cached codes: fresh pictures come once")
        if self.run.regions and (self.run.loss != "mlm" or config.causal):
            raise ValueError("regions need the loss mlm, and no autoregressive transformer: leave them at 0")
        if config.causal != self.run.autoregressive:
            raise ValueError(f"the transformer is causal={config.causal}; autoregressive must say the same")

    def _checkpoint(self) -> None:
        self.progress.save()
        if not self.accelerator.is_main_process:
            return
        step = self.progress.step
        with self.progress.averaged(self.transformer):
            self.transformer.save_pretrained(self.out / "transformer")
            nats = self.evaluate()
            if self.run.sample_rows:
                pipe = assemble(self.vqgan, self.transformer)
                pipe.set_progress_bar_config(disable=True)
                save_samples(pipe, self.out / f"samples-{step:06d}.png", self.run.sample_rows)
        self.accelerator.log({"held_out/nats": nats}, step)
        tqdm.write(
            f"step {step}: held-out {nats:.4f} nats a {'cell' if self.run.autoregressive else 'masked cell'}"
        )


def train_prior(run: PriorRun, out: Path) -> None:
    """Trains a prior as ``run`` says; description, cached codes, checkpoints and model go into ``out``."""
    PriorTrainer(run, out).train()
