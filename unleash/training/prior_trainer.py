"""Training the prior: the transformer on codes of a fixed VQGAN (Bond-Taylor et al., ECCV 2022)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from accelerate.utils import set_seed
from diffusers.training_utils import EMAModel
from pydantic import Field, PositiveInt
from torch import Tensor
from tqdm import tqdm

from unleash.models import VQGAN, BidirectionalTransformer
from unleash.training.bundle import assemble
from unleash.training.checkpoint import Checkpoint
from unleash.training.clock import Clock
from unleash.training.code_cache import (
    Batch,
    ahead,
    cached_batches,
    cached_codes,
    fresh_batches,
    held_out_codes,
    repeated,
    step_generator,
    stored_batches,
)
from unleash.training.learning_rate import warmup_stable_decay
from unleash.training.loop import Logs, train_loop
from unleash.training.objective import cell_nats, cell_weights, corrupted, masked_loss
from unleash.training.run import Run, Saved, accelerator_for
from unleash.training.sheets import save_samples
from unleash.training.sources import open_pictures, picture_loader
from unleash.training.store import PictureStore
from unleash.training.warm import trained, warm_started
from unleash.writing import whole_folder

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
        loss: how masked cells are weighed, see ``cell_weights``.
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


class CorruptedBatch(NamedTuple):
    """Masked grids and what is asked of them; M cells of all B grids are.

    Attributes:
        tokens: (B, N) long, K where masked.
        labels: (B,) long.
        rows: (M,) long, the grid of each cell asked for.
        columns: (M,) long, its place in the grid.
        wanted: (M,) long, its code.
        weights: (M,) float, see `cell_weights`.
    """

    tokens: Tensor
    labels: Tensor
    rows: Tensor
    columns: Tensor
    wanted: Tensor
    weights: Tensor


class PriorTrainer:
    """The network, its two optimisers and the state of one training.

    Matrices inside the blocks are trained by Muon, everything else by AdamW.

    Args:
        run: what decides it.
        out: where everything goes.
        store: pictures that were drawn or read before, whose codes are learned; None: as ``run.codes`` says.
        saved: called with the folder of the transformer whenever it is written.
    """

    def __init__(
        self,
        run: PriorRun,
        out: Path,
        store: PictureStore | None = None,
        saved: Saved | None = None,
    ) -> None:
        self.run, self.out, self.store, self.saved = run, out, store, saved
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
        self._mean: Tensor | None = None
        self.clock = Clock(run.steps, run.minutes)
        rates = [warmup_stable_decay(o, self.clock, run.decay) for o in optimizers]
        self.ema = EMAModel(self.transformer.parameters(), decay=run.ema, use_ema_warmup=True, foreach=True)
        self.ema.to(self.accelerator.device)
        self.model, *prepared = self.accelerator.prepare(self.transformer, *optimizers, *rates)
        self.optimizers, self.rates = prepared[:2], prepared[2:]
        self.checkpoint = Checkpoint(
            self.accelerator, self.ema, self.clock, out, run.checkpoint_every, run.checkpoint_minutes
        )

    def train(self) -> None:
        """Trains to the end, going on from the newest checkpoint if there is one."""
        set_seed(self.run.seed, device_specific=True)
        self.checkpoint.resume()
        corrupted_batches = (
            self.corrupted_batch(codes, labels, step)
            for step, (codes, labels) in enumerate(self._batches(), self.clock.step)
        )
        train_loop(
            self.run,
            self.accelerator,
            self.clock,
            self.checkpoint,
            ahead(corrupted_batches),
            self.train_step,
            self._save,
            (self.transformer,),
        )

    def train_step(self, batch: CorruptedBatch, logged: bool = True) -> Logs:
        """One step; returns its running mean loss, if it is ``logged``."""
        tokens, labels, rows, columns, wanted, weights = (
            part.to(self.accelerator.device, non_blocking=True) for part in batch
        )
        names = labels if self.transformer.config.label_names else None
        with self.accelerator.autocast():
            logits = self.model(tokens, names, (rows, columns))
        loss = masked_loss(logits.float(), wanted, weights)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            optimizer.step()
            rate.step()
            optimizer.zero_grad(set_to_none=True)
        self.ema.step(self.transformer.parameters())
        loss = loss.detach()
        self._mean = loss if self._mean is None else self._mean.lerp(loss, 0.02)
        return {"loss": self._mean} if logged else {}

    def corrupted_batch(self, codes: Tensor, labels: Tensor, step: int) -> CorruptedBatch:
        """What a step is given of codes (B, N) and labels (B,): the same whenever it is asked for."""
        config, run = self.transformer.config, self.run
        generator = step_generator(run.seed, step, self.accelerator.process_index)
        withheld = torch.rand(len(labels), generator=generator) < run.label_dropout
        tokens, asked, time = corrupted(codes, config.codebook_size, config.causal, generator, run.regions)
        weights = cell_weights(asked, time, "mlm" if config.causal else run.loss)
        names = labels.masked_fill(withheld, len(config.label_names))
        rows, columns = asked.nonzero(as_tuple=True)
        batch = CorruptedBatch(tokens, names, rows, columns, codes[asked], weights)
        if self.accelerator.device.type == "cuda":
            return CorruptedBatch(*(part.pin_memory() for part in batch))
        return batch

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
        run, step = self.run, self.clock.step
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        if self.store is not None:
            return stored_batches(self.vqgan, self.store, run.batch_size, run.seed)
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

    def _save(self) -> None:
        self.checkpoint.save()
        if not self.accelerator.is_main_process:
            return
        step = self.clock.step
        with self.checkpoint.averaged(self.transformer), torch.compiler.set_stance("force_eager"):
            with whole_folder(self.out / "transformer") as new:
                self.transformer.save_pretrained(new)
            nats = self.evaluate()
            if self.run.sample_rows:
                pipe = assemble(self.vqgan, self.transformer)
                pipe.set_progress_bar_config(disable=True)
                save_samples(pipe, self.out / f"samples-{step:06d}.png", self.run.sample_rows)
        self.accelerator.log({"held_out/nats": nats}, step)
        tqdm.write(
            f"step {step}: held-out {nats:.4f} nats a {'cell' if self.run.autoregressive else 'masked cell'}"
        )
        if self.saved is not None:
            self.saved(self.out / "transformer")


def train_prior(
    run: PriorRun,
    out: Path,
    store: PictureStore | None = None,
    saved: Saved | None = None,
) -> None:
    """Trains a prior as ``run`` says; description, cached codes, checkpoints and model go into ``out``."""
    PriorTrainer(run, out, store, saved).train()
