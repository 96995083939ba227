"""`python -m bot deals …`: group-buys, flash sales and bargains on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from bot.logs import configure_logs
from bot.settings import Settings, load_settings

app = typer.Typer(help="Group-buys, flash sales and bargains.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.toml")]
Number = Annotated[int, typer.Argument(metavar="NO", help="Its number, as `list` shows it.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Its key, as `list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why: it is kept with who did it.")]


@app.command("import")
def import_file(file: File) -> None:
    """Write the group-buys, flash sales and bargain activities of a file; all of them or none.

    Known sales and bargains are changed while they are planned or off; group-buys too while they
    are on, though not the prices once somebody took part. New group-buys and bargains are off.
    """
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.import_file(_start(), file), err=True)


@app.command("list")
def list_all() -> None:
    """List group-buys, flash sales and bargain activities with their numbers and keys."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    for line in deal_desk.list_lines(_start()):
        typer.echo(line)


@app.command("switch-on-group")
def switch_on_group(key: Key, reason: Reason = "打开拼团") -> None:
    """Let customers open groups of a group-buy, within its window if it has one."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.switch_group(_start(), key, is_on=True, reason=reason), err=True)


@app.command("switch-off-group")
def switch_off_group(key: Key, reason: Reason = "关掉拼团") -> None:
    """Let nobody open or join a group any more; open ones run on to their end."""
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    typer.echo(deal_desk.switch_group(_start(), key, is_on=False, reason=reason), err=True)


@app.command("complete-groups")
def complete_groups(
    key: Key,
    reason: Reason,
    percent: Annotated[
        int | None,
        typer.Option(min=1, max=99, metavar="N", help="Of the heads of the first tier."),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Complete none.")] = False,
) -> None:
    """Let the shop complete groups that lack a few when their time is up, or stop that.

    Customers are told before they open or join one and when it happened; what they read is shown.
    Who changed it and why is kept, and so is every group that was completed.
    """
    from bot import deal_desk  # noqa: PLC0415 - as in bot.cli

    if off == (percent is not None):
        raise typer.BadParameter("give --percent N or --off, one of them")
    typer.echo(deal_desk.complete_groups(_start(), key, percent, reason=reason), err=True)


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
