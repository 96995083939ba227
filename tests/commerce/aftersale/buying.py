"""Orders that were paid as a test wants them, requests about them, and the sums that must hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from commerce.aftersale.paying_back import record_refund_result
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleLine,
    Reason,
    RefundedLine,
    RequestKind,
    RequestState,
)
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.ordering.orders import list_lines
from commerce.ordering.settlement import settle
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.payments.tables import Payment, Refund, RefundState
from tests.commerce.shop import NOW, SEALER, begin_to_pay, new_customer, pay, place, put_on_sale

STEPS = (
    OrderState.PAID,
    OrderState.PACKED,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.FINISHED,
)


@dataclass(frozen=True)
class Bought:
    """A line as it was paid: pieces, fen for all of them, points spent on it, points it gives."""

    pieces: int
    total: int
    points_spent: int = 0
    points_given: int = 0


def paid(
    session: Session,
    lines: Sequence[Bought],
    *,
    freight: int = 0,
    state: OrderState = OrderState.PAID,
) -> Order:
    """An order of these lines, paid by WeChat Pay if it cost anything, and as far as `state`."""
    variants = {
        put_on_sale(session, pieces=100, price=-(-each.total // each.pieces) or 1): each
        for each in lines
    }
    quantities = {variant: each.pieces for variant, each in variants.items()}
    order = place(session, new_customer(session), quantities)
    for line in list_lines(session, order):
        each = variants[line.variant_id]
        line.total, line.freight = each.total, 0
        line.points_spent, line.points_given = each.points_spent, each.points_given
        session.add(line)
    line.freight = freight
    goods = sum(each.total for each in lines)
    order.discount, order.freight = order.goods_total - goods, freight
    order.payable = goods + freight
    order.points_spent = sum(each.points_spent for each in lines)
    order.points_given = sum(each.points_given for each in lines)
    session.add(order)
    session.flush()
    if order.payable:
        pay(session, begin_to_pay(session, order))
    else:
        settle(session, id_of(order), actor="test", reason="", paid_at=NOW, now=NOW)
    return bring(session, order, state)


def bring(session: Session, order: Order, state: OrderState) -> Order:
    """The order, moved on as far as `state`."""
    session.refresh(order)
    for step in STEPS[STEPS.index(OrderState(order.state)) + 1 : STEPS.index(state) + 1]:
        move(session, id_of(order), step, actor="test", reason="", now=NOW)
        session.refresh(order)
    return order


def ask(
    session: Session,
    order: Order,
    *pieces: int,
    kind: RequestKind = RequestKind.REFUND_ONLY,
    reason: Reason = Reason.UNWANTED,
) -> AfterSale:
    """Ask for so many pieces of each line of an order, in their order; 0 leaves one out."""
    lines = list_lines(session, order)
    wanted = {id_of(line): n for line, n in zip(lines, pieces, strict=False) if n}
    return open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=id_of(order),
        pieces=wanted,
        kind=kind,
        reason=reason,
        words="",
        now=NOW,
    )


def refund_of(session: Session, request: AfterSale) -> Refund:
    """The latest try to send the money of a request."""
    session.refresh(request)
    return session.get_one(Refund, request.refund_id)


def comes_back(
    session: Session, request: AfterSale, result: RefundState = RefundState.SUCCEEDED
) -> AfterSale:
    """WeChat Pay says how the request's refund ended."""
    record_refund_result(session, refund_of(session, request).out_refund_no, result, NOW)
    session.refresh(request)
    return request


def owed(session: Session, order: Order) -> int:
    """What the books say that the customer is to get back."""
    return balance(session, AccountKey(AccountKind.REFUND_OWED, order.customer_id))


def assert_refunds_add_up(session: Session) -> None:
    """What lines, requests, refunds, payments and the ledger say of money back is one sum."""
    session.flush()
    session.expire_all()
    for order in session.exec(select(Order)):
        lines = session.exec(select(OrderLine).where(OrderLine.order_id == order.id)).all()
        ids = [line.id for line in lines]
        asked = session.exec(
            select(AfterSale, AfterSaleLine)
            .join(AfterSaleLine, col(AfterSaleLine.after_sale_id) == col(AfterSale.id))
            .where(
                AfterSale.order_id == order.id,
                col(AfterSale.state).in_((RequestState.REFUNDING, RequestState.DONE)),
            )
        ).all()
        requests = {request.id: request for request, _ in asked}.values()
        counted = session.exec(
            select(RefundedLine).where(col(RefundedLine.order_line_id).in_(ids))
        ).all()
        promised = sum(request.amount_agreed or 0 for request in requests)
        freight = sum(request.freight_back for request in requests)
        assert promised - freight == sum(line.money for _, line in asked)
        assert promised - freight == sum(row.money for row in counted)
        assert freight == sum(row.freight_back for row in counted) <= order.freight
        assert sum(line.quantity for _, line in asked) == sum(row.pieces for row in counted)
        assert promised <= order.payable
        payments = session.exec(select(Payment).where(Payment.order_id == order.id)).all()
        failed = [
            request
            for request in requests
            if request.refund_id
            and session.get_one(Refund, request.refund_id).state == RefundState.CLOSED
        ]
        lost = sum(request.amount_agreed or 0 for request in failed)
        assert sum(payment.refunded for payment in payments) == promised - lost
        waiting = [each for each in requests if each.state == RequestState.REFUNDING]
        assert owed(session, order) == sum(each.amount_agreed or 0 for each in waiting)
