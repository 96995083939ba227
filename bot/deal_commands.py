"""`python -m bot deals …`: flash sales and bargains on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from bot.logs import configure_logs
from bot.settings import Settings, load_settings

app = typer.Typer(help="Flash sales and bargains.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.toml")]
Number = Annotated[int, typer.Argument(metavar="NO", help="Its number, as `list` shows it.")]


@app.command("import")
def import_file(file: File) -> None:
    """Write the flash sales and bargain activities of a file; all of them or none.

    Known ones are changed while they are planned or off. Bargains stay off.
    """
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.import_file(_start(), file), err=True)


@app.command("list")
def list_all() -> None:
    """List flash sales and bargain activities with their numbers."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    for line in deal_desk.list_lines(_start()):
        typer.echo(line)


@app.command("call-off-sale")
def call_off_sale(number: Number) -> None:
    """End a flash sale before its time; what nobody bought can be ordered as usual again."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.call_off_sale(_start(), number), err=True)


@app.command("switch-on-bargain")
def switch_on_bargain(
    number: Number,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="I know WeChat's rule about it.")
    ] = False,
) -> None:
    """Let customers begin bargains of an activity, once WeChat's rule is acknowledged.

    WeChat bans rewards for friends' help; without --acknowledge its words are shown, and no more.
    """
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    done = deal_desk.switch_bargain(_start(), number, is_on=True, is_acknowledged=acknowledge)
    typer.echo(done, err=True)


@app.command("switch-off-bargain")
def switch_off_bargain(number: Number) -> None:
    """Let no bargain of an activity begin, and nobody help any more."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.switch_bargain(_start(), number, is_on=False), err=True)


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
