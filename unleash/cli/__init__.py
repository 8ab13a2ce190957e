"""The `unleash` command."""

import typer

from unleash.cli.changing import blend, relight, vary
from unleash.cli.converting import convert, models
from unleash.cli.errors import Group
from unleash.cli.growing import extend, stitch
from unleash.cli.painting import edit, generate
from unleash.cli.serving_models import serve_models
from unleash.cli.tools import bench, scenes, studio
from unleash.evaluation.cli import app as evaluate
from unleash.training.cli import app as train

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    help="Steer image generation token by token.\n\n"
    "A picture is a grid of cells, each with one of the codes of a codebook. The cells are filled a "
    "few at a time, in any order, around whatever you keep or pin.",
)

for command in (generate, edit, extend, stitch, vary, relight, blend, models, convert, studio, scenes, bench):
    app.command()(command)
app.command("serve-models")(serve_models)
app.add_typer(train, name="train")
app.add_typer(evaluate, name="evaluate")
