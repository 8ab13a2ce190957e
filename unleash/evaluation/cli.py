"""`unleash evaluate`: the measurements, from a shell."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from unleash.canvas.settings import Settings
    from unleash.evaluation.features import FeatureNetwork
    from unleash.evaluation.references import Pictures
    from unleash.evaluation.report import Facts, Figure
    from unleash.pipeline import UnleashPipeline

app = typer.Typer(
    no_args_is_help=True,
    help="Measure a model. Install the extra first: -e '.\\[eval]'.\n\n"
    "Every command adds a section to report.json and report.md in the folder --out. Pictures to measure "
    "with are drawn from seeds that training never uses, unless --data names a folder. Samples are painted "
    "with the model's own settings, in 16 steps, unless told otherwise.",
)

Model = Annotated[str, typer.Option(help="A model folder or Hub id.")]
Out = Annotated[Path, typer.Option(help="The folder of the report.")]
Count = Annotated[int, typer.Option(min=2, help="How many pictures.")]
Data = Annotated[
    Path | None, typer.Option(help="A folder of pictures to measure with.", show_default="drawn scenes")
]
Inception = Annotated[
    str | None,
    typer.Option(
        metavar="PATH_OR_URL",
        help="Inception as a TorchScript file (inception-2015-12-05.pt) for the features; an address is "
        "fetched once.",
        show_default="EfficientNet-Lite0",
    ),
]
Steps = Annotated[int, typer.Option(min=1, help="Evaluations of the transformer at most.")]
Order = Annotated[str | None, typer.Option(help="Which cells come first.", show_default="the model's")]
Schedule = Annotated[
    str | None, typer.Option(help="How many cells a step reveals.", show_default="the model's")
]
_OWN = "the model's"
Temperature = Annotated[
    float | None, typer.Option(min=0, help="Below 1 tamer, above 1 wilder.", show_default=_OWN)
]
TopP = Annotated[
    float | None,
    typer.Option(min=0.01, max=1, help="Only codes that have this share together.", show_default=_OWN),
]
Guidance = Annotated[
    float | None, typer.Option(min=0, help="How strongly labels are followed.", show_default=_OWN)
]
Correction = Annotated[
    float | None,
    typer.Option(
        min=0, max=0.5, help="Share of the steps that draw cells filled first again.", show_default=_OWN
    ),
]

MODEL, OUT = "weights/scenes", Path("runs/evaluation")

_TRAINING = "drawn training scenes"


@app.command()
def samples(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=6, help="How many pictures of each kind.")] = 2000,
    data: Data = None,
    inception: Inception = None,
    steps: Steps = 16,
    order: Order = None,
    schedule: Schedule = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    guidance: Guidance = None,
    correction: Correction = None,
) -> None:
    """Fréchet distance, density and coverage of samples, beside what codes and chance allow.

    Three sets are compared with COUNT held-out pictures: as many samples, the
    same pictures encoded and decoded, and as many other real pictures.

    Example:

    \b
      unleash evaluate samples --count 2000
    """
    from unleash.evaluation.samples import measure

    pipe = _load(model, out)
    settings = _settings(pipe, steps, order, schedule, temperature, top_p, guidance, correction)
    pictures, network = _held_out(pipe, data), _network(inception)
    figures = measure(pipe, pictures, count, settings, network)
    facts = _facts(pipe, model, count, pictures.name) | {"features": network.name} | _sampling(settings)
    _report(out, "samples", facts, figures)


@app.command()
def reconstruction(model: Model = MODEL, out: Out = OUT, count: Count = 512, data: Data = None) -> None:
    """PSNR and SSIM of pictures encoded and decoded, and how the codebook is used.

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
    draws: Annotated[int, typer.Option(min=1, help="Masks drawn for each picture.")] = 8,
) -> None:
    """Bits per token and per dimension: the bound that the paper trains on.

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
def neighbours(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=2, help="How many training pictures to look through.")] = 2000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="The folder of pictures the model was trained on.", show_default="drawn training scenes"
        ),
    ] = None,
    inception: Inception = None,
    rows: Annotated[int, typer.Option(min=1, help="How many samples.")] = 8,
    k: Annotated[int, typer.Option(min=1, help="How many neighbours of each.")] = 5,
    steps: Steps = 16,
    temperature: Temperature = None,
    top_p: TopP = None,
    guidance: Guidance = None,
    correction: Correction = None,
) -> None:
    """A sheet of samples, each with the training pictures nearest to it: neighbours.png.

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
    settings = _settings(pipe, steps, None, None, temperature, top_p, guidance, correction)
    network = _network(inception)
    figures = measure(pipe, training, count, rows, k, settings, network, out / "neighbours.png")
    facts = _facts(pipe, model, count, training.name) | {"features": network.name} | _sampling(settings)
    _report(out, "neighbours", facts, figures, "neighbours.png")


@app.command()
def tradeoff(
    model: Model = MODEL,
    out: Out = OUT,
    count: Annotated[int, typer.Option(min=2, help="How many pictures for each cell of the table.")] = 256,
    reference: Annotated[
        int, typer.Option(min=2, help="How many held-out pictures they are compared with.")
    ] = 2000,
    data: Data = None,
    inception: Inception = None,
    steps: Annotated[
        list[int] | None,
        typer.Option(min=1, help="A column. Repeatable.", show_default="256, 150, 100, 50, 32, 16, 8"),
    ] = None,
    order: Annotated[list[str] | None, typer.Option(help="A row. Repeatable.", show_default="all")] = None,
    first_seed: Annotated[
        int, typer.Option(min=0, help="The first picture's seed; others give another set of pictures.")
    ] = 0,
    schedule: Schedule = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    guidance: Guidance = None,
    correction: Correction = None,
) -> None:
    """Fréchet distance and time by steps, for every order: the paper's table, and tradeoff.png.

    Hours on a CPU. Every cell is written as soon as it is measured; run the
    same line again, or one with other --steps or --order, and it goes on.
    The fewer pictures, the larger all distances: compare within a table only.

    Example:

    \b
      unleash evaluate tradeoff --count 256 --steps 8 --steps 16 --steps 32
    """
    from unleash.evaluation import tradeoff as table
    from unleash.evaluation.report import Section, add, markdown, read_report
    from unleash.sampling.orders import ORDERS

    pipe = _load(model, out)
    section = read_report(out).sections.get("tradeoff", Section())
    settings = _settings(pipe, 1, None, schedule, temperature, top_p, guidance, correction)
    rows = [_settings(pipe, 1, name).reveal_order for name in order or ORDERS]
    pictures, network = _held_out(pipe, data), _network(inception)
    reference = min(reference, pictures.count or reference)
    facts = _facts(pipe, model, count, pictures.name) | {"first seed": first_seed, "compared with": reference}
    facts |= {"features": network.name} | _sampling(settings)
    facts = {key: value for key, value in facts.items() if key not in ("steps", "order")}
    if section.cells and section.settings != facts:
        other = [key for key in facts if facts[key] != section.settings.get(key)]
        raise ValueError(
            f"the table in {out} was begun with another {' and another '.join(other)} "
            f"({', '.join(str(section.settings.get(key)) for key in other)}); give the same, or another --out"
        )
    todo = table.missing(rows, steps or table.STEPS, section.cells)
    measured = table.measure(pipe, pictures, reference, count, settings, network, todo, first_seed)
    for cell in measured if todo else ():
        section = Section(settings=facts, cells=(*section.cells, cell), picture="tradeoff.png")
        table.plot(section.cells, out / "tradeoff.png")
        add(out, "tradeoff", section)
    typer.echo(markdown("tradeoff", section))


@app.command()
def names(model: Model = MODEL, out: Out = OUT, count: Count = 2000) -> None:
    """Name the codes after what drawn scenes show where they occur; saved with the model.

    The palette of the studio reads them from MODEL/vqgan/names.json.

    Example:

    \b
      unleash evaluate names --count 2000
    """
    from unleash.evaluation.names import measure, named
    from unleash.evaluation.report import Figure
    from unleash.images.code_names import save_names
    from unleash.models.folders import resolve

    pipe = _load(model, out)
    pixels = measure(pipe.vqgan, count)
    found = named(pixels)
    typer.echo(save_names(found, resolve(model)))
    figures = [
        Figure(
            name="codes named",
            value=100 * sum(name is not None for name in found) / len(found),
            unit="%",
            meaning="codes that occur in the scenes",
        ),
        Figure(
            name="pixels that are what their code is named",
            value=100 * float(pixels.amax(1).sum() / pixels.sum()),
            unit="%",
            meaning="how far a name can be trusted",
        ),
    ]
    _report(out, "names", _facts(pipe, model, count, _TRAINING), figures)


@app.command()
def defaults(
    model: Annotated[Path, typer.Option(help="The folder of the model.")],
    steps: Annotated[int | None, typer.Option(min=1, help="Evaluations of the transformer at most.")] = None,
    order: Order = None,
    schedule: Schedule = None,
    temperature: Temperature = None,
    top_p: TopP = None,
    guidance: Guidance = None,
    correction: Correction = None,
) -> None:
    """Write the settings that measured best into a model's folder, where every run begins with them.

    Those not given stay as they are.

    Example:

    \b
      unleash evaluate defaults --model runs/model --steps 12 --correction 0.3
    """
    from unleash.models.folders import write_defaults

    asked = {"steps": steps, "reveal_order": order, "schedule": schedule, "temperature": temperature}
    asked |= {"top_p": top_p, "guidance_scale": guidance, "correction": correction}
    written = write_defaults(model, {name: value for name, value in asked.items() if value is not None})
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

    read_report(out)  # so that one that cannot be added to is found out before hours of measuring
    logging.disable_progress_bar()
    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _settings(
    pipe: "UnleashPipeline",
    steps: int,
    order: str | None = None,
    schedule: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    guidance: float | None = None,
    correction: float | None = None,
) -> "Settings":
    asked = {
        "reveal_order": order,
        "schedule": schedule,
        "temperature": temperature,
        "correction": correction,
    }
    return pipe.defaults.changed(
        steps=steps,
        **{
            name: value
            for name, value in (asked | {"guidance_scale": guidance, "top_p": top_p}).items()
            if value is not None
        },
    )


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
    """What figures depend on; the weights too, since a model trained on keeps its folder."""
    digest = sha256()
    for name in ("vqgan", "transformer"):
        for weights in pipe.components[name].state_dict().values():
            digest.update(weights.contiguous().numpy())
    return {"model": model, "weights": digest.hexdigest()[:12], "pictures": pictures, "count": count}


def _sampling(settings: "Settings") -> "Facts":
    return {
        "steps": settings.steps,
        "order": settings.reveal_order,
        "schedule": settings.schedule,
        "temperature": settings.temperature,
        "top-p": settings.top_p or 1,
        "guidance": settings.guidance_scale,
        "correction": settings.correction,
    }


def _report(
    out: Path, name: str, facts: "Facts", figures: "list[Figure]", picture: str | None = None
) -> None:
    """Writes a section, and prints it."""
    from unleash.evaluation.report import Section, add

    typer.echo(add(out, name, Section(settings=facts, figures=tuple(figures), picture=picture)))
