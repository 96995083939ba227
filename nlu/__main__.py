"""`python -m nlu train | serve | test`: the Rasa side alone."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nlu.errors import NluError
from nlu.evaluation import REPORT, VALIDATION, measure, samples_file
from nlu.measuring.report import print_tables, write_report
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
    samples: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="More messages: text<TAB>intent."),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the report goes.")] = REPORT,
) -> None:
    """Measure the served model on the validation set, and on real messages where there are any."""
    lent = samples or samples_file()
    try:
        measured = asyncio.run(measure([VALIDATION, lent] if lent else [VALIDATION]))
        page = write_report(folder, measured)
    except NluError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    print_tables(measured, Console(width=None if sys.stdout.isatty() else 160))
    typer.echo(f"\nreport: {page}")


if __name__ == "__main__":
    app()
