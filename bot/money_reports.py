"""What an operator asks of the books on the command line, and how it is shown."""

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from bot.clock import SystemClock
from bot.database import Database
from bot.keys import refuse_unusable_keys
from bot.payments.client import PayClient
from bot.payments.trade_bill import BillRefused, TradeBill
from bot.platform import merchant_of
from bot.settings import Settings
from commerce.errors import InvalidInput
from commerce.ledger.accounts import AccountKey, AccountKind
from commerce.ledger.statements import Statement, statement
from commerce.ledger.tables import Unit
from commerce.money import yuan
from commerce.reconciliation import bill_days, findings, reconciling
from commerce.reconciliation.tables import FindingKind, ReconciliationFinding
from commerce.shanghai import SHANGHAI
from wecom.errors import WeChatError

ACTOR: Final = "agent:cli"
IN_PIECES: Final = frozenset({FindingKind.STOCK, FindingKind.RESERVATIONS, FindingKind.SET_ASIDE})
IN_UNITS: Final = frozenset({FindingKind.LEDGER_SUM, FindingKind.LEDGER_BALANCE})

console = Console()


def compare_books(settings: Settings, accepted: int | None, note: str, *, as_json: bool) -> int:
    """Compare everything now, accept one finding if asked to, print what is open; how many."""
    now = SystemClock(settings.clock_offset_file).now()
    with contextlib.closing(Database(settings.database_url)) as database:
        with database.writing() as session:
            reconciling.reconcile(session, now)
            if accepted is not None:
                findings.accept(session, accepted, actor=ACTOR, note=note, now=now)
        with database.reading() as session:
            found = findings.list_open(session)
            _show(found, as_json=as_json)
            return len(found)


async def read_bill_anew(settings: Settings, day: date) -> None:
    """Fetch a day's bill and keep it in the place of the one before.

    Raises InvalidInput for a day whose bill is not to be had, and BillRefused.
    """
    refuse_unusable_keys(settings)
    now = SystemClock(settings.clock_offset_file).now()
    with contextlib.closing(Database(settings.database_url)) as database:
        await database.write(bill_days.want_day, day, now)
        bill = await _fetch(settings, day)
        if not await database.write(_keep, day, bill, now):
            raise BillRefused("微信支付说这一天没有账单，可我们有收付款：过一阵再取")


def show_account(
    settings: Settings,
    kind: str,
    customer_id: int | None,
    *,
    limit: int,
    before: int | None,
    as_json: bool,
) -> None:
    """Print a page of an account's statement. Raises InvalidInput for no account of ours."""
    key = _key(kind, customer_id)
    with (
        contextlib.closing(Database(settings.database_url)) as database,
        database.reading() as books,
    ):
        page = statement(books, key, limit=limit, before=before)
    if as_json:
        for line in page.lines:
            _print_json({**asdict(line), "at": line.at.isoformat()})
    else:
        _show_statement(key, page)


def _key(kind: str, customer_id: int | None) -> AccountKey:
    if kind not in list(AccountKind):
        raise InvalidInput(f"没有{kind}这种账户，有：{'、'.join(AccountKind)}", field="kind")
    try:
        return AccountKey(AccountKind(kind), customer_id)
    except ValueError as error:
        needs = "要写明顾客编号" if customer_id is None else "是店里的账户，不属于哪位顾客"
        raise InvalidInput(f"{kind}{needs}", field="customer_id") from error


def _keep(session: Session, day: date, bill: TradeBill | None, now: datetime) -> bool:
    if bill is None:
        return bill_days.record_no_bill(session, day, now)
    bill_days.record_bill(session, day, bill.sha1, bill.entries, now)
    return True


async def _fetch(settings: Settings, day: date) -> TradeBill | None:
    merchant = merchant_of(settings)
    pay = PayClient(merchant, notify_url=settings.notify_url, base_url=settings.pay_api_url)
    try:
        async with pay:
            return await pay.trade_bill(day)
    except WeChatError as error:
        raise BillRefused(f"WeChat Pay: {error}") from error


def _show(found: Sequence[ReconciliationFinding], *, as_json: bool) -> None:
    if as_json:
        for row in found:
            _print_json(row.model_dump(mode="json"))
        return
    if not found:
        console.print("全部对得上。")
        return
    table = Table(title=f"{len(found)}处对不上")
    for name in ("编号", "什么", "哪一笔", "我们", "对方", "从何时起"):
        table.add_column(name, justify="right" if name in {"我们", "对方"} else "left")
    for row in found:
        kind = FindingKind(row.kind)
        table.add_row(
            str(row.id),
            findings.NAMES[kind],
            row.subject,
            _amount(kind, row.ours),
            _amount(kind, row.theirs),
            _local(row.first_seen_at),
        )
    console.print(table)


def _show_statement(key: AccountKey, page: Statement) -> None:
    owner = "" if key.owner_id is None else f" {key.owner_id}"
    table = Table(title=f"{key.kind.value}{owner}")
    for name in ("编号", "时间", "事由", "说明", "变动", "余额"):
        table.add_column(name, justify="right" if name in {"变动", "余额"} else "left")
    for line in page.lines:
        amounts = (line.amount, line.balance)
        shown = (yuan(each) if key.unit == Unit.FEN else str(each) for each in amounts)
        table.add_row(str(line.entry_id), _local(line.at), line.kind, line.memo, *shown)
    console.print(table)
    if page.older is not None:
        console.print(f"还有更早的：加上 --before {page.older}")


def _amount(kind: FindingKind, amount: int | None) -> str:
    if amount is None:
        return ""
    if kind in IN_PIECES:
        return f"{amount}件"
    return str(amount) if kind in IN_UNITS else yuan(amount)


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
