"""`unleash train`: the trainings, from a shell."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

app = typer.Typer(no_args_is_help=True, help="Train the models. Install the extra first: -e '.[train]'.")

RunFile = Annotated[Path, typer.Argument(help="A YAML file that describes the run.", exists=True)]
Out = Annotated[Path, typer.Option(help="Where checkpoints, sheets and the model go; resumed from there.")]


@app.command()
def vqgan(run: RunFile, out: Out) -> None:
    """Train the VQGAN. Example: unleash train vqgan weights/scenes/vqgan.yaml --out runs/vqgan."""
    from unleash.training.vqgan import VQGANRun, train_vqgan

    train_vqgan(VQGANRun.model_validate(yaml.safe_load(run.read_text())), out)


@app.command()
def prior(run: RunFile, out: Out) -> None:
    """Train the prior. Example: unleash train prior weights/scenes/prior.yaml --out runs/prior."""
    from unleash.training.prior import PriorRun, train_prior

    train_prior(PriorRun.model_validate(yaml.safe_load(run.read_text())), out)
