"""Looking at a customer's own requests, and at money that is on its way back to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, func, select

from commerce.aftersale.states import LIVE
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleLine,
    AfterSaleMove,
    RequestKind,
    RequestState,
)
from commerce.inserting import id_of
from commerce.knowledge.facts import facts
from commerce.ordering.tables import Order, OrderLine
from commerce.parcels.tables import Parcel
from commerce.payments.tables import Payment, Refund, RefundState

PAGE_SIZE: Final = 10
RETURN_ADDRESS: Final = "退货地址"
"""The shop fact that says where goods come back to."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with what it is about. `note` is what the shop said last, or nothing."""

    request: AfterSale
    order_no: str
    pieces: tuple[tuple[OrderLine, int], ...]
    note: str
    resent: Parcel | None
    """What was sent in exchange."""
    return_address: str
    """Where goods come back to; empty when the shop has not told."""


def list_requests(
    session: Session,
    customer_id: int,
    *,
    states: Iterable[RequestState] | None = None,
    order_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[AfterSale]:
    """The customer's requests, newest first, of all states or of those given."""
    statement = select(AfterSale).where(AfterSale.customer_id == customer_id)
    if states is not None:
        statement = statement.where(col(AfterSale.state).in_(list(states)))
    if order_id is not None:
        statement = statement.where(AfterSale.order_id == order_id)
    newest = statement.order_by(col(AfterSale.id).desc())
    return list(session.exec(newest.offset(offset).limit(limit)))


def list_live(
    session: Session, customer_id: int, *, order_id: int | None = None
) -> list[AfterSale]:
    """The customer's requests about which something is still to be done, newest first."""
    return list_requests(session, customer_id, states=LIVE, order_id=order_id)


def find_own(session: Session, customer_id: int, request_no: str) -> AfterSale | None:
    """The customer's request of that number; None as well when it is somebody else's."""
    statement = select(AfterSale).where(
        AfterSale.customer_id == customer_id, AfterSale.request_no == request_no.upper()
    )
    return session.exec(statement).first()


def view_requests(session: Session, requests: Sequence[AfterSale]) -> list[RequestView]:
    """Requests with what they are about, in the order given."""
    ids = [id_of(each) for each in requests]
    pieces: defaultdict[int, list[tuple[OrderLine, int]]] = defaultdict(list)
    rows = session.exec(
        select(AfterSaleLine, OrderLine)
        .join(OrderLine, col(OrderLine.id) == col(AfterSaleLine.order_line_id))
        .where(col(AfterSaleLine.after_sale_id).in_(ids))
        .order_by(col(AfterSaleLine.id))
    )
    for asked, line in rows:
        pieces[asked.after_sale_id].append((line, asked.quantity))
    notes: dict[int, str] = {}
    for move in session.exec(
        select(AfterSaleMove)
        .where(col(AfterSaleMove.after_sale_id).in_(ids))
        .order_by(col(AfterSaleMove.id))
    ):
        notes[move.after_sale_id] = move.reason
    numbered = select(Order.id, Order.order_no).where(
        col(Order.id).in_([each.order_id for each in requests])
    )
    numbers = dict(session.exec(numbered).all())
    sent = select(Parcel).where(col(Parcel.id).in_([each.resent_parcel_id for each in requests]))
    parcels = {id_of(parcel): parcel for parcel in session.exec(sent)}
    address = facts(session).get(RETURN_ADDRESS, "")
    return [
        RequestView(
            each,
            numbers[each.order_id],
            tuple(pieces[id_of(each)]),
            notes.get(id_of(each), ""),
            parcels.get(each.resent_parcel_id or 0),
            address,
        )
        for each in requests
    ]


def find_whole_refund(session: Session, order_id: int) -> AfterSale | None:
    """A request by which all the order's money goes back without goods, promised or done; or None.

    Several requests may do so together: the latest of them is given.
    """
    agreed = (
        select(AfterSale)
        .where(
            AfterSale.order_id == order_id,
            AfterSale.kind == RequestKind.REFUND_ONLY,
            col(AfterSale.state).in_((RequestState.REFUNDING, RequestState.DONE)),
        )
        .order_by(col(AfterSale.id).desc())
    )
    requests = session.exec(agreed).all()
    given_up = select(func.sum(AfterSaleLine.quantity)).where(
        col(AfterSaleLine.after_sale_id).in_([each.id for each in requests])
    )
    bought = select(func.sum(OrderLine.quantity)).where(OrderLine.order_id == order_id)
    if not requests or session.exec(given_up).one() != session.exec(bought).one():
        return None
    return requests[0]


def find_by_refund(session: Session, refund_id: int) -> AfterSale | None:
    """The request whose money a refund sends; None for money that goes back by itself."""
    return session.exec(select(AfterSale).where(AfterSale.refund_id == refund_id)).first()


def list_stuck(session: Session, *, limit: int = 100) -> list[tuple[AfterSale, Refund]]:
    """Requests whose money is owed and did not go out, for a person to settle; oldest first."""
    statement = (
        select(AfterSale, Refund)
        .join(Refund, col(Refund.id) == col(AfterSale.refund_id))
        .where(
            AfterSale.state == RequestState.REFUNDING,
            col(Refund.state).in_((RefundState.ABNORMAL, RefundState.CLOSED)),
        )
        .order_by(col(AfterSale.moved_at), col(AfterSale.id))
        .limit(limit)
    )
    return [(request, refund) for request, refund in session.exec(statement)]


def list_lines_of(session: Session, found: Sequence[Order]) -> list[tuple[Order, OrderLine]]:
    """The lines of these orders, each with its order, in the order given."""
    by_id = {id_of(order): order for order in found}
    places = {order_id: place for place, order_id in enumerate(by_id)}
    statement = select(OrderLine).where(col(OrderLine.order_id).in_(by_id))
    lines = session.exec(statement.order_by(col(OrderLine.id))).all()
    ordered = sorted(lines, key=lambda line: places[line.order_id])
    return [(by_id[line.order_id], line) for line in ordered]


def list_history(session: Session, request: AfterSale) -> Sequence[AfterSaleMove]:
    """The steps of a request, oldest first."""
    statement = select(AfterSaleMove).where(AfterSaleMove.after_sale_id == request.id)
    return session.exec(statement.order_by(col(AfterSaleMove.id))).all()


def list_refunds(
    session: Session, customer_id: int, *, limit: int = PAGE_SIZE
) -> list[tuple[Order, Refund]]:
    """Money promised back to the customer by WeChat Pay's number, newest first."""
    statement = (
        select(Order, Refund)
        .join(Payment, col(Payment.order_id) == col(Order.id))
        .join(Refund, col(Refund.payment_id) == col(Payment.id))
        .where(Order.customer_id == customer_id)
        .order_by(col(Refund.id).desc())
        .limit(limit)
    )
    return [(order, refund) for order, refund in session.exec(statement)]
