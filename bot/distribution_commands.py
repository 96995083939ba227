"""`python -m bot distribution …`: promoters and withdrawals, until they have pages."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

import typer
from rich.console import Console

from bot.console import money_approval
from bot.counter import ACTOR, at_counter
from bot.logs import configure_logs
from bot.settings import Settings, load_settings
from commerce.distribution import promoters, withdrawals
from commerce.distribution.tables import BindingRule, Promoter, Who
from commerce.distribution.terms import TermsChange, get_terms, set_terms
from commerce.errors import IllegalMove, InvalidInput
from commerce.money import fen_from_yuan, yuan

app = typer.Typer(help="Appoint promoters, decide withdrawals, set terms.", no_args_is_help=True)
console = Console(stderr=True, highlight=False)

WithdrawalNo = Annotated[str, typer.Argument(metavar="NUMBER", help="The withdrawal's number.")]
CustomerId = Annotated[int, typer.Argument(metavar="CUSTOMER_ID")]
Reason = Annotated[str, typer.Option(help="Why: it is kept, and a refusal's is read out.")]
Days = Annotated[int | None, typer.Option(min=0)]
Percent = Annotated[str | None, typer.Option(metavar="PERCENT", help="Such as 10 or 2.5.")]
Yuan = Annotated[str | None, typer.Option(metavar="YUAN")]
_BP: Final = 100


@app.command("withdrawals")
def list_withdrawals() -> None:
    """List the withdrawals that are under way, the oldest first."""
    with at_counter(_start()) as desk:
        for each in withdrawals.list_live(desk.session):
            row = (each.withdrawal_no, each.state, yuan(each.amount), f"到手{yuan(each.net)}")
            typer.echo("\t".join((*row, f"顾客{each.customer_id}", f"{each.asked_at:%F %R}Z")))


@app.command()
def approve(number: WithdrawalNo) -> None:
    """Let a withdrawal be transferred; its promoter confirms it in WeChat.

    What needs two people is approved in the console, where each is known.
    """
    with at_counter(_start()) as desk:
        withdrawal = withdrawals.find_withdrawal(desk.session, number)
        if withdrawal is not None and money_approval.needs_two(withdrawal):
            raise IllegalMove("超过200元的提现要两位同事核准：请到控制台的“提现”页")
        withdrawals.approve(desk.session, number, actor=ACTOR, now=desk.now)
    console.print("已核准，转账由后台发出。")


@app.command()
def refuse(number: WithdrawalNo, reason: Reason) -> None:
    """Refuse a withdrawal: the money is available again, and its promoter reads the reason."""
    with at_counter(_start()) as desk:
        withdrawals.refuse(desk.session, number, actor=ACTOR, reason=reason, now=desk.now)
    console.print("已退回可提现佣金，推广员会收到说明。")


@app.command("promoters")
def list_promoters() -> None:
    """List the newest promoters."""
    with at_counter(_start()) as desk:
        for each in promoters.list_promoters(desk.session):
            typer.echo(_line(each))


@app.command()
def appoint(customer_id: CustomerId, reason: Reason = "任命推广员") -> None:
    """Make a customer a promoter, or one who was stopped an active one again."""
    with at_counter(_start()) as desk:
        typer.echo(
            _line(
                promoters.appoint(
                    desk.session, customer_id, actor=ACTOR, reason=reason, now=desk.now
                )
            )
        )


@app.command()
def stop(customer_id: CustomerId, reason: Reason) -> None:
    """Stop a promoter: new orders bring them nothing, what was earned stays theirs."""
    with at_counter(_start()) as desk:
        typer.echo(
            _line(
                promoters.stop(desk.session, customer_id, actor=ACTOR, reason=reason, now=desk.now)
            )
        )


@app.command()
def terms(
    who: Annotated[Who | None, typer.Option(help="Who may become a promoter.")] = None,
    binding: Annotated[BindingRule | None, typer.Option(help="How long customers stay.")] = None,
    binding_days: Days = None,
    protection_days: Days = None,
    first: Percent = None,
    second: Percent = None,
    freeze_days: Days = None,
    withdraw_min: Yuan = None,
    withdraw_most: Yuan = None,
    fee: Percent = None,
    reason: Reason = "",
) -> None:
    """Show the terms; with options and a --reason, change them from now on."""
    wanted = {
        "who": who,
        "binding": binding,
        "binding_days": binding_days,
        "protection_days": protection_days,
        "first_bp": _bp(first),
        "second_bp": _bp(second),
        "freeze_days": freeze_days,
        "withdraw_min": None if withdraw_min is None else fen_from_yuan(withdraw_min),
        "withdraw_most": None if withdraw_most is None else fen_from_yuan(withdraw_most),
        "fee_bp": _bp(fee),
    }
    change = TermsChange(**{name: each for name, each in wanted.items() if each is not None})  # type: ignore[typeddict-item]
    with at_counter(_start()) as desk:
        if change:
            set_terms(desk.session, actor=ACTOR, reason=reason, now=desk.now, **change)
        for name, value in get_terms(desk.session).model_dump(exclude={"id"}).items():
            typer.echo(f"{name}\t{value}")


def _bp(percent: str | None) -> int | None:
    if percent is None:
        return None
    try:
        points = Decimal(percent.rstrip("%")) * _BP
    except InvalidOperation:
        raise InvalidInput(f"“{percent}”不是百分数", field="percent") from None
    if points != points.to_integral_value():
        raise InvalidInput("百分数最多两位小数", field="percent")
    return int(points)


def _line(promoter: Promoter) -> str:
    return f"{promoter.code}\t{promoter.state}\t顾客{promoter.customer_id}"


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
