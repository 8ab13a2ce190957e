"""Training a whole model: VQGAN, prior, preview decoder, bundle, scores."""

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
from unleash.training.run import checked, read_yaml
from unleash.training.sheets import save_samples
from unleash.training.snapshot import read_snapshot, write_snapshot
from unleash.training.sources import open_pictures
from unleash.training.store import PictureStore
from unleash.training.vqgan_trainer import VQGANRun, train_vqgan
from unleash.writing import write_whole

PRESETS = Path(__file__).parent / "presets"

STAGES = ("vqgan", "prior", "preview", "large")
"""In training order."""

PARTS = (*STAGES, "score")
"""The parts that the time is divided among."""


class Plan(BaseModel):
    """Configuration of training a whole model.

    Args:
        data: training pictures of all stages, see ``Run``.
        minutes: time budget for everything; None: each stage trains for its ``steps``.
        shares: relative time of each stage and of ``score`` (bundling and scoring); each gets its share of
            the time left when it starts. A stage with share 0 is skipped; skipping VQGAN or prior needs a
            model to resume from.
        store_gigabytes: size of the picture store on the device; 0: no store, pictures are read for each
            step.
        workers: processes that draw or read pictures.
        score_pictures: number of held-out pictures to score the model on.
        sample_rows: rows of samples on the sheet beside the model; 0: no sheet.
        vqgan, prior, preview, large: the stages; ``large`` is the decoder stage for twice the resolution. The
            plan sets their ``data``, ``workers``, ``minutes`` and ``vqgan``.
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
            raise ValueError(f"expected a share of 0 or more for each of {', '.join(PARTS)}")
        return value


def presets() -> list[str]:
    """The names of the bundled plans."""
    return sorted(file.stem for file in PRESETS.glob("*.yaml"))


def preset_text(name: str) -> str:
    """A plan as YAML text, from a preset's name or a file.

    Raises:
        ValueError: if there is no such preset or file.
    """
    file = PRESETS / f"{name}.yaml" if name in presets() else Path(name)
    if not file.is_file():
        raise ValueError(f"there is no preset {name}: expected {', '.join(presets())} or a YAML file")
    return file.read_text("utf-8")


def read_plan(name: str, **overrides: Any) -> Plan:
    """Reads the plan of a preset or file; ``overrides`` that are not None take precedence.

    Raises:
        ValueError: if there is no such plan, or a key or value is invalid.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    return checked(Plan, read_yaml(preset_text(name), name) | given, name)


def train_all(plan: Plan, out: Path, snapshot: Path | None = None, resume: Path | None = None) -> Scores:
    """Trains all stages and bundles them as a model in ``out``; the stages' runs are in ``out / "runs"``.

    Called again with the same ``out``, it resumes an interrupted training.

    Args:
        plan: the configuration.
        out: folder of the model.
        snapshot: folder that always has the latest averaged weights of all networks, as a few small files.
        resume: a model or snapshot whose networks the stages start from.

    Returns:
        Scores of the model on held-out pictures.

    Raises:
        ValueError: if the data or ``resume`` cannot be used, or a skipped stage has no network to start from.
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
        if (begun := runs / stage / "run.yaml").is_file():  # resumed: keep its time budget
            return read_yaml(begun.read_text("utf-8"), begun)["minutes"]
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
    """A network that is resumed keeps its architecture."""
    return {"model": {}} if network in before else {}


def _there(before: dict[str, Path], network: str) -> Path:
    if network not in before:
        raise ValueError(
            f"shares: cannot skip a stage without a {network}; --resume from a model with one, or set a share"
        )
    return before[network]


@contextmanager
def _stored(plan: Plan, large: bool = False) -> Iterator[PictureStore | None]:
    """The picture store of a plan, filled in the background; None if it has none."""
    if not plan.store_gigabytes:
        yield None
        return
    side = plan.vqgan.model.get("image_size", 256) * (2 if large else 1)
    pictures = open_pictures(plan.data, side, plan.vqgan.augment, plan.vqgan.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    capacity = int(plan.store_gigabytes * 1e9 / (3 * side**2))
    mirrored = plan.data == "scenes"  # their light comes from left and right equally often
    with PictureStore(pictures, side, capacity, device, plan.workers, mirrored, plan.vqgan.seed) as store:
        yield store


def _measured(plan: Plan, out: Path, snapshot: Path | None) -> Scores:
    """Scores the model; writes scores and a sheet of samples beside the model and the snapshot."""
    pipe = UnleashPipeline.from_pretrained(out)
    pipe.set_progress_bar_config(disable=True)
    pipe.to("cuda" if torch.cuda.is_available() else "cpu")
    side = pipe.blank().width * pipe.vqgan.cell_size
    scores = score(pipe, open_pictures(plan.data, side), plan.score_pictures)
    text = json.dumps(asdict(scores), indent=1)
    write_whole(out / "plan.yaml", yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False))
    write_whole(out / "scores.json", text)
    if plan.sample_rows:
        save_samples(pipe, out / "samples.png", plan.sample_rows)
    for name in ("scores.json", "samples.png"):
        if snapshot and (out / name).is_file():
            shutil.copyfile(out / name, snapshot / name)
    return scores
