"""`python -m bot counter …`: what the shop's people do by hand until they have pages for it."""

from typing import Annotated

import typer
from rich.console import Console

from bot.counter import ACTOR, at_counter
from bot.invoices import enter, enter_red, list_waiting, turn_down
from bot.logs import configure_logs
from bot.settings import Settings, load_settings
from commerce.money import fen_from_yuan, yuan
from commerce.pickup import codes

app = typer.Typer(help="Hand over what is fetched, and enter invoices.", no_args_is_help=True)
console = Console(stderr=True, highlight=False)

OrderNo = Annotated[str, typer.Argument(metavar="ORDER_NO")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")]
Link = Annotated[str, typer.Argument(metavar="LINK", help="Where it is downloaded.")]


@app.command()
def redeem(
    store_id: Annotated[int, typer.Argument(metavar="STORE_ID")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="The customer's eight digits.")],
) -> None:
    """Take a customer's code, and say what is handed over."""
    with at_counter(_start()) as desk:
        told = codes.redeem(
            desk.session, desk.sealer, code, store_id=store_id, actor=ACTOR, now=desk.now
        )
        for line, pieces in told.pieces:
            typer.echo(f"{line.title}\t{line.label}\t{pieces}")
    console.print(told.words, markup=False)
    if told.outcome != codes.Redeemed.DONE:
        raise typer.Exit(1)


@app.command()
def invoices() -> None:
    """List the invoices that somebody has to issue (蓝) or to take back (红)."""
    with at_counter(_start()) as desk:
        for each in list_waiting(desk.session, desk.sealer):
            name = f"红\t冲{each.number}" if each.is_red else "蓝\t"
            row = (each.order_no, name, yuan(each.amount), each.title, each.tax_no, each.email)
            typer.echo("\t".join(row))


@app.command("invoice-issued")
def invoice_issued(
    order_no: OrderNo,
    number: Number,
    link: Link,
    amount: Annotated[str, typer.Argument(metavar="YUAN", help="What it was issued over.")],
) -> None:
    """Enter an invoice that was issued; its customer is told."""
    with at_counter(_start()) as desk:
        fen = fen_from_yuan(amount)
        enter(desk.session, order_no, number=number, link=link, amount=fen, now=desk.now)
    console.print("已录入。")


@app.command("invoice-flushed")
def invoice_flushed(order_no: OrderNo, number: Number, link: Link) -> None:
    """Enter the red invoice that takes an issued one back."""
    with at_counter(_start()) as desk:
        enter_red(desk.session, order_no, number=number, link=link, now=desk.now)
    console.print("已录入。")


@app.command("invoice-refused")
def invoice_refused(
    order_no: OrderNo, reason: Annotated[str, typer.Argument(metavar="REASON")]
) -> None:
    """Say that an invoice cannot be issued; its customer reads the reason."""
    with at_counter(_start()) as desk:
        turn_down(desk.session, order_no, reason=reason, now=desk.now)
    console.print("已记下，顾客会收到说明。")


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
