"""`python -m bot source …`: codes that say where customers come from."""

from pathlib import Path
from typing import Annotated

import typer

from bot.logs import configure_logs
from bot.settings import Settings, load_settings
from commerce.sources.tables import CodeKind

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

app = typer.Typer(help="Codes that say where customers come from.", no_args_is_help=True)


@app.command()
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Small letters, digits and -.")],
    name: Annotated[str, typer.Option(help="Where it hangs or lies.")],
    kind: Annotated[CodeKind, typer.Option(help="Of what it is a code.")] = CodeKind.OA,
    note: Annotated[str, typer.Option(help="For the shop's people.")] = "",
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Have WeChat make it, to be printed.")
    ] = None,
) -> None:
    """Enter a code, or rename a known one.

    Customers who scan it are counted for it, and so is what they buy within 30 days.
    """
    from bot.source_reports import enter_code  # noqa: PLC0415 - as in bot.cli

    enter_code(_start(), code, name=name, kind=kind, note=note, file=qr)


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """List the codes, with visits, followers, orders, and what was paid."""
    from bot.source_reports import show_counts  # noqa: PLC0415 - as in bot.cli

    show_counts(_start(), as_json=as_json)


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
