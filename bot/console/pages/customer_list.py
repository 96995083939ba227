"""Customers as the shop's people look for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.written import in_yuan, minute
from bot.messages import CHANNEL_NAMES
from commerce.customers.addresses import check_phone
from commerce.customers.tables import Address, Customer, Identity
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ledger.accounts import AccountKind
from commerce.ledger.tables import LedgerAccount
from commerce.membership.levels import list_levels
from commerce.membership.tables import MemberLevel
from commerce.ordering.tables import Order
from commerce.sealing import Sealer

SEEN: Final[Mapping[str, str]] = {
    "7": "7天内来过",
    "30": "30天内来过",
    "-30": "30天没来",
    "-90": "90天没来",
}
STATES: Final[Mapping[str, str]] = {
    "bought": "买过东西",
    "unbought": "还没买过",
    "unsubscribed": "退订了活动消息",
}
CSV_HEADER: Final = (
    *("顾客", "渠道", "等级", "积分", "付款订单", "付款金额（元）"),
    *("第一次来", "最近来", "退订时间"),
)
NAME: Final = "顾客"
MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What the list is narrowed to; `seen` and `state` are keys of SEEN and STATES or nothing."""

    text: str = ""
    """A customer's number, a phone, an order's number, or who they are on a channel."""
    level_id: int | None = None
    seen: str = ""
    state: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in the list. `paid` is the fen of orders that were paid."""

    customer: Customer
    channels: Sequence[str]
    level: str
    points: int
    orders: int
    paid: int


def customers_like(
    session: Session, sealer: Sealer, wanted: CustomerFilter, now: datetime
) -> SelectOfScalar[Customer]:
    """The customers that are wanted, those first who were seen last."""
    statement = (
        select(Customer)
        .where(col(Customer.merged_into_id).is_(None))
        .order_by(col(Customer.last_seen_at).desc(), col(Customer.id).desc())
    )
    bought = select(Order.customer_id).where(col(Order.paid_at).is_not(None))
    match wanted.state:
        case "bought":
            statement = statement.where(col(Customer.id).in_(bought))
        case "unbought":
            statement = statement.where(col(Customer.id).not_in(bought))
        case "unsubscribed":
            statement = statement.where(col(Customer.unsubscribed_at).is_not(None))
    if wanted.seen in SEEN:
        days = int(wanted.seen)
        since = now - timedelta(days=abs(days))
        seen = col(Customer.last_seen_at)
        statement = statement.where(seen >= since if days > 0 else seen < since)
    if wanted.channel in CHANNEL_NAMES:
        known = select(Identity.customer_id).where(Identity.channel == wanted.channel)
        statement = statement.where(col(Customer.id).in_(known))
    if wanted.level_id is not None:
        statement = statement.where(col(Customer.id).in_(_of_level(session, wanted.level_id)))
    return _with_text(sealer, statement, wanted.text.strip())


def rows_of(session: Session, customers: Sequence[Customer]) -> list[CustomerRow]:
    """Customers as the list shows them, in the order given."""
    ids = [id_of(each) for each in customers]
    channels: defaultdict[int, list[str]] = defaultdict(list)
    known = select(Identity.customer_id, Identity.channel).where(col(Identity.customer_id).in_(ids))
    for customer_id, channel in session.exec(known.order_by(col(Identity.id))):
        name = CHANNEL_NAMES.get(channel, channel)
        if name not in channels[customer_id]:
            channels[customer_id].append(name)
    bought = {
        customer_id: (count, paid)
        for customer_id, count, paid in session.exec(
            select(Order.customer_id, func.count(), func.sum(Order.payable))
            .where(col(Order.customer_id).in_(ids), col(Order.paid_at).is_not(None))
            .group_by(col(Order.customer_id))
        )
    }
    points = _balances(session, AccountKind.POINTS, ids)
    gained = _balances(session, AccountKind.EXPERIENCE, ids)
    levels = list_levels(session)
    return [
        CustomerRow(
            each,
            channels[id_of(each)],
            level_name(levels, gained.get(id_of(each), 0)),
            points.get(id_of(each), 0),
            *(int(number) for number in bought.get(id_of(each), (0, 0))),
        )
        for each in customers
    ]


def level_name(levels: Sequence[MemberLevel], experience: int) -> str:
    """The highest level that is reached; nothing when none is."""
    reached = [level.name for level in levels if level.threshold <= max(0, experience)]
    return reached[-1] if reached else ""


def cells_of(row: CustomerRow) -> tuple[object, ...]:
    """A customer as a spreadsheet has them; nobody's name, phone or address is in it."""
    customer = row.customer
    return (
        f"{NAME}{customer.id}",
        "、".join(row.channels),
        row.level,
        row.points,
        row.orders,
        in_yuan(row.paid),
        minute(customer.created_at),
        minute(customer.last_seen_at),
        minute(customer.unsubscribed_at),
    )


def _balances(session: Session, kind: AccountKind, ids: Sequence[int]) -> dict[int, int]:
    account = LedgerAccount
    found = select(account.owner_id, account.balance).where(
        account.kind == kind, col(account.owner_id).in_(ids)
    )
    return {owner: balance or 0 for owner, balance in session.exec(found) if owner is not None}


def _of_level(session: Session, level_id: int) -> Any:
    """Whose experience lies between a level's threshold and the next one's."""
    account, levels = LedgerAccount, list_levels(session)
    numbers = [level.id for level in levels]
    gained = func.coalesce(func.max(func.coalesce(account.balance, 0)), 0)
    statement: Any = (
        select(Customer.id)
        .outerjoin(
            account,
            (col(account.owner_id) == Customer.id) & (col(account.kind) == AccountKind.EXPERIENCE),
        )
        .group_by(col(Customer.id))
    )
    if level_id not in numbers:
        return statement.where(col(Customer.id) < 0)
    place = numbers.index(level_id)
    lowest = levels[place].threshold
    if lowest > 0:
        statement = statement.having(gained >= lowest)
    if place + 1 < len(levels):
        statement = statement.having(gained < levels[place + 1].threshold)
    return statement


def _with_text(
    sealer: Sealer, statement: SelectOfScalar[Customer], text: str
) -> SelectOfScalar[Customer]:
    if not text:
        return statement
    found: list[ColumnElement[bool]] = [
        col(Customer.id).in_(select(Order.customer_id).where(Order.order_no == text)),
        col(Customer.id).in_(select(Identity.customer_id).where(Identity.external_user == text)),
    ]
    digits = text.removeprefix(NAME)
    if digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS:
        found.append(col(Customer.id) == int(digits))
    with suppress(InvalidInput):  # It is no phone, then.
        digest = sealer.digest(check_phone(text), "phone")
        ordered = select(Order.customer_id).where(Order.phone_digest == digest)
        lives = select(Address.customer_id).where(Address.phone_digest == digest)
        found += [col(Customer.id).in_(ordered), col(Customer.id).in_(lives)]
    return statement.where(or_(*found))
