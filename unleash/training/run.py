"""What the description of every training has, and what every training does with it."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import torch
import yaml
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.utils import DataLoaderConfiguration, is_tensorboard_available, set_seed
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from torch import Tensor

from unleash.canvas.settings import one_line
from unleash.writing import write_whole, written

log = logging.getLogger(__name__)

Precision = Annotated[
    Literal["no", "fp16", "bf16"], BeforeValidator(lambda value: "no" if value is False else value)
]
"""YAML reads a bare ``no`` as false."""


Saved = Callable[[Path], None]
"""Is told the folder of a network whenever a training has written it."""


class Run(BaseModel):
    """What decides a training of either network.

    Args:
        model: the arguments of the network; with ``warm_start``, those that shall be others than before.
        data: ``scenes``, a folder of pictures, or ``hf:`` and the name of a Hugging Face data set.
        augment: whether pictures of a folder or data set are cut at random and mirrored half the time.
        workers: how many processes read pictures, for each that trains.
        warm_start: a folder with a network to start from; weights that it has in no such shape are new.
        steps: batches to train on, unless ``minutes`` says how long.
        minutes: how long to train, on one process; None: ``steps`` decide.
        compile: whether the blocks of the networks are compiled, which takes a minute and pays in long
            trainings on a GPU.
        batch_size: pictures in a batch, of each process that trains.
        ema: how slowly the averaged weights, which are those saved, follow.
        decay: the last share of the steps, over which the learning rate falls to zero.
        seed: of the first weights, the order of the data and every draw.
        checkpoint_every: steps between checkpoints; also between sheets.
        checkpoint_minutes: minutes between them instead; None: steps decide.
        log_every: steps between entries of the log.
        mixed_precision: of the forward passes; None: what accelerate was launched with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: dict[str, Any] = Field(default_factory=dict)
    data: str = "scenes"
    augment: bool = False
    workers: int = Field(default=1, ge=1)
    warm_start: Path | None = None
    steps: int = Field(default=10_000, ge=1)
    minutes: float | None = Field(default=None, gt=0)
    compile: bool = False
    batch_size: int = Field(default=16, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0, le=1)
    ema: float = Field(default=0.999, ge=0, le=1)
    decay: float = Field(default=0.3, ge=0, le=1)
    seed: int = Field(default=0, ge=0, lt=2**32)
    checkpoint_every: int = Field(default=500, ge=1)
    checkpoint_minutes: float | None = Field(default=None, gt=0)
    log_every: int = Field(default=50, ge=1)
    mixed_precision: Precision | None = None


AnyRun = TypeVar("AnyRun", bound=Run)
Described = TypeVar("Described", bound=BaseModel)


def read_run(kind: type[AnyRun], file: Path, **overrides: Any) -> AnyRun:
    """The run that a YAML file describes; ``overrides`` that are not None go before what it says.

    Raises:
        ValueError: if the file is no YAML mapping, or a key or value in it is wrong.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    return checked(kind, read_yaml(file.read_text(encoding="utf-8"), file) | given, file)


def read_yaml(text: str, source: Path | str) -> dict[str, Any]:
    """The keys and values of a YAML text.

    Raises:
        ValueError: if it is something else; ``source`` is where it comes from.
    """
    try:
        described = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{source} is no YAML: {error}") from None
    except RecursionError:
        raise ValueError(f"{source} is nested too deeply") from None
    if not isinstance(described or {}, dict):
        raise ValueError(f"{source} must hold keys and values, such as `steps: 1000`")
    return described or {}


def checked(kind: type[Described], described: dict[str, Any], source: Path | str) -> Described:
    """A description of its kind.

    Raises:
        ValueError: in a line that says what is wrong where; ``source`` is where it comes from.
    """
    try:
        return kind.model_validate(described)
    except ValidationError as error:
        raise ValueError(f"{source}: {one_line(error)}") from None


def write_run(run: Run, out: Path) -> None:
    """Writes the whole description, defaults too, into ``out``, which is made."""
    with written(out):
        out.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(run.model_dump(mode="json"), sort_keys=False)
    write_whole(out / "run.yaml", text)


def accelerator_for(run: Run, out: Path) -> Accelerator:
    """An accelerator that logs for TensorBoard into ``out / "logs"``, where that is installed.

    The description of the run is written into ``out``, and the random generators are seeded.
    """
    has_board = is_tensorboard_available()
    accelerator = Accelerator(
        mixed_precision=run.mixed_precision,
        log_with="tensorboard" if has_board else None,
        project_dir=out,
        # Else the learning rate would go on by a step for every process at each step.
        dataloader_config=DataLoaderConfiguration(split_batches=True),
        # The first steps of a VQGAN leave its codebook out.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if accelerator.is_main_process:
        write_run(run, out)
        if not has_board:
            log.warning('no TensorBoard logs: tensorboard is not installed (pip install -e ".[train]")')
    accelerator.wait_for_everyone()
    if run.minutes is not None and accelerator.num_processes > 1:
        raise ValueError("minutes: processes would not end at the same step; give steps instead")
    if accelerator.device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    accelerator.init_trackers("logs")
    set_seed(run.seed)
    return accelerator


def over_processes(accelerator: Accelerator, values: dict[str, Tensor | float]) -> dict[str, float]:
    """The mean of each value over all processes, which call this together."""
    device = accelerator.device
    return {
        name: float(accelerator.reduce(torch.as_tensor(value, device=device), "mean"))
        for name, value in values.items()
    }
