"""`unleash train`: the trainings, from a shell."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train the models. Install the extra first: -e '.\\[train]'.")

RunFile = Annotated[Path, typer.Argument(help="A YAML file that describes the run.", exists=True)]
Out = Annotated[Path, typer.Option(help="Where checkpoints, sheets and the model go; resumed from there.")]


Data = Annotated[
    str | None, typer.Option(help="scenes, a folder of pictures, or hf:NAME; instead of what the file says.")
]


@app.command()
def vqgan(run: RunFile, out: Out, data: Data = None) -> None:
    """Train the VQGAN.

    Example:

    \b
      unleash train vqgan weights/scenes/training/vqgan-1.yaml --out runs/vqgan-1
    """
    from unleash.training.run import read_run
    from unleash.training.vqgan_trainer import VQGANRun, train_vqgan

    train_vqgan(read_run(VQGANRun, run, data=data), out)


@app.command()
def prior(
    run: RunFile,
    out: Out,
    data: Data = None,
    autoregressive: Annotated[
        bool, typer.Option("--autoregressive", help="Train the baseline, which fills row by row.")
    ] = False,
) -> None:
    """Train the prior on the codes of a VQGAN that was trained before.

    Example:

    \b
      unleash train prior weights/scenes/training/prior-1.yaml --out runs/prior-1
    """
    from unleash.training.prior_trainer import PriorRun, train_prior
    from unleash.training.run import read_run

    train_prior(read_run(PriorRun, run, data=data, autoregressive=autoregressive or None), out)


@app.command("all")
def all_command(
    out: Annotated[
        Path, typer.Option(help="Where the model goes, which the studio opens; gone on with there.")
    ],
    preset: Annotated[
        str, typer.Option(help="two-cores, one-gpu, paper, or a YAML file such as --show prints.")
    ] = "two-cores",
    data: Data = None,
    minutes: Annotated[float | None, typer.Option(help="How long everything may take.", min=0)] = None,
    resume: Annotated[
        Path | None, typer.Option(help="A model or snapshot to go on from, of another day perhaps.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="Keep the latest weights here too, in files of at most 15 MiB.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the preset as YAML, to change it.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure this machine for 20 seconds; say what fits.")
    ] = False,
) -> None:
    """Train VQGAN, prior and preview decoder in one go, bundle them as a model and score it.

    Example:

    \b
      unleash train all --preset one-gpu --minutes 9 --out my-model
      unleash train all --preset two-cores --data photographs/ --out my-model
    """
    import json
    from dataclasses import asdict

    from unleash.training.rehearsal import rehearse
    from unleash.training.stages import preset_text, read_plan, train_all

    if show:
        typer.echo(preset_text(preset), nl=False)
        return
    plan = read_plan(preset, data=data, minutes=minutes)
    if dry_run:
        typer.echo(rehearse(plan))
    else:
        typer.echo(json.dumps(asdict(train_all(plan, out, snapshot, resume)), indent=1))


@app.command("unpack")
def unpack_command(
    snapshot: Annotated[Path, typer.Argument(help="The folder of a snapshot.")],
    out: Annotated[Path, typer.Option(help="Where the model goes, float16.")],
) -> None:
    """Make of a snapshot that a training left a model that the studio opens."""
    from tempfile import TemporaryDirectory

    from unleash.training.bundle import bundle
    from unleash.training.snapshot import read_snapshot

    with TemporaryDirectory() as folder:
        networks = read_snapshot(snapshot, Path(folder))
        if missing := {"vqgan", "transformer"} - set(networks):
            raise ValueError(f"the snapshot has no {missing.pop()} yet: the training was ended before it")
        bundle(networks["vqgan"], networks["transformer"], out)


@app.command("translate")
def translate_command(
    model: Annotated[Path, typer.Option(help="A model whose prior is trained, with the VQGAN it knows.")],
    vqgan: Annotated[Path, typer.Option(help="The folder with the new VQGAN.")],
    out: Annotated[Path, typer.Option(help="Where the transformer goes, for warm_start.")],
    data: Data = None,
    pictures: Annotated[int, typer.Option(help="How many to compare the codes on.", min=16)] = 1024,
) -> None:
    """Carry a prior over to the codes of another VQGAN, so that it need not be trained from nothing."""
    from unleash.training.translate import translate

    translate(model, vqgan, out, data or "scenes", pictures)


@app.command("bundle")
def bundle_command(
    vqgan: Annotated[Path, typer.Option(help="The folder with the trained VQGAN.")],
    prior: Annotated[Path, typer.Option(help="The folder with the trained transformer.")],
    out: Annotated[Path, typer.Option(help="Where the model goes, float16.")],
) -> None:
    """Put two trained networks together as a model that the studio opens."""
    from unleash.training.bundle import bundle

    bundle(vqgan, prior, out)


@app.command("score")
def score_command(
    model: Annotated[str, typer.Option(help="The model to measure.")] = "weights/scenes",
    pictures: Annotated[int, typer.Option(help="How many held-out scenes, a multiple of 16.", min=16)] = 512,
) -> None:
    """Measure a model on scenes it was not trained on; prints JSON."""
    import json
    from dataclasses import asdict

    from unleash.pipeline import UnleashPipeline
    from unleash.training.bundle import score
    from unleash.training.sources import DrawnScenes

    pipe = UnleashPipeline.from_pretrained(model)
    scores = score(pipe, DrawnScenes(pipe.blank().width * pipe.vqgan.cell_size), pictures)
    typer.echo(json.dumps(asdict(scores), indent=1))


@app.command("samples")
def samples_command(
    out: Annotated[Path, typer.Option(help="The PNG to write.")],
    model: Annotated[str, typer.Option(help="The model to sample from.")] = "weights/scenes",
) -> None:
    """Write a sheet of samples with the settings of the studio, a column for each label, none left out."""
    from unleash.pipeline import UnleashPipeline
    from unleash.training.sheets import save_samples

    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    save_samples(pipe, out)
