"""Orders as the shop's people look for them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Final

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.pages.written import begin_of, end_of, in_yuan, minute
from commerce.customers.addresses import check_phone
from commerce.errors import InvalidInput
from commerce.inserting import id_of
from commerce.ordering.states import AWAITS_GROUP, state_name
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.parcels.carriers import clean
from commerce.parcels.tables import Parcel
from commerce.sealing import Sealer

AWAITS_GROUP_FILTER: Final = "group"
FETCHED_FILTER: Final = "pickup"
STATES: Final[Mapping[str, str]] = {
    OrderState.UNPAID: "待付款",
    OrderState.PAID: "待发货",
    FETCHED_FILTER: "待自提",
    AWAITS_GROUP_FILTER: AWAITS_GROUP,
    OrderState.PACKED: "已打包",
    OrderState.SHIPPED: "已发货",
    OrderState.RECEIVED: "已收货",
    OrderState.FINISHED: "已完成",
    OrderState.CLOSED: "已关闭",
}
"""What the list may be narrowed to, as its readers call it."""
TONES: Final[Mapping[str, str]] = {
    OrderState.UNPAID: "warn",
    OrderState.PAID: "info",
    OrderState.PACKED: "info",
    OrderState.SHIPPED: "info",
    OrderState.RECEIVED: "good",
    OrderState.FINISHED: "good",
    OrderState.CLOSED: "muted",
}
CSV_HEADER: Final = ("订单号", "状态", "下单时间", "付款时间", "商品", "应付（元）", "顾客", "来源")
MOST_CSV_ROWS: Final = 10_000
A_BATCH: Final = 500
_TAIL: Final = re.compile(r"\d{4,6}")
_BEGINNING: Final = re.compile(r"\d{8,18}")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is narrowed to; `state` is a key of STATES or nothing."""

    text: str = ""
    """An order's number, its beginning or its tail; a tracking number; or a phone."""
    state: str = ""
    since: date | None = None
    until: date | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list. `goods` names its first line and how many more there are."""

    order: Order
    state: str
    tone: str
    goods: str


def orders_like(sealer: Sealer, wanted: OrderFilter) -> SelectOfScalar[Order]:
    """The orders that are wanted, newest first. A phone is looked up by its digest."""
    statement = select(Order).order_by(col(Order.id).desc())
    if wanted.state == AWAITS_GROUP_FILTER:
        statement = statement.where(Order.state == OrderState.PAID, col(Order.awaits_group))
    elif wanted.state == FETCHED_FILTER:
        waits = col(Order.state).in_((OrderState.PAID, OrderState.PACKED))
        statement = statement.where(waits, col(Order.pickup_store_id).is_not(None))
    elif wanted.state in STATES:
        statement = statement.where(Order.state == wanted.state)
    if wanted.since is not None:
        statement = statement.where(col(Order.created_at) >= begin_of(wanted.since))
    if wanted.until is not None:
        statement = statement.where(col(Order.created_at) < end_of(wanted.until))
    if wanted.customer_id is not None:
        statement = statement.where(Order.customer_id == wanted.customer_id)
    return _with_text(sealer, statement, wanted.text.strip())


def rows_of(session: Session, orders: Sequence[Order]) -> list[OrderRow]:
    """Orders as the list shows them, in the order given."""
    lines: defaultdict[int, list[OrderLine]] = defaultdict(list)
    ids = [id_of(order) for order in orders]
    statement = select(OrderLine).where(col(OrderLine.order_id).in_(ids))
    for line in session.exec(statement.order_by(col(OrderLine.id))):
        lines[line.order_id].append(line)
    return [
        OrderRow(order, state_name(order), TONES[order.state], _goods(lines[id_of(order)]))
        for order in orders
    ]


def csv_rows(session: Session, sealer: Sealer, wanted: OrderFilter) -> list[tuple[str, ...]]:
    """The list as a spreadsheet has it, MOST_CSV_ROWS at most; nobody's address is in it."""
    orders = session.exec(orders_like(sealer, wanted).limit(MOST_CSV_ROWS)).all()
    return [
        _cells(row) for some in batched(orders, A_BATCH) for row in rows_of(session, list(some))
    ]


def _cells(row: OrderRow) -> tuple[str, ...]:
    order = row.order
    times = (minute(order.created_at), minute(order.paid_at))
    amount = in_yuan(order.payable)
    return (
        order.order_no,
        row.state,
        *times,
        row.goods,
        amount,
        f"顾客{order.customer_id}",
        order.came_by,
    )


def _goods(lines: Sequence[OrderLine]) -> str:
    named = [f"{line.title} {line.label}".strip() + f" × {line.quantity}" for line in lines[:1]]
    return "".join(named) + (f"，等{len(lines)}种" if len(lines) > 1 else "")


def _with_text(
    sealer: Sealer, statement: SelectOfScalar[Order], text: str
) -> SelectOfScalar[Order]:
    if not text:
        return statement
    number = clean(text)
    parcels = select(Parcel.order_id).where(Parcel.tracking_no == number)
    found = [col(Order.order_no) == text]
    if number is not None:
        found.append(col(Order.id).in_(parcels))
    if _BEGINNING.fullmatch(text):
        found.append(col(Order.order_no).startswith(text))
    if _TAIL.fullmatch(text):
        found.append(col(Order.order_no).endswith(text))
    with suppress(InvalidInput):  # It is no phone, then.
        found.append(col(Order.phone_digest) == sealer.digest(check_phone(text), "phone"))
    return statement.where(or_(*found))
