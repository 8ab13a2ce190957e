"""The benchmarks of `unleash bench`: how fast Unleash is on this machine."""

import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Generator, Tensor, nn
from torch.profiler import ProfilerActivity, profile

from unleash.canvas.messages import quoted
from unleash.evaluation import engine_table
from unleash.evaluation.app_start import first_paint_by_browser, running_app, wait_for
from unleash.evaluation.engine_table import EngineTimes
from unleash.evaluation.full_size import measure_family
from unleash.images.webp import webp
from unleash.models.families import families
from unleash.models.families.absorbing.transformer import BidirectionalTransformer, Block
from unleash.pipeline import UnleashPipeline
from unleash.sampling.scheduler import AbsorbingDiffusionScheduler

REPOSITORY = Path(__file__).parents[2]

STEPS = 16
"""Sampling steps of the measured runs."""

WEBP_QUALITY, WEBP_METHOD = 85, 1
"""The settings with which the studio sends a step's picture to the page."""

_OPERATIONS = {
    "aten::addmm": "linear layers",
    "aten::mm": "linear layers",
    "aten::_scaled_dot_product_flash_attention_for_cpu": "attention with its softmax",
    "aten::native_layer_norm": "layer norms",
    "aten::gelu": "GELU",
    "aten::add": "additions",
    "aten::embedding": "embedding",
    "aten::index_select": "embedding",
}
"""The reported part of a step for each profiler event."""


@dataclass(frozen=True)
class Figure:
    """A quantity measured several times.

    Attributes:
        name: short, unique in a report.
        unit: ``s``, ``GB``, or ``share`` for a fraction in [0, 1].
        median: of the runs.
        runs: the value of each run.
        measured: what exactly is measured, from when to when.
    """

    name: str
    unit: str
    median: float
    runs: list[float]
    measured: str


def measure(parts: Sequence[str], model: str, runs: int, chosen: Sequence[str] = ()) -> dict[str, Any]:
    """Runs some of the benchmarks ``step``, ``image``, ``start``, ``full`` and ``families``.

    Args:
        parts: the benchmarks to run.
        model: folder or Hub id of the model for ``step`` and ``image``.
        runs: number of measurements per figure, each after a warm-up.
        chosen: the families for ``families``, by name; none: all.

    Returns:
        A JSON-serialisable report of the machine and the figures.

    Raises:
        ValueError: if there is no such family, the model cannot be loaded or the app does not start.
    """
    known = [family.name for family in families()]
    for name in chosen:
        if name not in known:
            raise ValueError(f"there is no family {quoted(name)}; the families are {', '.join(known)}")
    makers: dict[str, Callable[[], Iterator[Figure]]] = {
        "step": lambda: _step(UnleashPipeline.from_pretrained(model), runs),
        "image": lambda: _image(UnleashPipeline.from_pretrained(model), model, runs),
        "start": lambda: _start(runs),
        "full": lambda: _full(runs),
        "families": lambda: _families(chosen or known, runs),
    }
    return reported(model, runs, (figure for part in parts for figure in makers[part]()))


def reported(
    model: str, runs: int, figures: Iterable[Figure], engines: Iterable[EngineTimes] = ()
) -> dict[str, Any]:
    """A JSON-serialisable report of the machine, of figures and engines."""
    return {
        "machine": _machine(),
        "model": model,
        "runs": runs,
        "figures": [asdict(figure) for figure in figures],
        "engines": [asdict(engine) for engine in engines],
    }


def show(report: dict[str, Any]) -> None:
    """Prints a report as tables."""
    console = Console()
    if report["engines"]:
        console.print(engine_table.table(report["engines"]))
    table = Table("figure", "median", "least to most", title="unleash bench", title_justify="left")
    for figure in report["figures"]:
        least, most = min(figure["runs"]), max(figure["runs"])
        written = [_written(value, figure["unit"]) for value in (figure["median"], least, most)]
        what = f"{figure['name']}\n[dim]{figure['measured']}[/dim]"
        table.add_row(what, written[0], f"{written[1]} to {written[2]}")
    if report["figures"]:
        console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in report["machine"].items()), highlight=False)


def products(block: Block, cells: int) -> list[Callable[[], Tensor]]:
    """The bare matrix products of a block for one image, with the block's own weights.

    Outputs are preallocated, biases are left out, and nothing runs between the products.
    """
    heads = block.attention.num_heads
    layers = [layer for layer in block.modules() if isinstance(layer, nn.Linear)]
    jobs = [_product(torch.randn(cells, layer.in_features), layer.weight.detach().T) for layer in layers]
    queries = torch.randn(heads, cells, block.attention.proj.in_features // heads)
    scores = torch.randn(heads, cells, cells)
    return [*jobs, _product(queries, queries.mT), _product(scores, queries)]


def _step(pipe: UnleashPipeline, runs: int) -> Iterator[Figure]:
    label = next(iter(pipe.labels), None)
    canvas, settings = pipe.blank(), pipe.defaults.changed(steps=STEPS, label=label)

    def filled() -> None:
        for step in pipe.stream(canvas, settings=settings):
            webp(step.image, WEBP_QUALITY, WEBP_METHOD)

    took = _timed(filled, runs)
    yield _figure(
        "step with its picture",
        [seconds / STEPS for seconds in took],
        f"a {STEPS}-step run from a blank canvas with the studio's settings, including decoding every step's "
        "picture and encoding it for the page; time per step",
    )
    tokens = torch.from_numpy(canvas.codes)[None]
    codes = tokens.clamp(max=canvas.codebook_size - 1)
    image = pipe.render(canvas.fill(canvas.unknown, 0))
    with torch.no_grad():
        yield _figure(
            "of it, transformer", _timed(lambda: pipe.logits(tokens), runs), "one evaluation, batch 1"
        )
        decoder = _timed(lambda: pipe.vqgan.decode(codes, "preview"), runs)
        yield _figure("of it, decoder", decoder, "one picture, as the steps of a run are drawn")
    yield _figure(
        "of it, WebP", _timed(lambda: webp(image, WEBP_QUALITY, WEBP_METHOD), runs), "encoding one picture"
    )


def _image(pipe: UnleashPipeline, model: str, runs: int) -> Iterator[Figure]:
    pipe.set_progress_bar_config(disable=True)
    yield _figure(
        "image",
        _timed(lambda: pipe(num_inference_steps=STEPS), runs),
        f"one pipeline call: {STEPS} steps from a blank canvas, one picture, no label, no previews",
    )
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "unleash", "generate", "--model", model, "--steps", str(STEPS)]
        command += ["--out", str(Path(folder) / "picture.png")]
        took = _timed(lambda: subprocess.run(command, check=True, capture_output=True), runs)
    yield _figure(
        "image, whole process",
        took,
        "`unleash generate` from start to exit, including imports and model loading",
    )


def _start(runs: int) -> Iterator[Figure]:
    if not (REPOSITORY / "app.py").is_file():
        raise ValueError(
            f"there is no app.py in {REPOSITORY}; run this benchmark from a clone of the repository"
        )
    with first_paint_by_browser() as first_paint:
        served, painted = [], []
        for _ in range(runs + 1):
            with running_app(REPOSITORY) as (process, url, began):
                wait_for(process, url)
                served.append(time() - began)
                if first_paint is not None:
                    painted.append(first_paint(url) - began)
    # The first start, with a cold disk cache, is the warm-up.
    yield _figure("start to page", served[1:], "from spawning `python app.py` to HTTP 200 for its page")
    if painted:
        yield _figure(
            "start to first paint",
            painted[1:],
            "from spawning `python app.py` to first contentful paint in an already running Chromium",
        )


@torch.inference_mode()
def _full(runs: int) -> Iterator[Figure]:
    torch.manual_seed(0)
    model = BidirectionalTransformer().eval()
    size, side = model.config["codebook_size"], model.config["grid_size"]
    blank = torch.full((1, side, side), size)
    scheduler = AbsorbingDiffusionScheduler(codebook_size=size)

    def steps() -> None:
        tokens, generators = blank, [Generator().manual_seed(0)]
        scheduler.set_timesteps(STEPS, tokens, generators)
        for timestep in scheduler.timesteps:
            tokens = scheduler.step(model(tokens), timestep, tokens, generators).prev_sample

    jobs = [job for block in model.blocks for job in products(block, side**2)]
    jobs.append(_product(torch.randn(side**2, model.config["width"]), model.code_vectors.T))

    def bare() -> None:
        for _ in range(STEPS):
            for job in jobs:
                job()

    # Alternating, so that other load on the machine affects both equally.
    pairs = [(_timed(steps, 1)[0] / STEPS, _timed(bare, 1)[0] / STEPS) for _ in range(runs)]
    whole, inner = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    millions = sum(weights.numel() for weights in model.parameters()) / 1e6
    yield _figure(
        "full-size step",
        whole,
        f"transformer with {millions:.0f} M parameters and scheduler, batch 1, time per step",
    )
    yield _figure(
        "full-size bare products",
        inner,
        "matrix products with the same shapes and weights, outputs preallocated",
    )
    shares = [b / a for a, b in pairs]
    yield Figure(
        "share of bare products",
        "share",
        median(shares),
        shares,
        "time of the bare products / time of the step, per run",
    )
    for name, times in _profiled(lambda: model(blank), runs).items():
        yield _figure(f"in a step, {name}", times, "self time in one evaluation, from torch's profiler")


def _families(chosen: Sequence[str], runs: int) -> Iterator[Figure]:
    """Families at a published size, with random weights."""
    for family in families():
        if family.name in chosen:
            for name, unit, values, measured in measure_family(family, runs):
                yield Figure(name, unit, median(values), values, measured)


def _profiled(evaluate: Callable[[], Any], runs: int) -> dict[str, list[float]]:
    """Seconds per kind of operation in each of ``runs`` evaluations, longest first."""
    evaluate()
    tallies = []
    for _ in range(runs):
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            evaluate()
        tally: Counter[str] = Counter()
        for event in profiler.key_averages():
            tally[_OPERATIONS.get(event.key, "everything else")] += event.self_cpu_time_total / 1e6
        tallies.append(tally)
    names = sorted(set().union(*tallies), key=lambda name: -median(tally[name] for tally in tallies))
    return {name: [tally[name] for tally in tallies] for name in names}


def _product(left: Tensor, right: Tensor) -> Callable[[], Tensor]:
    out = left @ right
    return lambda: torch.matmul(left, right, out=out)


def _timed(job: Callable[[], Any], runs: int) -> list[float]:
    """Seconds that ``job`` takes in each of ``runs`` runs, each after one warm-up call."""
    took = []
    for _ in range(runs):
        job()
        began = perf_counter()
        job()
        took.append(perf_counter() - began)
    return took


def _figure(name: str, seconds: list[float], measured: str) -> Figure:
    return Figure(name, "s", median(seconds), seconds, measured)


def _written(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.0f} %"
    return f"{value:.2f} GB" if unit == "GB" else f"{value:.4f} s"


def _machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
