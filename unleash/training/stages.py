"""One training from pictures to a model: VQGAN, prior, preview decoder, bundle, scores."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

import torch
import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from unleash.pipeline import UnleashPipeline
from unleash.training.bundle import Scores, bundle, score
from unleash.training.preview_trainer import PreviewRun, train_preview
from unleash.training.prior_trainer import PriorRun, train_prior
from unleash.training.sheets import save_samples
from unleash.training.snapshot import read_snapshot, write_snapshot
from unleash.training.sources import open_pictures
from unleash.training.store import PictureStore
from unleash.training.vqgan_trainer import VQGANRun, train_vqgan

PRESETS = Path(__file__).parent / "presets"

STAGES = ("vqgan", "prior", "preview", "large")
"""In the order in which they are trained."""

PARTS = (*STAGES, "score")
"""Among which the time is shared out."""


class Plan(BaseModel):
    """Everything that decides a whole training.

    Args:
        data: what all stages learn from, see ``Run``.
        minutes: for everything; None: each stage takes its steps.
        shares: how the minutes are shared out between the stages and ``score``, the bundle with its scores;
            each gets its part of what is left when it begins. A stage without a share is left out: of VQGAN
            and prior that needs a model to go on from.
        store_gigabytes: pictures that are kept on the device; 0: each step's are read for it.
        workers: processes that draw or read pictures.
        score_pictures: held-out pictures that the model is measured on.
        sample_rows: rows of samples on the sheet beside the model; 0: no sheet.
        vqgan, prior, preview, large: the stages, the last of which draws pictures of twice as many pixels a
            side; their ``data``, ``workers``, ``minutes`` and ``vqgan`` are set by
            the plan.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: str = "scenes"
    minutes: float | None = Field(default=None, gt=0)
    shares: dict[str, float] = Field(
        default_factory=lambda: {"vqgan": 0.46, "prior": 0.4, "preview": 0.07, "large": 0, "score": 0.07}
    )
    store_gigabytes: float = Field(default=0, ge=0)
    workers: int = Field(default=1, ge=1)
    score_pictures: int = Field(default=128, ge=16, multiple_of=16)
    sample_rows: int = Field(default=4, ge=0)
    vqgan: VQGANRun
    prior: PriorRun
    preview: PreviewRun
    large: VQGANRun

    @field_validator("prior", "preview", mode="before")
    @classmethod
    def _of_the_vqgan_before(cls, value: Any) -> Any:
        return {"vqgan": "vqgan", **value} if isinstance(value, dict) else value

    @field_validator("shares")
    @classmethod
    def _for_each_stage(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) != set(PARTS) or min(value.values()) < 0:
            raise ValueError(f"give {', '.join(PARTS)} a share each, 0 or more")
        return value


def presets() -> list[str]:
    """The names of the plans that ship."""
    return sorted(file.stem for file in PRESETS.glob("*.yaml"))


def preset_text(name: str) -> str:
    """A plan as YAML, by the name of one that ships or from a file.

    Raises:
        ValueError: if there is neither.
    """
    file = PRESETS / f"{name}.yaml" if name in presets() else Path(name)
    if not file.is_file():
        raise ValueError(f"there is no preset {name}: choose {', '.join(presets())} or a YAML file")
    return file.read_text("utf-8")


def read_plan(name: str, **overrides: Any) -> Plan:
    """The plan of a preset or file; ``overrides`` that are not None go before what it says.

    Raises:
        ValueError: if there is no such plan, or a key or value in it is wrong.
    """
    described = yaml.safe_load(preset_text(name))
    if not isinstance(described, dict):
        raise ValueError(f"{name} must hold keys and values, such as `minutes: 9`")
    return Plan.model_validate(described | {k: v for k, v in overrides.items() if v is not None})


def train_all(plan: Plan, out: Path, snapshot: Path | None = None, resume: Path | None = None) -> Scores:
    """Trains all stages and bundles them as a model in ``out``; what they write goes into ``out / "runs"``.

    Called again after it was killed, it goes on where it was.

    Args:
        plan: what decides the training.
        out: where the model goes; the studio opens it.
        snapshot: a folder that always holds the latest averaged weights of all networks, in few small files.
        resume: a model or snapshot whose networks the stages start from.

    Returns:
        How the model does on held-out pictures.
    """
    deadline = None if plan.minutes is None else monotonic() + plan.minutes * 60
    runs = out / "runs"
    before = read_snapshot(resume, runs / "resumed") if resume else {}
    written = dict(before)

    def saved(name: str, folder: Path) -> None:
        written[name] = folder
        if snapshot is not None:
            write_snapshot(written, snapshot)

    def minutes_for(stage: str) -> float | None:
        if deadline is None:
            return None
        if (begun := runs / stage / "run.yaml").is_file():  # before it was killed
            return yaml.safe_load(begun.read_text("utf-8"))["minutes"]
        later = sum(plan.shares[name] for name in PARTS[PARTS.index(stage) :])
        return max(deadline - monotonic(), 1.0) / 60 * plan.shares[stage] / later

    common = {"data": plan.data, "workers": plan.workers}
    with _stored(plan) as store:
        vqgan = runs / "vqgan" / "vqgan"
        if plan.shares["vqgan"]:
            changes = common | {"minutes": minutes_for("vqgan"), "warm_start": before.get("vqgan")}
            run = plan.vqgan.model_copy(update=changes | _same_shape(before, "vqgan"))
            train_vqgan(run, runs / "vqgan", store, lambda folder: saved("vqgan", folder))
        else:
            vqgan = _there(before, "vqgan")
        transformer = runs / "prior" / "transformer"
        if plan.shares["prior"]:
            changes = common | {
                "minutes": minutes_for("prior"),
                "warm_start": before.get("transformer"),
                "vqgan": vqgan,
            }
            prior = plan.prior.model_copy(update=changes | _same_shape(before, "transformer"))
            train_prior(prior, runs / "prior", store, lambda folder: saved("transformer", folder))
        else:
            transformer = _there(before, "transformer")
        if plan.shares["preview"]:
            changes = common | {"minutes": minutes_for("preview"), "vqgan": vqgan}
            preview = plan.preview.model_copy(update=changes)
            train_preview(preview, runs / "preview", store, lambda folder: saved("vqgan", folder))
            vqgan = runs / "preview" / "vqgan"
    if plan.shares["large"]:
        changes = common | {"minutes": minutes_for("large"), "warm_start": vqgan, "large": True}
        large = plan.large.model_copy(update=changes)
        with _stored(plan, large=True) as store:
            train_vqgan(large, runs / "large", store, lambda folder: saved("vqgan", folder))
        vqgan = runs / "large" / "vqgan"
    bundle(vqgan, transformer, out)
    return _measured(plan, out, snapshot)


def _same_shape(before: dict[str, Path], network: str) -> dict[str, Any]:
    """What is gone on from keeps its shape."""
    return {"model": {}} if network in before else {}


def _there(before: dict[str, Path], network: str) -> Path:
    if network not in before:
        raise ValueError(f"shares: a stage without a share needs a {network} to --resume from")
    return before[network]


@contextmanager
def _stored(plan: Plan, large: bool = False) -> Iterator[PictureStore | None]:
    """The store of a plan's pictures, being filled; None if it has none."""
    if not plan.store_gigabytes:
        yield None
        return
    side = plan.vqgan.model.get("image_size", 256) * (2 if large else 1)
    pictures = open_pictures(plan.data, side, plan.vqgan.augment, plan.vqgan.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    capacity = int(plan.store_gigabytes * 1e9 / (3 * side**2))
    mirrored = plan.data == "scenes"  # whose light comes from either side as often
    with PictureStore(pictures, side, capacity, device, plan.workers, mirrored, plan.vqgan.seed) as store:
        yield store


def _measured(plan: Plan, out: Path, snapshot: Path | None) -> Scores:
    """Scores of the model and a sheet of its samples, beside it and beside the snapshot."""
    pipe = UnleashPipeline.from_pretrained(out)
    pipe.set_progress_bar_config(disable=True)
    pipe.to("cuda" if torch.cuda.is_available() else "cpu")
    side = pipe.blank().width * pipe.vqgan.cell_size
    scores = score(pipe, open_pictures(plan.data, side), plan.score_pictures)
    text = json.dumps(asdict(scores), indent=1)
    (out / "plan.yaml").write_text(yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False))
    (out / "scores.json").write_text(text, "utf-8")
    if plan.sample_rows:
        save_samples(pipe, out / "samples.png", plan.sample_rows)
    for name in ("scores.json", "samples.png"):
        if snapshot and (out / name).is_file():
            shutil.copyfile(out / name, snapshot / name)
    return scores
