"""The configuration common to all training runs, and the accelerator made from it."""

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
"""Accelerate's name of a precision; false counts as ``no``, since YAML reads a bare ``no`` as false."""


Saved = Callable[[Path], None]
"""A callback that receives the folder of a network each time it has been saved."""


class Run(BaseModel):
    """Configuration common to all training runs.

    Args:
        model: arguments of the network; with ``warm_start``, the arguments to change.
        data: ``scenes``, a folder of pictures, or ``hf:`` and the name of a Hugging Face dataset.
        augment: whether to crop and mirror the pictures of a folder or dataset at random.
        workers: data loading processes per training process.
        warm_start: folder of a network to start from; weights that it lacks, or has in another shape, are
            initialised.
        steps: length of the run in steps, unless ``minutes`` is given.
        minutes: length of the run in minutes; single-process training only.
        compile: whether to compile the blocks of the networks, which takes a minute and pays off in long runs
            on a GPU.
        batch_size: pictures per step and training process.
        ema: decay of the averaged weights, which are the ones saved.
        decay: the last fraction of the run, over which the learning rate decays to zero.
        seed: of the initial weights, the order of the data and all other random numbers.
        checkpoint_every: steps between checkpoints, and between sheets.
        checkpoint_minutes: minutes between checkpoints, instead of ``checkpoint_every``.
        log_every: steps between log entries.
        mixed_precision: of the forward passes; None: as accelerate was launched.
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
    """Reads a run from a YAML file; ``overrides`` that are not None take precedence.

    Raises:
        ValueError: if the file is not a YAML mapping, or a key or value is invalid.
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
        raise ValueError(f"{source} is not valid YAML: {error}") from None
    except RecursionError:
        raise ValueError(f"{source} is nested too deeply") from None
    if not isinstance(described or {}, dict):
        raise ValueError(f"{source} must contain keys and values, such as `steps: 1000`")
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
    """Writes the configuration, including defaults, to ``run.yaml`` in ``out``; creates the folder."""
    with written(out):
        out.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(run.model_dump(mode="json"), sort_keys=False)
    write_whole(out / "run.yaml", text)


def accelerator_for(run: Run, out: Path) -> Accelerator:
    """Makes the accelerator of a run, seeds the random generators and writes ``run.yaml`` into ``out``.

    If TensorBoard is installed, logs go into ``out / "logs"``.

    Raises:
        ValueError: if the run is measured in minutes and there are several processes.
    """
    has_board = is_tensorboard_available()
    accelerator = Accelerator(
        mixed_precision=run.mixed_precision,
        log_with="tensorboard" if has_board else None,
        project_dir=out,
        # Otherwise accelerate would advance the learning rate once per process at each step.
        dataloader_config=DataLoaderConfiguration(split_batches=True),
        # The first steps of a VQGAN do not use its codebook.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if accelerator.is_main_process:
        write_run(run, out)
        if not has_board:
            log.warning(
                'not logging to TensorBoard: tensorboard is not installed (pip install -e ".[train]")'
            )
    accelerator.wait_for_everyone()
    if run.minutes is not None and accelerator.num_processes > 1:
        raise ValueError("minutes: several processes would stop at different steps; set steps instead")
    if accelerator.device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    accelerator.init_trackers("logs")
    set_seed(run.seed)
    return accelerator


def over_processes(accelerator: Accelerator, values: dict[str, Tensor | float]) -> dict[str, float]:
    """The mean of each value over all processes; every process must call this."""
    device = accelerator.device
    return {
        name: float(accelerator.reduce(torch.as_tensor(value, device=device), "mean"))
        for name, value in values.items()
    }
