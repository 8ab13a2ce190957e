"""`unleash train`: training from the command line."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train the models. Install the extra first: -e '.\\[train]'.")

RunFile = Annotated[Path, typer.Argument(help="A YAML file that describes the run.", exists=True)]
Out = Annotated[
    Path,
    typer.Option(help="Folder for checkpoints, sheets and the model. An interrupted run in it is resumed."),
]


Data = Annotated[
    str | None, typer.Option(help="scenes, a folder of pictures, or hf:NAME. Overrides the YAML file.")
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
        bool,
        typer.Option(
            "--autoregressive", help="Train the autoregressive baseline, which fills in raster order."
        ),
    ] = False,
) -> None:
    """Train the prior on the codes of a trained VQGAN.

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
        Path,
        typer.Option(
            help="Folder for the model, which the studio opens. An interrupted run in it is resumed."
        ),
    ],
    preset: Annotated[
        str, typer.Option(help="two-cores, one-gpu, paper, or a YAML file like the one --show prints.")
    ] = "two-cores",
    data: Data = None,
    minutes: Annotated[float | None, typer.Option(help="Time budget for all stages together.", min=0)] = None,
    resume: Annotated[Path | None, typer.Option(help="A model or snapshot to start from.")] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(help="Also keep the latest weights in this folder, in files of at most 15 MiB."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the preset as YAML and exit.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Measure this machine for 20 seconds and print what fits into the time."
        ),
    ] = False,
) -> None:
    """Train the VQGAN, prior and preview decoder in one go, bundle them as a model and score it.

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
    snapshot: Annotated[Path, typer.Argument(help="The snapshot folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the model (float16 weights).")],
) -> None:
    """Turn a training snapshot into a model that the studio opens."""
    from tempfile import TemporaryDirectory

    from unleash.training.bundle import bundle
    from unleash.training.snapshot import read_snapshot

    with TemporaryDirectory() as folder:
        networks = read_snapshot(snapshot, Path(folder))
        if missing := {"vqgan", "transformer"} - set(networks):
            raise ValueError(
                f"the snapshot has no {missing.pop()}: training stopped before that stage; use a later one"
            )
        bundle(networks["vqgan"], networks["transformer"], out)


@app.command("translate")
def translate_command(
    model: Annotated[Path, typer.Option(help="A model with a trained prior and its VQGAN.")],
    vqgan: Annotated[Path, typer.Option(help="The folder of the new VQGAN.")],
    out: Annotated[Path, typer.Option(help="Folder for the transformer, to use as warm_start.")],
    data: Data = None,
    pictures: Annotated[int, typer.Option(help="Number of pictures to compare the codes on.", min=16)] = 1024,
) -> None:
    """Transfer a prior to the codes of another VQGAN, so that it need not be trained from scratch."""
    from unleash.training.translate import translate

    translate(model, vqgan, out, data or "scenes", pictures)


@app.command("bundle")
def bundle_command(
    vqgan: Annotated[Path, typer.Option(help="The folder of the trained VQGAN.")],
    prior: Annotated[Path, typer.Option(help="The folder of the trained transformer.")],
    out: Annotated[Path, typer.Option(help="Folder for the model (float16 weights).")],
) -> None:
    """Bundle two trained networks as a model that the studio opens."""
    from unleash.training.bundle import bundle

    bundle(vqgan, prior, out)


@app.command("score")
def score_command(
    model: Annotated[str, typer.Option(help="The model to measure.")] = "weights/scenes",
    pictures: Annotated[int, typer.Option(help="Number of held-out scenes, a multiple of 16.", min=16)] = 512,
) -> None:
    """Score a model on held-out scenes and print JSON."""
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
    """Write a sheet of samples with the model's default settings, one column per label, not cherry-picked."""
    from unleash.pipeline import UnleashPipeline
    from unleash.training.sheets import save_samples

    pipe = UnleashPipeline.from_pretrained(model)
    pipe.set_progress_bar_config(disable=True)
    save_samples(pipe, out)
