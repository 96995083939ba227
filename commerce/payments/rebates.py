"""A part of what was paid goes back, and the customer keeps the goods."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.aftersale.refunded import counted
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows, core, id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import lock_order
from commerce.ordering.tables import OrderLine
from commerce.payments.refunds import find_kept_payment, request_refund
from commerce.payments.tables import Rebate


def rebate(
    session: Session,
    order_id: int,
    per_line: Mapping[int, int],
    *,
    reason: str,
    ref: str,
    now: datetime,
) -> Rebate:
    """Promise fen by order line id back on a paid order; the same `ref` gives the same one again.

    From then on refunds reckon with what was paid less the rebate. Raises NotFound for an order
    or a line that is not there, InvalidInput for nothing or less, and IllegalMove for an order that
    is not paid, for more than a line cost, or for a line of which pieces have gone back: those
    were given back at the price of that day.
    """
    order = lock_order(session, order_id)
    earlier = session.get(Rebate, ref, populate_existing=True)
    if earlier is not None:
        return earlier
    amount = sum(per_line.values())
    if amount < 1 or min(per_line.values()) < 0:
        raise InvalidInput("要退的差价至少1分钱", field="per_line")
    payment = find_kept_payment(session, order)
    if payment is None:
        raise IllegalMove("没有查到这笔订单的付款，退不了", order_no=order.order_no)
    lines = {id_of(line): line for line in list_lines(session, order)}
    if not per_line.keys() <= lines.keys():
        raise NotFound("订单里没有这件商品", order_id=order_id)
    if counted(session, list(per_line)):
        raise IllegalMove("有商品已经退过款，不能再退差价", order_no=order.order_no)
    with session.begin_nested():  # On all lines, or on none.
        core(session)
        for line_id, fen in sorted(per_line.items()):
            _take_off(session, lines[line_id], fen)
        refund = request_refund(session, id_of(payment), amount, reason, now)
        made = Rebate(ref=ref, order_id=order_id, refund_id=id_of(refund), amount=amount, at=now)
        session.add(made)
        session.flush()
    return made


def find_by_refund(session: Session, refund_id: int) -> Rebate | None:
    """The rebate that a refund sends, if it does."""
    return session.exec(select(Rebate).where(Rebate.refund_id == refund_id)).first()


def _take_off(session: Session, line: OrderLine, fen: int) -> None:
    guarded = (
        update(OrderLine)
        .where(
            col(OrderLine.id) == line.id,
            col(OrderLine.rebate) + fen <= col(OrderLine.total),
        )
        .values(rebate=col(OrderLine.rebate) + fen)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove(f"“{line.title}”没有付这么多", order_line_id=line.id)
    session.refresh(line)
