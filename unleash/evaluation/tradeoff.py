"""Quality against speed: the paper's table of Fréchet distances by number of steps, for every order."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from matplotlib.figure import Figure
from torch import Tensor
from tqdm import tqdm

from unleash.canvas.settings import OrderName, Settings
from unleash.evaluation.features import FeatureNetwork, features
from unleash.evaluation.frechet import Moments, frechet_distance, moments
from unleash.evaluation.references import Pictures
from unleash.evaluation.report import Cell
from unleash.evaluation.samples import sample
from unleash.pipeline import UnleashPipeline
from unleash.sampling.orders import ORDERS
from unleash.writing import whole_file

STEPS = (256, 150, 100, 50, 32, 16, 8)
"""The columns of the table."""


def missing(
    orders: Sequence[OrderName], steps: Sequence[int], cells: Sequence[Cell]
) -> list[tuple[OrderName, int]]:
    """The orders and steps without a cell yet, in order of increasing steps and so of time."""
    known = {(cell.order, cell.steps) for cell in cells}
    return [(order, n) for n in sorted(set(steps)) for order in orders if (order, n) not in known]


def measure(
    pipe: UnleashPipeline,
    pictures: Pictures,
    reference: int,
    count: int,
    settings: Settings,
    network: FeatureNetwork,
    todo: Sequence[tuple[OrderName, int]],
    first_seed: int = 0,
) -> Iterator[Cell]:
    """Generates ``count`` samples for each order and number of steps; yields each cell once measured.

    Seeds count up from ``first_seed``. The samples are compared with the first ``reference`` pictures.

    Raises:
        ValueError: if there are fewer pictures.
    """
    pictures.require(reference)
    real = moments(
        features(network, tqdm(pictures.pixels(range(reference)), "pictures", reference, disable=None))
    )
    for order, steps in todo:
        asked = settings.changed(reveal_order=order, steps=steps)
        yield _cell(pipe, real, range(first_seed, first_seed + count), asked, network)


def plot(cells: Sequence[Cell], path: Path) -> None:
    """Plots one line per order: distance by steps, and distance by seconds per picture."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    by_steps, by_seconds = figure.subplots(1, 2, sharey=True)
    for order in dict.fromkeys(cell.order for cell in cells):
        line = sorted((cell for cell in cells if cell.order == order), key=lambda cell: cell.steps)
        distances = [cell.distance for cell in line]
        by_steps.plot([cell.steps for cell in line], distances, "o-", label=order)
        by_seconds.plot([cell.seconds for cell in line], distances, "o-")
    for axes, what in ((by_steps, "steps"), (by_seconds, "seconds per picture")):
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_xlabel(what)
        axes.grid(alpha=0.3)
    by_steps.set_ylabel("Fréchet distance")
    figure.legend(*by_steps.get_legend_handles_labels(), loc="outside lower center", ncols=len(ORDERS))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        figure.savefig(part, dpi=120)


def _cell(
    pipe: UnleashPipeline, real: Moments, seeds: range, settings: Settings, network: FeatureNetwork
) -> Cell:
    seconds: list[float] = []

    def painted(seed: int) -> Tensor:
        began = perf_counter()
        picture = sample(pipe, settings, seed)
        seconds.append(perf_counter() - began)
        return picture

    progress = tqdm(seeds, f"{settings.reveal_order}, {settings.steps} steps", disable=None)
    found = features(network, map(painted, progress))
    return Cell(
        order=settings.reveal_order,
        steps=settings.steps,
        distance=frechet_distance(real, moments(found)),
        seconds=median(seconds),
    )
