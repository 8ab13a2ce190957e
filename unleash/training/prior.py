"""Training the prior: the bidirectional transformer on codes of a fixed VQGAN (Bond-Taylor et al., 2022)."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
import yaml
from accelerate import Accelerator
from accelerate.utils import set_seed
from diffusers.training_utils import EMAModel
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from unleash.models import VQGAN, BidirectionalTransformer
from unleash.scenes import LABELS
from unleash.training.checkpoint import Checkpoint
from unleash.training.data import chw, held_out_scene, scene_loader
from unleash.training.schedule import warm_stable_decay


class PriorRun(BaseModel):
    """Everything that decides a training of the prior.

    Args:
        vqgan: a folder with the VQGAN whose codes are learned.
        model: the arguments of ``BidirectionalTransformer``.
        pictures: how many scenes are encoded once, before the training, and used over and over.
        warm_start: a folder with a transformer to start from, instead of new weights.
        steps: batches to train on.
        loss: how masked cells are weighed, see ``masked_loss``.
        label_dropout: share of pictures whose label is withheld, for classifier-free guidance.
        decay: the last share of the steps, over which the learning rates fall to zero.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vqgan: Path
    model: dict[str, Any] = Field(default_factory=dict)
    pictures: int = 16_000
    warm_start: Path | None = None
    steps: int = 10_000
    batch_size: int = 16
    learning_rate: float = 1e-3
    matrix_learning_rate: float = 2e-2
    loss: Literal["reweighted_elbo", "elbo", "mlm"] = "mlm"
    label_dropout: float = 0.1
    ema: float = 0.999
    decay: float = 0.3
    seed: int = 0
    checkpoint_every: int = 500


def masked_loss(logits: Tensor, codes: Tensor, masked: Tensor, time: Tensor, kind: str) -> Tensor:
    """The training objective, in nats a cell.

    Args:
        logits: (B, N, K) float, from the masked grid.
        codes: (B, N) long, what is under the masks.
        masked: (B, N) bool.
        time: (B,) float in (0, 1], the expected share of masked cells, t / T.
        kind: ``elbo``, each masked cell weighs T / t (equation 5 of the paper, N terms for T);
            ``reweighted_elbo``, 1 - (t - 1) / T (section 3.3); ``mlm``, the mean over masked cells.

    Returns:
        A scalar, the mean over the batch.
    """
    nats = F.cross_entropy(logits.transpose(1, 2), codes, reduction="none") * masked
    if kind == "mlm":
        return (nats.sum(1) / masked.sum(1).clamp(min=1)).mean()
    cells = codes.shape[1]
    weight = 1 / time if kind == "elbo" else 1 - time + 1 / cells
    return (nats.sum(1) * weight).mean() / cells


def mask_codes(codes: Tensor, mask_token: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draws t uniformly from 1..N and masks each cell with probability t / N, at least one.

    Args:
        codes: (B, N) long.
        mask_token: K.
        generator: on the CPU.

    Returns:
        The masked grid (B, N) long; which cells are masked (B, N) bool; t / N (B,) float.
    """
    batch, cells = codes.shape
    time = torch.randint(1, cells + 1, (batch,), generator=generator) / cells
    draws = torch.rand(batch, cells, generator=generator)
    masked = (draws < time[:, None]) | (draws == draws.amin(1, keepdim=True))
    masked = masked.to(codes.device)
    return codes.masked_fill(masked, mask_token), masked, time.to(codes.device)


class PriorTrainer:
    """The network, its two optimisers and the state of one training.

    Matrices inside the blocks are trained by Muon, everything else by AdamW.
    """

    def __init__(self, run: PriorRun, out: Path) -> None:
        self.run, self.out = run, out
        set_seed(run.seed)
        self.accelerator = Accelerator()
        vqgan = VQGAN.from_pretrained(run.vqgan).eval()
        self.codes, self.labels = cached_codes(vqgan, run.pictures, out / "codes.npz")
        self.held_out = held_out_codes(vqgan, 128)
        arguments = {"codebook_size": vqgan.config.codebook_size, "label_names": LABELS} | run.model
        model = (
            BidirectionalTransformer.from_pretrained(run.warm_start)
            if run.warm_start
            else BidirectionalTransformer(**arguments)
        )
        matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
        inside = {id(p) for p in matrices}
        rest = [p for p in model.parameters() if id(p) not in inside]
        optimizers = (
            torch.optim.Muon(matrices, run.matrix_learning_rate, weight_decay=0.01),
            torch.optim.AdamW(rest, run.learning_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        )
        rates = [warm_stable_decay(o, run.steps, run.decay) for o in optimizers]
        self.ema = EMAModel(model.parameters(), decay=run.ema, use_ema_warmup=True)
        self.model, *rest_prepared = self.accelerator.prepare(model, *optimizers, *rates)
        self.optimizers, self.rates = rest_prepared[:2], rest_prepared[2:]
        self.progress = Checkpoint(self.accelerator, self.ema, out)

    def train(self) -> None:
        """Trains to the last step, going on from the newest checkpoint if there is one."""
        self.progress.resume()
        run = self.run
        generator = torch.Generator().manual_seed(run.seed + self.progress.step)
        data = TensorDataset(self.codes, self.labels)
        loader = DataLoader(data, run.batch_size, shuffle=True, drop_last=True, generator=generator)
        bar = tqdm(total=run.steps, initial=self.progress.step, mininterval=30)
        mean: float | None = None
        while self.progress.step < run.steps:
            for codes, labels in loader:
                loss = self.train_step(codes.long(), labels.long(), generator)
                mean = loss if mean is None else mean + (loss - mean) * 0.02
                self.progress.step += 1
                bar.update()
                if self.progress.step % 50 == 0:
                    bar.set_postfix(loss=f"{mean:.3f}", refresh=False)
                if self.progress.step % run.checkpoint_every == 0 or self.progress.step >= run.steps:
                    self._checkpoint()
                if self.progress.step >= run.steps:
                    break
        bar.close()

    def train_step(self, codes: Tensor, labels: Tensor, generator: torch.Generator) -> float:
        """One step on codes (B, N) and labels (B,); returns the loss."""
        config = self.model.config
        withheld = torch.rand(len(labels), generator=generator) < self.run.label_dropout
        labels = labels.masked_fill(withheld, len(config.label_names))
        tokens, masked, time = mask_codes(codes, config.codebook_size, generator)
        with self.accelerator.autocast():
            logits = self.model(tokens, labels)
        loss = masked_loss(logits.float(), codes, masked, time, self.run.loss)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            optimizer.step()
            rate.step()
            optimizer.zero_grad(set_to_none=True)
        self.ema.step(self.model.parameters())
        return float(loss.detach())

    @torch.no_grad()
    def evaluate(self) -> float:
        """Mean nats a masked cell on held-out scenes, over all shares of masked cells."""
        codes, labels = self.held_out
        generator = torch.Generator().manual_seed(1)
        losses = []
        self.model.eval()
        for part, names in zip(codes.split(16), labels.split(16), strict=True):
            tokens, masked, time = mask_codes(part, self.model.config.codebook_size, generator)
            losses.append(masked_loss(self.model(tokens, names), part, masked, time, "mlm"))
        self.model.train()
        return float(torch.stack(losses).mean())

    def _checkpoint(self) -> None:
        self.progress.save()
        with self.progress.averaged(self.model):
            self.model.save_pretrained(self.out / "transformer")
            nats = self.evaluate()
        tqdm.write(f"step {self.progress.step}: held-out {nats:.4f} nats a masked cell")


def cached_codes(vqgan: VQGAN, count: int, path: Path) -> tuple[Tensor, Tensor]:
    """Codes (count, N) int16 and labels (count,) uint8 of training scenes, encoded once, kept in ``path``."""
    if not path.is_file():
        codes, labels = [], []
        loader = iter(scene_loader(0, 16))
        for _ in tqdm(range(-(-count // 16)), desc="encoding", mininterval=30):
            pictures, names = next(loader)
            codes.append(_encode(vqgan, pictures))
            labels.append(names)
        np.savez(path, codes=torch.cat(codes).short().numpy(), labels=torch.cat(labels).byte().numpy())
    kept = np.load(path)
    return torch.from_numpy(kept["codes"]), torch.from_numpy(kept["labels"])


def held_out_codes(vqgan: VQGAN, count: int) -> tuple[Tensor, Tensor]:
    """Codes (count, N) long and labels (count,) long of scenes never trained on."""
    scenes = [held_out_scene(i) for i in range(count)]
    pictures = torch.stack([chw(scene.picture) for scene in scenes])
    codes = torch.cat([_encode(vqgan, part) for part in pictures.split(16)])
    return codes, torch.tensor([LABELS.index(scene.label) for scene in scenes])


@torch.no_grad()
def _encode(vqgan: VQGAN, pictures: Tensor) -> Tensor:
    return vqgan.encode(pictures.float() / 255).flatten(1)


def train_prior(run: PriorRun, out: Path) -> None:
    """Trains a prior as ``run`` says; checkpoints, cached codes and the model go into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "run.yaml").write_text(yaml.safe_dump(run.model_dump(mode="json"), sort_keys=False))
    PriorTrainer(run, out).train()
