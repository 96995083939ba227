"""Money on its way back: a number for ever, never more than was paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from commerce.corrections import CorrectionKind, note_correction
from commerce.customers.summary import refresh
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.ordering.states import announce_about, lock_order
from commerce.ordering.tables import Order
from commerce.payments.books import book_promised, book_sent
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
    """Promise money back, owed from now on, and announce `refund_requested`.

    The row and its out_refund_no exist before WeChat Pay is called, so that a call with an
    unknown outcome is repeated under the same number. Raises NotFound, IllegalMove.
    """
    order, refund = _ask(session, payment_id, amount, reason, now)
    book_promised(session, refund, order.customer_id, now)
    _announce(session, "refund_requested", order, refund, now)
    return refund


def send_again(
    session: Session, out_refund_no: str, *, actor: str, reason: str, now: datetime
) -> Refund:
    """A person has the money of a closed refund sent once more, under a new number.

    It is owed since the first time. Raises NotFound, InvalidInput without a reason, and
    IllegalMove for a refund that may still succeed or was sent again already.
    """
    order, closed = _lock(session, out_refund_no)
    if closed.state != RefundState.CLOSED or is_repeated(session, closed):
        raise IllegalMove("这笔退款没有失败，不用重新发起", out_refund_no=out_refund_no)
    _, refund = _ask(session, closed.payment_id, closed.amount, closed.reason, now, closed.id)
    note_correction(
        session,
        CorrectionKind.REFUND_SENT_AGAIN,
        refund.out_refund_no,
        actor=actor,
        reason=reason,
        amount=refund.amount,
        now=now,
    )
    _announce(session, "refund_requested", order, refund, now)
    return refund


def is_repeated(session: Session, refund: Refund) -> bool:
    """Whether another refund sends the money of this one."""
    repeats = select(Refund.id).where(Refund.repeats_id == refund.id)
    return session.exec(repeats).first() is not None


def _ask(
    session: Session,
    payment_id: int,
    amount: int,
    reason: str,
    now: datetime,
    repeats_id: int | None = None,
) -> tuple[Order, Refund]:
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
        repeats_id=repeats_id,
        amount=amount,
        reason=reason,
        created_at=now,
        ask_at=now + ASK_AFTER[0],
    )
    session.add(refund)
    session.flush()
    refresh(session, order.customer_id)
    return order, refund


def record_refund_result(
    session: Session, out_refund_no: str, result: RefundState, now: datetime
) -> bool:
    """WeChat Pay says how a refund stands; whether that was news. Raises NotFound.

    Announces `refund_succeeded`, `refund_abnormal` or `refund_closed`. A closed refund failed
    for good: its money is owed still, and goes out under another number, see `send_again`.
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
    if result == RefundState.SUCCEEDED:
        book_sent(session, refund, order.customer_id, now)
    if result == RefundState.CLOSED:
        session.exec(
            update(Payment)
            .where(col(Payment.id) == refund.payment_id)
            .values(refunded=col(Payment.refunded) - refund.amount)
            .execution_options(synchronize_session="fetch")
        )
        refresh(session, order.customer_id)
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


def find_kept_payment(session: Session, order: Order) -> Payment | None:
    """The payment by which the order was paid; None for one that cost nothing.

    A second one that arrived for the same order goes back by itself, see `settling`: of two that
    were paid in the same second, it is the one that goes back whole.
    """
    goes_back_whole = col(Payment.refunded) == col(Payment.amount)
    statement = (
        select(Payment)
        .where(
            Payment.order_id == order.id,
            Payment.state == PaymentState.PAID,
            Payment.paid_at == order.paid_at,
        )
        .order_by(goes_back_whole, col(Payment.id))
    )
    return session.exec(statement).first()


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
