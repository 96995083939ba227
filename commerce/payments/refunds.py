"""Money on its way back: a number for ever, never more than was paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.ordering.states import announce_about, lock_order
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState

LEGAL_RESULTS: Final[dict[RefundState, frozenset[RefundState]]] = {
    RefundState.REQUESTED: frozenset(
        {
            RefundState.PROCESSING,
            RefundState.SUCCEEDED,
            RefundState.ABNORMAL,
            RefundState.CLOSED,
        }
    ),
    RefundState.PROCESSING: frozenset(
        {RefundState.SUCCEEDED, RefundState.ABNORMAL, RefundState.CLOSED}
    ),
    # A person finishes an abnormal refund at the merchant platform, to another account.
    RefundState.ABNORMAL: frozenset({RefundState.SUCCEEDED, RefundState.CLOSED}),
    RefundState.SUCCEEDED: frozenset(),
    RefundState.CLOSED: frozenset(),
}
"""From each state, the results that change it. What comes late or twice changes nothing."""

ASK_AFTER: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
A_ROUND: Final = 100
"""Refunds asked about at a time."""
_ASKED_ABOUT: Final = (RefundState.REQUESTED, RefundState.PROCESSING)


def request_refund(
    session: Session, payment_id: int, amount: int, reason: str, now: datetime
) -> Refund:
    """Promise money back and announce `refund_requested`. Raises NotFound, IllegalMove.

    The row and its out_refund_no exist before WeChat Pay is called, so that a call with an
    unknown outcome is repeated under the same number.
    """
    payment = session.get(Payment, payment_id)
    if payment is None:
        raise NotFound("没有这笔支付", payment_id=payment_id)
    order = lock_order(session, payment.order_id)
    guarded = (
        update(Payment)
        .where(
            col(Payment.id) == payment_id,
            col(Payment.state) == PaymentState.PAID,
            col(Payment.refunded) + amount <= col(Payment.amount),
        )
        .values(refunded=col(Payment.refunded) + amount)
        .execution_options(synchronize_session="fetch")
    )
    if amount <= 0 or session.exec(guarded).rowcount != 1:
        raise IllegalMove(f"这笔支付不能再退{yuan(amount)}", payment_id=payment_id)
    refund = Refund(
        payment_id=payment_id,
        out_refund_no=f"R{payment.out_trade_no}-{_count(session, payment_id) + 1}",
        amount=amount,
        reason=reason,
        created_at=now,
        ask_at=now + ASK_AFTER[0],
    )
    session.add(refund)
    session.flush()
    _announce(session, "refund_requested", order, refund, now)
    return refund


def record_refund_result(
    session: Session, out_refund_no: str, result: RefundState, now: datetime
) -> bool:
    """WeChat Pay says how a refund stands; whether that was news. Raises NotFound.

    Announces `refund_succeeded`, `refund_abnormal` or `refund_closed`. A closed refund failed
    for good: its money may be promised again, under another number.
    """
    order, refund = _lock(session, out_refund_no)
    state = RefundState(refund.state)
    if result not in LEGAL_RESULTS[state]:
        return False
    guarded = (
        update(Refund)
        .where(col(Refund.id) == refund.id, col(Refund.state) == state)
        .values(state=result, succeeded_at=now if result == RefundState.SUCCEEDED else None)
    )
    if session.exec(guarded).rowcount != 1:
        return False
    if result == RefundState.CLOSED:
        session.exec(
            update(Payment)
            .where(col(Payment.id) == refund.payment_id)
            .values(refunded=col(Payment.refunded) - refund.amount)
            .execution_options(synchronize_session="fetch")
        )
    if result != RefundState.PROCESSING:
        _announce(session, f"refund_{result}", order, refund, now)
    return True


def record_refund_pending(session: Session, out_refund_no: str, now: datetime) -> None:
    """WeChat Pay says that a refund is not done so far: ask again later. Raises NotFound."""
    _, refund = _lock(session, out_refund_no)
    _put_off(session, refund, now)


def list_refunds_to_ask(session: Session, now: datetime, *, limit: int = 100) -> Sequence[Refund]:
    """Refunds of which nothing was heard for too long: query them at WeChat Pay."""
    return session.exec(_due(now, limit)).all()


def take_refunds_to_ask(session: Session, now: datetime) -> Sequence[Refund]:
    """`list_refunds_to_ask`, each with its next time set: an answer that fails is waited for."""
    due = session.exec(_due(now, A_ROUND).with_for_update(skip_locked=True)).all()
    for refund in due:
        _put_off(session, refund, now)
    return due


def find_refund(session: Session, out_refund_no: str) -> Refund | None:
    """The refund of that number, or None."""
    return session.exec(select(Refund).where(Refund.out_refund_no == out_refund_no)).first()


def _due(now: datetime, limit: int) -> SelectOfScalar[Refund]:
    return (
        select(Refund)
        .where(col(Refund.state).in_(_ASKED_ABOUT), col(Refund.ask_at) <= now)
        .order_by(col(Refund.ask_at), col(Refund.id))
        .limit(limit)
    )


def _put_off(session: Session, refund: Refund, now: datetime) -> None:
    refund.ask_at = next(
        (refund.created_at + each for each in ASK_AFTER if refund.created_at + each > now),
        now + ASK_AFTER[-1],
    )
    session.add(refund)


def _lock(session: Session, out_refund_no: str) -> tuple[Order, Refund]:
    refund = find_refund(session, out_refund_no)
    if refund is None:
        raise NotFound("没有这笔退款", out_refund_no=out_refund_no)
    order = lock_order(session, session.get_one(Payment, refund.payment_id).order_id)
    session.refresh(refund)
    return order, refund


def _count(session: Session, payment_id: int) -> int:
    statement = select(func.count()).select_from(Refund).where(Refund.payment_id == payment_id)
    return session.exec(statement).one()


def _announce(session: Session, kind: str, order: Order, refund: Refund, now: datetime) -> None:
    announce_about(
        session,
        kind,
        order,
        now,
        refund_id=id_of(refund),
        out_refund_no=refund.out_refund_no,
        payment_id=refund.payment_id,
        amount=refund.amount,
    )
