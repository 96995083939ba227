"""Money for what customers ask after buying: promised once, sent by WeChat Pay, and what follows.

Promising counts the pieces and asks for the refund, which books the debt, in one transaction.
Nothing that was promised is ever taken back: a refund that fails for good leaves it owed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from commerce.aftersale.amounts import BEFORE_DISPATCH, reckon
from commerce.aftersale.backs import Back
from commerce.aftersale.refunded import count_back, kept_of
from commerce.aftersale.states import check_move, lock_request, move
from commerce.aftersale.tables import AfterSale, AfterSaleLine, Reason, RequestState
from commerce.catalogue import stock
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import core, id_of
from commerce.membership import points
from commerce.ordering import states as orders
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.parcels.pieces import waiting_pieces
from commerce.parcels.shipping import end_dispatch
from commerce.payments import refunds
from commerce.payments.tables import Refund, RefundState
from commerce.promotions import coupons


def promise(
    session: Session,
    request: AfterSale,
    *,
    actor: str,
    note: str,
    amount: int | None,
    restocked: Mapping[int, int],
    now: datetime,
) -> AfterSale:
    """Promise the money of a locked request and have it sent; all of it, or `amount` of it.

    Where there is no money to send, the request is done at once. `restocked` are the pieces, by
    variant id, that can be sold again. Raises IllegalMove, and InvalidInput for more than was
    paid, or for less without a note that tells the customer why.
    """
    check_move(request, RequestState.REFUNDING)
    order = session.get_one(Order, request.order_id)
    full = reckon(session, order, pieces_of(session, request), Reason(request.reason))
    back = full if amount is None else full.lowered_to(amount)
    if back.amount < full.amount and amount != request.amount_agreed and not note.strip():
        raise InvalidInput("退得比付的少，要写明原因告诉顾客", field="note")
    with session.begin_nested():  # Either all of it is promised, or nothing.
        core(session)
        _begin(session, request, back, actor=actor, note=note, now=now)
        count_back(session, order, back)
        _keep_parts(session, request, back)
        stock.take_back(session, request.order_id, restocked, now)
        if back.amount:
            _ask_for(session, order, request, back.amount, now)
    end_dispatch(session, request.order_id, actor=actor, now=now)
    if back.amount:
        return request
    return _complete(session, order, request, actor=actor, now=now)


def record_refund_result(
    session: Session, out_refund_no: str, result: RefundState, now: datetime
) -> bool:
    """WeChat Pay says how a refund stands; whether that was news. Raises NotFound.

    Once the money of a request is back, so are its points, its coupon and the rest.
    """
    is_news = refunds.record_refund_result(session, out_refund_no, result, now)
    if not is_news or result != RefundState.SUCCEEDED:
        return is_news
    statement = (
        select(AfterSale)
        .join(Refund, col(Refund.id) == col(AfterSale.refund_id))
        .where(Refund.out_refund_no == out_refund_no)
    )
    request = session.exec(statement).first()
    if request is not None:
        request = lock_request(session, request.request_no)
        order = session.get_one(Order, request.order_id)
        _complete(session, order, request, actor="wechat_pay", now=now)
    return is_news


def send_again(
    session: Session, request_no: str, *, actor: str, reason: str, now: datetime
) -> Refund:
    """A person has the money of a request sent once more, after its refund was closed.

    Raises NotFound, InvalidInput without a reason, and IllegalMove while there is a refund that
    may still succeed.
    """
    request = lock_request(session, request_no)
    refund = None if request.refund_id is None else session.get(Refund, request.refund_id)
    if refund is None:
        raise IllegalMove("这笔申请没有要退的钱", request_no=request_no)
    again = refunds.send_again(session, refund.out_refund_no, actor=actor, reason=reason, now=now)
    _keep_refund(session, request, again)
    return again


def pieces_of(session: Session, request: AfterSale) -> dict[int, int]:
    """How many pieces a request is about, by order line id."""
    statement = select(AfterSaleLine).where(AfterSaleLine.after_sale_id == request.id)
    return {line.order_line_id: line.quantity for line in session.exec(statement)}


def variants_of(session: Session, request: AfterSale) -> dict[int, int]:
    """How many pieces a request is about, by variant id."""
    return {line.variant_id: pieces for line, pieces in _asked_lines(session, request)}


def unsent_variants_of(session: Session, request: AfterSale) -> dict[int, int]:
    """How many pieces of a request have not left the shop, by variant id."""
    asked = _asked_lines(session, request)
    waiting = waiting_pieces(session, [line for line, _ in asked])
    unsent = {line.variant_id: min(n, waiting.get(id_of(line), 0)) for line, n in asked}
    return {variant_id: pieces for variant_id, pieces in unsent.items() if pieces}


def _asked_lines(session: Session, request: AfterSale) -> Sequence[tuple[OrderLine, int]]:
    statement = (
        select(OrderLine, AfterSaleLine.quantity)
        .join(AfterSaleLine, col(AfterSaleLine.order_line_id) == col(OrderLine.id))
        .where(AfterSaleLine.after_sale_id == request.id)
    )
    return session.exec(statement).all()


def _begin(
    session: Session, request: AfterSale, back: Back, *, actor: str, note: str, now: datetime
) -> None:
    move(
        session,
        request,
        RequestState.REFUNDING,
        actor=actor,
        reason=note,
        now=now,
        columns={
            "amount_agreed": back.amount,
            "freight_back": back.freight,
            "points_back": back.points_back,
            "points_clawed": back.points_clawed,
            "experience_clawed": back.experience_clawed,
        },
        amount=back.amount,
    )


def _keep_parts(session: Session, request: AfterSale, back: Back) -> None:
    parts = {line.order_line_id: line for line in back.lines}
    wanted = select(AfterSaleLine).where(AfterSaleLine.after_sale_id == request.id)
    for line in session.exec(wanted):
        line.money = parts[line.order_line_id].money
        line.points = parts[line.order_line_id].points_back
        session.add(line)


def _ask_for(
    session: Session, order: Order, request: AfterSale, amount: int, now: datetime
) -> Refund:
    payment = refunds.find_kept_payment(session, order)
    if payment is None:
        raise IllegalMove("没有查到这笔订单的付款，退不了", order_no=order.order_no)
    reason = f"售后 {request.request_no}"
    refund = refunds.request_refund(session, id_of(payment), amount, reason, now)
    _keep_refund(session, request, refund)
    return refund


def _keep_refund(session: Session, request: AfterSale, refund: Refund) -> None:
    request.refund_id = id_of(refund)
    session.add(request)
    session.flush()


def _complete(
    session: Session, order: Order, request: AfterSale, *, actor: str, now: datetime
) -> AfterSale:
    """The money is back: so is what was given and taken for it. The order is locked."""
    order_id, number = id_of(order), request.request_no
    is_whole = _is_all_back(session, order, request)
    if is_whole:  # Coupons before points, as everybody takes them.
        coupons.give_back(session, order_id, now)
        coupons.revoke_gifts(session, order_id, now)
    if request.points_back:
        points.give_back_spent(
            session, order.customer_id, order_id, request.points_back, number, now
        )
    points.claw_back(
        session,
        order.customer_id,
        order_id,
        request.points_clawed,
        number,
        now,
        paid=request.experience_clawed,
    )
    move(
        session,
        request,
        RequestState.DONE,
        actor=actor,
        reason="",
        now=now,
        amount=request.amount_agreed,
        points_back=request.points_back,
        points_clawed=request.points_clawed,
        is_whole=is_whole,
    )
    if is_whole and order.state in BEFORE_DISPATCH:
        reason = f"已全部退款（申请 {number}）"
        orders.move(session, order_id, OrderState.CLOSED, actor=actor, reason=reason, now=now)
    return request


def _is_all_back(session: Session, order: Order, request: AfterSale) -> bool:
    """Whether this was the last of the order's money: all pieces have gone back, none waits."""
    waiting = select(AfterSale.id).where(
        AfterSale.order_id == order.id,
        AfterSale.id != request.id,
        AfterSale.state == RequestState.REFUNDING,
    )
    return kept_of(session, order).is_empty and session.exec(waiting).first() is None
