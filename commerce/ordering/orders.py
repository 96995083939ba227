"""Looking at orders: a customer's own, with their lines, history and a masked phone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.customers.addresses import AddressInput, mask_phone, open_address
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderLine, OrderMove, OrderState
from commerce.sealing import Place, Sealer

PAGE_SIZE: Final = 10
LAST_PAGE: Final = 10_000
_ORDER_NO_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Step:
    """A line of an order's history."""

    state: OrderState
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its buyer may see it: the phone of its address is masked."""

    order: Order
    lines: tuple[OrderLine, ...]
    address: AddressInput
    remark: str
    history: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, newest first. `next_page` is None on the last page."""

    orders: tuple[Order, ...]
    next_page: int | None


def find_order(session: Session, customer_id: int, order_no: str) -> Order | None:
    """The customer's order of that number; None as well when it is somebody else's."""
    if len(order_no) != _ORDER_NO_DIGITS or not order_no.isdecimal():
        return None
    statement = select(Order).where(Order.customer_id == customer_id, Order.order_no == order_no)
    return session.exec(statement).first()


def get_order(session: Session, customer_id: int, order_no: str) -> Order:
    """The customer's order of that number. Raises NotFound."""
    order = find_order(session, customer_id, order_no)
    if order is None:
        raise NotFound("没有找到这笔订单", order_no=order_no)
    return order


def list_orders(
    session: Session,
    customer_id: int,
    *,
    states: Iterable[OrderState] | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[Order]:
    """The customer's orders, newest first, of all states or of those given."""
    statement = select(Order).where(Order.customer_id == customer_id)
    if states is not None:
        statement = statement.where(col(Order.state).in_(list(states)))
    statement = statement.order_by(col(Order.id).desc()).offset(offset).limit(limit)
    return list(session.exec(statement))


def page_of_orders(
    session: Session, customer_id: int, page: int, *, page_size: int = PAGE_SIZE
) -> OrderPage:
    """A page of the customer's orders, newest first; the first page is 1."""
    page = min(max(page, 1), LAST_PAGE)
    offset = (page - 1) * page_size
    found = list_orders(session, customer_id, limit=page_size + 1, offset=offset)
    return OrderPage(tuple(found[:page_size]), page + 1 if len(found) > page_size else None)


def view_order(session: Session, sealer: Sealer, order: Order) -> OrderView:
    """One order with all that its buyer may see."""
    (view,) = view_orders(session, sealer, [order])
    return view


def view_orders(session: Session, sealer: Sealer, orders: Sequence[Order]) -> list[OrderView]:
    """Orders with all that their buyers may see, in the order given, in two queries."""
    ids = [id_of(order) for order in orders]
    lines: defaultdict[int, list[OrderLine]] = defaultdict(list)
    for line in session.exec(
        select(OrderLine).where(col(OrderLine.order_id).in_(ids)).order_by(col(OrderLine.id))
    ):
        lines[line.order_id].append(line)
    moves: defaultdict[int, list[Step]] = defaultdict(list)
    for move in session.exec(
        select(OrderMove).where(col(OrderMove.order_id).in_(ids)).order_by(col(OrderMove.id))
    ):
        moves[move.order_id].append(Step(OrderState(move.to_state), move.at, move.reason))
    return [
        OrderView(
            order,
            tuple(lines[id_of(order)]),
            _masked(sealer, order),
            read_remark(sealer, order),
            tuple(moves[id_of(order)]),
        )
        for order in orders
    ]


def read_address(sealer: Sealer, order: Order) -> AddressInput:
    """Where the order goes, in full: for those who ship it."""
    return open_address(sealer, Order.__tablename__, order)


def read_remark(sealer: Sealer, order: Order) -> str:
    """What the buyer asked for beside the goods; empty if nothing."""
    return sealer.open(order.remark_sealed, remark_place(order.row_key))


def remark_place(row_key: str) -> Place:
    """Where an order's remark is sealed."""
    return Place(Order.__tablename__, "remark", row_key)


def list_lines(session: Session, order: Order) -> list[OrderLine]:
    """The lines of an order."""
    statement = select(OrderLine).where(OrderLine.order_id == order.id)
    return list(session.exec(statement.order_by(col(OrderLine.id))))


def _masked(sealer: Sealer, order: Order) -> AddressInput:
    full = read_address(sealer, order)
    return AddressInput(full.recipient, mask_phone(full.phone), full.region, full.detail)
