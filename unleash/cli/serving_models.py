"""`unleash serve-models`."""

from typing import Annotated

import typer

from unleash.canvas.settings import check_engine
from unleash.cli.options import BUNDLED, Engine


def serve_models(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A model folder, known name or Hub id that every machine can load. Repeatable.",
            show_default=BUNDLED,
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Address of a Ray cluster, or auto.", show_default="a new one on this machine"),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    replicas: Annotated[int, typer.Option(min=1, help="Minimum number of replicas per model.")] = 1,
    most_replicas: Annotated[
        int | None, typer.Option(min=1, help="Maximum number under load.", show_default="--replicas")
    ] = None,
    engine: Engine = "auto",
) -> None:
    """Serve models to studios from many machines, with Ray Serve.

    `unleash studio --engine ray://HOST:PORT` uses them. There is no password:
    let only your studios reach the port. Without --address, they are served
    until you press Ctrl+C; on a running cluster, until `serve shutdown`.
    Needs pip install "unleash[ray]".

    Example:

    \b
      unleash serve-models --model weights/churches --replicas 2 --most-replicas 8
      unleash studio --model weights/churches --engine ray://127.0.0.1:8000
    """
    from time import sleep

    from unleash import serving

    serving.check()
    check_engine(engine)
    most = replicas if most_replicas is None else most_replicas
    if most < replicas:
        raise ValueError(f"--most-replicas {most} must be at least --replicas, {replicas}")
    from unleash.serving import deployment

    given = model or [BUNDLED]
    names = deployment.serve_models(given, address, host, port, (replicas, most), engine)
    typer.echo(f"{', '.join(names)} at ray://{host}:{port}")
    while address is None:
        sleep(3600)
