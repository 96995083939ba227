"""`python -m bot reconcile` and `ledger`: the money as an operator reads it on the command line."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from bot.logs import configure_logs
from bot.settings import Settings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

ledger = typer.Typer(help="The shop's books.", no_args_is_help=True)


def reconcile(
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Fetch the bill of that day anew first."),
    ] = None,
    accept: Annotated[
        int | None, typer.Option(metavar="ID", help="Leave this finding as it is.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why it may stay as it is.")] = "",
    as_json: AsJson = False,
) -> None:
    """List what does not agree: orders, payments, refunds, stock, ledger, WeChat Pay's bills.

    Everything is compared now. Ends with status 1 when something is open.
    """
    from bot.money_reports import compare_books, read_bill_anew  # noqa: PLC0415 - as in bot.cli

    settings = _start()
    if day is not None:
        asyncio.run(read_bill_anew(settings, day.date()))
    if compare_books(settings, accept, note, as_json=as_json):
        raise typer.Exit(1)


@ledger.command("statement")
def show_statement(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT_KIND")],
    customer_id: Annotated[int | None, typer.Argument(metavar="CUSTOMER_ID")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many lines at most.")] = 20,
    before: Annotated[int | None, typer.Option(help="Only lines older than this number.")] = None,
    as_json: AsJson = False,
) -> None:
    """What moved on an account, the latest first, with the balance after each line.

    Kinds such as points and refund_owed belong to a customer; shop_money and shop_sales to nobody.
    """
    from bot.money_reports import show_account  # noqa: PLC0415 - as in bot.cli

    show_account(_start(), account, customer_id, limit=limit, before=before, as_json=as_json)


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
