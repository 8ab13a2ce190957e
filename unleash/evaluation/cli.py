"""`unleash evaluate`: evaluation from the command line."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unleash.sampling_options import with_sampling

if TYPE_CHECKING:
    from unleash.canvas.settings import Settings
    from unleash.evaluation.features import FeatureNetwork
    from unleash.evaluation.references import Pictures
    from unleash.evaluation.report import Facts, Figure
    from unleash.pipeline import UnleashPipeline

app = typer.Typer(
    no_args_is_help=True,
    help="Measure a model. Install the extra first: -e '.\\[eval]'.\n\n"
    "Every command adds a section to report.json and report.md in the folder --out. Reference pictures are "
    "held-out drawn scenes, unless --data names a folder. Samples use the model's default settings with "
    "16 steps, unless options change them.",
)

Model = Annotated[str, typer.Option(help="A model folder or Hub id.")]
Out = Annotated[Path, typer.Option(help="The folder of the report.")]
Count = Annotated[int, typer.Option(min=2, help="Number of pictures.")]
Data = Annotated[
    Path | None, typer.Option(help="A folder of reference pictures.", show_default="drawn scenes")
]
Inception = Annotated[
    str | None,
    typer.Option(
        metavar="PATH_OR_URL",
        help="Inception features from a TorchScript file (inception-2015-12-05.pt); a URL is downloaded "
        "once.",
        show_default="EfficientNet-Lite0",
    ),
]
_sampled = with_sampling("label", "seed")

MODEL, OUT = "weights/scenes", Path("runs/evaluation")

_TRAINING = "drawn training scenes"
_NAMED = {"steps", "reveal_order", "schedule", "temperature", "top_p", "guidance_scale", "correction"}
_NAMED |= {"label", "seed"}


@app.command()
@_sampled
def samples(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=6, help="Number of pictures in each set.")] = 2000,
    data: Data = None,
    inception: Inception = None,
    *,
    chosen: dict[str, Any],
) -> None:
    """Fréchet distance, density and coverage of samples, with two baselines.

    Three sets are compared with COUNT held-out pictures: COUNT samples, the
    same pictures encoded and decoded, and COUNT other real pictures.

    Example:

    \b
      unleash evaluate samples --count 2000
    """
    from unleash.evaluation.samples import measure

    pipe = _load(model, out)
    settings = _settings(pipe, chosen)
    pictures, network = _held_out(pipe, data), _network(inception)
    figures = measure(pipe, pictures, count, settings, network)
    facts = _facts(pipe, model, count, pictures.name) | {"features": network.name} | _sampling(settings)
    _report(out, "samples", facts, figures)


@app.command()
def reconstruction(model: Model = MODEL, out: Out = OUT, count: Count = 512, data: Data = None) -> None:
    """PSNR and SSIM of reconstructions, and codebook usage.

    Example:

    \b
      unleash evaluate reconstruction --count 512
    """
    from unleash.evaluation.reconstruction import measure

    pipe = _load(model, out)
    pictures = _held_out(pipe, data)
    figures = measure(pipe.vqgan, pictures, count)
    _report(out, "reconstruction", _facts(pipe, model, count, pictures.name), figures)


@app.command()
def elbo(
    model: Model = MODEL,
    out: Out = OUT,
    count: Count = 512,
    data: Data = None,
    draws: Annotated[int, typer.Option(min=1, help="Masks drawn per picture.")] = 8,
) -> None:
    """Negative ELBO in bits per token and per dimension.

    Example:

    \b
      unleash evaluate elbo --count 512 --draws 16
    """
    from unleash.evaluation.elbo import measure

    pipe = _load(model, out)
    pictures = _held_out(pipe, data)
    figures = measure(pipe, pictures, count, draws)
    _report(out, "elbo", _facts(pipe, model, count, pictures.name) | {"draws": draws}, figures)


@app.command()
def information(model: Model = MODEL, out: Out = OUT, count: Count = 64, data: Data = None) -> None:
    """Negative log-likelihood of a masked cell by the share of masked cells; saved with the model.

    The schedule "information" is computed from this curve, which is written
    to MODEL/scheduler/scheduler_config.json.

    Example:

    \b
      unleash evaluate information --model runs/model --count 64
    """
    from unleash.evaluation.curve import figures, measure
    from unleash.models.folders import resolve, write_curve

    pipe = _load(model, out)
    pictures = _held_out(pipe, data)
    curve = measure(pipe, pictures, count)
    write_curve(resolve(model), curve)
    _report(out, "information", _facts(pipe, model, count, pictures.name), figures(curve))


@app.command()
@_sampled
def neighbours(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=2, help="Number of training pictures to search.")] = 2000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the model's training pictures.", show_default="drawn training scenes"
        ),
    ] = None,
    inception: Inception = None,
    rows: Annotated[int, typer.Option(min=1, help="Number of samples.")] = 8,
    k: Annotated[int, typer.Option(min=1, help="Number of neighbours per sample.")] = 5,
    *,
    chosen: dict[str, Any],
) -> None:
    """A sheet of samples with their nearest training pictures: neighbours.png.

    Example:

    \b
      unleash evaluate neighbours --count 10000 --rows 8
    """
    from unleash.evaluation.neighbours import measure
    from unleash.evaluation.references import drawn, folder
    from unleash.scenes.splits import training_scene

    pipe = _load(model, out)
    side = _side(pipe)
    training = folder(data, side) if data else drawn(_TRAINING, training_scene, side)
    settings = _settings(pipe, chosen)
    network = _network(inception)
    figures = measure(pipe, training, count, rows, k, settings, network, out / "neighbours.png")
    facts = _facts(pipe, model, count, training.name) | {"features": network.name} | _sampling(settings)
    _report(out, "neighbours", facts, figures, "neighbours.png")


@app.command()
@with_sampling("label", "seed", "steps", "reveal_order")
def tradeoff(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=2, help="Number of samples per cell of the table.")] = 256,
    reference: Annotated[
        int, typer.Option(min=2, help="Number of held-out pictures to compare with.")
    ] = 2000,
    data: Data = None,
    inception: Inception = None,
    steps: Annotated[
        list[int] | None,
        typer.Option(
            min=1, help="A column of the table. Repeatable.", show_default="256, 150, 100, 50, 32, 16, 8"
        ),
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option(help="A row of the table. Repeatable.", show_default="all")
    ] = None,
    first_seed: Annotated[int, typer.Option(min=0, help="Seed of the first sample.")] = 0,
    *,
    chosen: dict[str, Any],
) -> None:
    """Fréchet distance and time by steps and order: the paper's table, and tradeoff.png.

    Takes hours on a CPU. Each cell is saved when it is measured; run the command
    again, also with other --steps or --order, to add the missing cells. Distances
    grow as the number of samples shrinks: compare only within one table.

    Example:

    \b
      unleash evaluate tradeoff --count 256 --steps 8 --steps 16 --steps 32
    """
    from unleash.evaluation import tradeoff as table
    from unleash.evaluation.report import Section, add, markdown, read_report
    from unleash.sampling.orders import ORDERS

    pipe = _load(model, out)
    section = read_report(out).sections.get("tradeoff", Section())
    settings = _settings(pipe, chosen)
    rows = [_settings(pipe, {"reveal_order": name}).reveal_order for name in order or ORDERS]
    pictures, network = _held_out(pipe, data), _network(inception)
    reference = min(reference, pictures.count or reference)
    facts = _facts(pipe, model, count, pictures.name) | {"first seed": first_seed, "compared with": reference}
    facts |= {"features": network.name} | _sampling(settings)
    facts = {key: value for key, value in facts.items() if key not in ("steps", "order")}
    if section.cells and section.settings != facts:
        other = [key for key in facts if facts[key] != section.settings.get(key)]
        raise ValueError(
            f"the table in {out} was started with other settings ("
            + ", ".join(f"{key} {section.settings.get(key)}" for key in other)
            + "); use the same, or another --out"
        )
    todo = table.missing(rows, steps or table.STEPS, section.cells)
    measured = table.measure(pipe, pictures, reference, count, settings, network, todo, first_seed)
    for cell in measured if todo else ():
        section = Section(settings=facts, cells=(*section.cells, cell), picture="tradeoff.png")
        table.plot(section.cells, out / "tradeoff.png")
        add(out, "tradeoff", section)
    typer.echo(markdown("tradeoff", section))


@app.command()
def compare(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=32, help="Samples of each variant; seeds 0, 1, ….")] = 256,
    reference: Annotated[int, typer.Option(min=2, help="Number of held-out pictures.")] = 2000,
    data: Data = None,
    inception: Inception = None,
    steps: Annotated[list[int] | None, typer.Option(min=1, help="Repeatable.", show_default="8, 16")] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE,…", help="Settings that differ from the model's defaults. Repeatable."
        ),
    ] = None,
) -> None:
    """Compare sampling settings on the same seeds: Fréchet distances and the error of their differences.

    Features are cached in OUT/compare: run the same command again, or with
    other variants or a larger --count, to resume.

    Example:

    \b
      unleash evaluate compare --variant correction_order=confidence --variant schedule=information
    """
    from unleash.evaluation.comparison import compared, figures, reference_features, sample_features
    from unleash.evaluation.frechet import moments

    pipe = _load(model, out)
    named = {"defaults": pipe.defaults} | {
        text: pipe.defaults.changed(**_parsed(text.split(","))) for text in variant or ()
    }
    columns = sorted(set(steps or (8, 16)))
    variants = {
        f"{name}, {n} steps": settings.changed(steps=n) for n in columns for name, settings in named.items()
    }
    pictures, network = _held_out(pipe, data), _network(inception)
    reference = min(reference, pictures.count or reference)
    facts = _facts(pipe, model, count, pictures.name) | {"compared with": reference, "features": network.name}
    cache = out / "compare"
    real = moments(reference_features(pictures, network, reference, cache))
    found = sample_features(pipe, network, variants, count, cache, str(facts["weights"]))
    by_steps = [{name: each for name, each in found.items() if variants[name].steps == n} for n in columns]
    shown = [figure for each in by_steps for figure in figures(compared(real, each))]
    _report(out, "compare", facts | _sampling(pipe.defaults) | {"steps": None}, shown)


@app.command()
def names(model: Model = MODEL, out: Out = OUT, count: Count = 2000) -> None:
    """Name each code after what it shows in drawn scenes.

    The names are saved in MODEL/vqgan/names.json, for the studio's palette.

    Example:

    \b
      unleash evaluate names --count 2000
    """
    from unleash.evaluation.names import figures, measure, named
    from unleash.images.code_names import save_names
    from unleash.models.folders import resolve

    pipe = _load(model, out)
    pixels = measure(pipe.vqgan, count)
    typer.echo(save_names(named(pixels), resolve(model)))
    _report(out, "names", _facts(pipe, model, count, _TRAINING), figures(pixels))


@app.command()
@_sampled
def defaults(
    model: Annotated[Path, typer.Option(help="The folder of the model.")],
    *,
    chosen: dict[str, Any],
) -> None:
    """Change the default sampling settings stored in a model's folder.

    Settings not given are left unchanged.

    Example:

    \b
      unleash evaluate defaults --model runs/model --steps 12 --correction 0.3
    """
    from unleash.models.folders import write_defaults

    written = write_defaults(model, chosen)
    typer.echo(", ".join(f"{name} {value}" for name, value in written.items()))


@app.command()
def report(out: Out = OUT) -> None:
    """Write report.md again from report.json.

    Example:

    \b
      unleash evaluate report --out runs/evaluation
    """
    from unleash.evaluation.report import write_markdown

    typer.echo(write_markdown(out))


def _load(model: str, out: Path) -> "UnleashPipeline":
    from diffusers.utils import logging

    from unleash.evaluation.report import read_report
    from unleash.pipeline import UnleashPipeline

    read_report(out)  # fails early if the report cannot be extended
    logging.disable_progress_bar()
    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _settings(pipe: "UnleashPipeline", chosen: dict[str, Any]) -> "Settings":
    """The model's settings with 16 steps, and those that were chosen."""
    return pipe.defaults.changed(**{"steps": 16} | chosen)


def _parsed(pairs: list[str]) -> dict[str, str]:
    """Settings given as ``name=value``, not yet validated.

    Raises:
        ValueError: if one is not of this form.
    """
    named = [pair.partition("=") for pair in pairs]
    for pair, (name, sign, value) in zip(pairs, named, strict=True):
        if not (name and sign and value):
            raise ValueError(f"expected NAME=VALUE, such as correction_order=confidence, not {pair!r}")
    return {name: value for name, _, value in named}


def _side(pipe: "UnleashPipeline") -> int:
    return pipe.blank().width * pipe.vqgan.cell_size


def _held_out(pipe: "UnleashPipeline", data: Path | None) -> "Pictures":
    from unleash.evaluation.references import drawn, folder
    from unleash.scenes.splits import held_out_scene

    side = _side(pipe)
    return folder(data, side) if data else drawn("drawn held-out scenes", held_out_scene, side)


def _network(inception: str | None) -> "FeatureNetwork":
    from unleash.evaluation import features

    return features.inception(inception) if inception else features.efficientnet()


def _facts(pipe: "UnleashPipeline", model: str, count: int, pictures: str) -> "Facts":
    """What the figures depend on; includes a hash of the weights, since a model in a folder can change."""
    digest = sha256()
    for name in ("vqgan", "transformer"):
        for weights in pipe.components[name].state_dict().values():
            digest.update(weights.contiguous().numpy())
    return {"model": model, "weights": digest.hexdigest()[:12], "pictures": pictures, "count": count}


def _sampling(settings: "Settings") -> "Facts":
    named: Facts = {
        "steps": settings.steps,
        "order": settings.reveal_order,
        "schedule": settings.schedule,
        "temperature": settings.temperature,
        "top-p": settings.top_p or 1,
        "guidance": settings.guidance_scale,
        "correction": settings.correction,
    }
    return named | settings.model_dump(exclude=_NAMED, exclude_defaults=True)


def _report(
    out: Path, name: str, facts: "Facts", figures: "list[Figure]", picture: str | None = None
) -> None:
    """Adds a section to the report and prints it."""
    from unleash.evaluation.report import Section, add

    typer.echo(add(out, name, Section(settings=facts, figures=tuple(figures), picture=picture)))
