"""Training the prior: a transformer on the codes of a frozen VQGAN (Bond-Taylor et al., ECCV 2022)."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor

from unleash.models.families.absorbing.transformer import BidirectionalTransformer
from unleash.models.families.absorbing.vqgan import VQGAN
from unleash.training.bundle import assemble
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
from unleash.training.objective import cell_nats, cell_weights, corrupted, masked_loss
from unleash.training.run import Run, Saved
from unleash.training.sheets import save_samples
from unleash.training.sources import open_pictures, picture_loader
from unleash.training.store import PictureStore
from unleash.training.trainer import Logs, Trainer
from unleash.training.warm import trained, warm_started

HELD_OUT = 128
"""Pictures for the evaluation at each checkpoint."""


class PriorRun(Run):
    """Configuration of a prior run; common fields are in ``Run``.

    Args:
        vqgan: folder of the VQGAN whose codes are modelled.
        codes: ``cached``, pictures are encoded once, before training; ``fresh``, every step encodes new
            pictures, for drawn scenes and augmentation.
        pictures: number of pictures to cache, at most all of them.
        first_picture: position of the first picture, so that a run with a warm start can continue with
            pictures that it has not seen.
        repeats: for some labels, how often their cached pictures occur per epoch, to oversample what is hard
            to learn.
        loss: weighting of the masked cells, see ``cell_weights``.
        regions: probability that a picture is masked by ``mask_regions``; needs ``mlm``, since the ELBO
            assumes the paper's masks.
        autoregressive: whether to train the baseline, which fills in raster order: ``causal`` of the
            transformer.
        label_dropout: probability of dropping the label, for classifier-free guidance.
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
    """Masked grids and the M cells to predict, over all B grids.

    Attributes:
        tokens: (B, N) long, K where masked.
        labels: (B,) long.
        rows: (M,) long, index 0..B-1 of each cell's grid.
        columns: (M,) long, its position 0..N-1 in the grid.
        wanted: (M,) long, its code.
        weights: (M,) float, see `cell_weights`.
    """

    tokens: Tensor
    labels: Tensor
    rows: Tensor
    columns: Tensor
    wanted: Tensor
    weights: Tensor


class PriorTrainer(Trainer[PriorRun]):
    """Trains the transformer: Muon for the matrices of its blocks, AdamW for everything else."""

    folder = "transformer"

    def __init__(
        self, run: PriorRun, out: Path, store: PictureStore | None = None, saved: Saved | None = None
    ) -> None:
        super().__init__(run, out, store, saved)
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
        rates = [warmup_stable_decay(o, self.clock, run.decay) for o in optimizers]
        self.keep(self.transformer)
        self.model, *prepared = self.accelerator.prepare(self.transformer, *optimizers, *rates)
        self.optimizers, self.rates = prepared[:2], prepared[2:]

    @property
    def network(self) -> BidirectionalTransformer:
        """The transformer."""
        return self.transformer

    def batches(self) -> Generator[CorruptedBatch, None, None]:
        """Corrupted batches, starting at the current step, prefetched by a thread."""
        return ahead(
            self.corrupted_batch(codes, labels, step)
            for step, (codes, labels) in enumerate(self._codes(), self.clock.step)
        )

    def train_step(self, batch: CorruptedBatch, logged: bool = True) -> Logs:
        """One step; returns the exponential moving average of the loss if ``logged``."""
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
        """Corrupts codes (B, N) long and labels (B,) long; deterministic given the step."""
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

    def evaluate(self) -> dict[str, float]:
        """Held-out negative log-likelihood, ``nats`` per predicted cell; also writes a sheet of samples."""
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
        if self.run.sample_rows:
            pipe = assemble(self.vqgan, self.transformer)
            pipe.set_progress_bar_config(disable=True)
            save_samples(pipe, self.out / f"samples-{self.clock.step:06d}.png", self.run.sample_rows)
        return {"nats": float(torch.stack(nats).mean())}

    def _codes(self) -> Iterator[Batch]:
        """Codes and labels, starting at the current step."""
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
        """Checks that the transformer, the VQGAN, the data and the settings fit together."""
        config, labels = self.transformer.config, self.pictures.labels
        if config.codebook_size != self.vqgan.config.codebook_size:
            raise ValueError(
                f"the transformer has {config.codebook_size} codes, the VQGAN "
                f"{self.vqgan.config.codebook_size}: the two numbers must be equal"
            )
        if config.label_names and len(config.label_names) < len(labels):
            raise ValueError(
                f"the transformer has {len(config.label_names)} labels, the data {len(labels)}: start from "
                "one with at least as many, or train a new one"
            )
        if unknown := sorted(set(self.run.repeats) - set(labels)):
            raise ValueError(f"repeats: no label {unknown[0]}; the labels are {', '.join(labels) or 'none'}")
        if self.run.repeats and self.run.codes == "fresh":
            raise ValueError("repeats need cached codes: set codes: cached, or remove repeats")
        if self.run.regions and (self.run.loss != "mlm" or config.causal):
            raise ValueError("regions need the loss mlm and a bidirectional transformer: set regions: 0")
        if config.causal != self.run.autoregressive:
            raise ValueError(
                f"the transformer has causal={config.causal}; set autoregressive to the same value"
            )


def train_prior(
    run: PriorRun,
    out: Path,
    store: PictureStore | None = None,
    saved: Saved | None = None,
) -> None:
    """Trains a prior; writes its configuration, cached codes, checkpoints, logs and model into ``out``."""
    PriorTrainer(run, out, store, saved).train()
