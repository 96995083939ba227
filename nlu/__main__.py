"""`python -m nlu train | serve | test`: the Rasa side alone."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from nlu.evaluation import report
from nlu.serving import serve as serve_rasa
from nlu.training import TrainingFailed, ensure_model

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def train() -> None:
    """Train Rasa's model, unless the one of the present sources is there."""
    try:
        typer.echo(f"model: {ensure_model(typer.echo)}")
    except TrainingFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def serve(
    port: Annotated[int, typer.Option(envvar="NLU_PORT", help="Port on loopback.")] = 5005,
) -> None:
    """Serve the model on loopback, with the token in SHOP_NLU_TOKEN."""
    try:
        serve_rasa(port, os.environ.get("SHOP_NLU_TOKEN", ""), typer.echo)
    except TrainingFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command("test")
def evaluate(
    folds: Annotated[int, typer.Option(help="Parts for cross-validation; 0 leaves it out.")] = 5,
    samples: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="More sentences: text<TAB>intent."),
    ] = None,
) -> None:
    """Print how well the sentences of nlu/data, and others where given, are understood."""
    asyncio.run(report(folds, typer.echo, samples))


if __name__ == "__main__":
    app()
