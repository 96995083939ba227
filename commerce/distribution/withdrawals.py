"""Commission is paid out: asked for, approved, transferred, confirmed; or back where it was.

From the moment it is asked for, the money stands on an account of its own, so that nothing can
spend it twice; it leaves that account once, to the promoter or back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.corrections import CorrectionKind, note_correction
from commerce.customers.merging import ids_of, lock_customer
from commerce.distribution import transit
from commerce.distribution.tables import (
    DistributionTerms,
    TransferState,
    Withdrawal,
    WithdrawalState,
)
from commerce.distribution.terms import FULL_BP, LEAST_TRANSFER, get_terms
from commerce.distribution.withdrawal_rows import announce_about, lock, move, write
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import core, id_of
from commerce.money import yuan

LIVE: Final = (
    WithdrawalState.ASKED,
    WithdrawalState.APPROVED,
    WithdrawalState.SENDING,
    WithdrawalState.WAIT_CONFIRM,
)
"""States in which the money is in transit."""
ASKED_ABOUT: Final = LIVE[1:]
CONFIRM_WITHIN: Final = timedelta(hours=24)
"""A transfer that its receiver has not confirmed by then fails (商家转账, 用户确认收款)."""
ASK_AFTER: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
ASK_EVERY: Final = timedelta(minutes=30)
A_ROUND: Final = 100
_APPROVED: Final = "核准提现"
_SENDING: Final = WithdrawalState.SENDING
_STEPS: Final[dict[str, tuple[int, WithdrawalState]]] = {
    TransferState.ACCEPTED: (1, _SENDING),
    TransferState.PROCESSING: (2, _SENDING),
    TransferState.WAIT_USER_CONFIRM: (3, WithdrawalState.WAIT_CONFIRM),
    TransferState.TRANSFERING: (4, _SENDING),
    TransferState.CANCELING: (4, _SENDING),
    TransferState.SUCCESS: (5, WithdrawalState.PAID),
    TransferState.FAIL: (5, WithdrawalState.FAILED),
    TransferState.CANCELLED: (5, WithdrawalState.FAILED),
}
"""How far a transfer is, and what that makes of the withdrawal. What is not further comes late."""


def ask(session: Session, customer_id: int, amount: int, now: datetime) -> Withdrawal:
    """Put so much of a promoter's available commission on its way; the shop's people decide.

    Announces `withdrawal_asked`. Raises NotFound, InvalidInput for less or more than one may ask
    for at a time, IllegalMove while another is under way, Insufficient for more than there is.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    fee = _fee(get_terms(session), amount)
    live = find_live(session, customer_id)
    if live is not None:
        raise IllegalMove("上一笔提现还没办完，办完再提", withdrawal_no=live.withdrawal_no)
    with session.begin_nested():  # Both the row and the posting, or neither.
        core(session)
        withdrawal = write(session, customer_id, amount, fee, now)
        transit.put(session, withdrawal, now)
    announce_about(session, "withdrawal_asked", withdrawal, now)
    return withdrawal


def approve(session: Session, withdrawal_no: str, *, actor: str, now: datetime) -> Withdrawal:
    """Let it be transferred. Announces `withdrawal_approved`. Raises NotFound, IllegalMove."""
    withdrawal = lock(session, Withdrawal.withdrawal_no, withdrawal_no)
    _decide(session, withdrawal, WithdrawalState.APPROVED, actor, now, ask_at=now + ASK_AFTER[0])
    kind = CorrectionKind.WITHDRAWAL_APPROVED
    _audit(session, kind, withdrawal, actor, _APPROVED, now)
    announce_about(session, "withdrawal_approved", withdrawal, now)
    return withdrawal


def refuse(
    session: Session, withdrawal_no: str, *, actor: str, reason: str, now: datetime
) -> Withdrawal:
    """The money is available again; the promoter reads why. Announces `withdrawal_refused`.

    Raises NotFound, IllegalMove once it was decided, InvalidInput without a reason.
    """
    withdrawal = lock(session, Withdrawal.withdrawal_no, withdrawal_no)
    said = {"reason": reason.strip(), "ended_at": now}
    with session.begin_nested():  # A reason that cannot be kept leaves everything as it was.
        core(session)
        _decide(session, withdrawal, WithdrawalState.REFUSED, actor, now, **said)
        _audit(session, CorrectionKind.WITHDRAWAL_REFUSED, withdrawal, actor, reason, now)
        transit.give_back(session, withdrawal, now)
    announce_about(session, "withdrawal_refused", withdrawal, now)
    return withdrawal


def record_transfer(
    session: Session,
    out_bill_no: str,
    result: TransferState,
    *,
    now: datetime,
    transfer_bill_no: str = "",
    package: str = "",
    reason: str = "",
) -> bool:
    """WeChat Pay says how a transfer stands; whether that was news. Raises NotFound.

    What comes late or twice changes nothing. A `package` may come after its state: a query does
    not tell it, the same request repeated does. Announces `withdrawal_confirm_wanted` once the
    promoter can confirm, `withdrawal_paid`, `withdrawal_failed` once the money is available
    again, and `withdrawal_mismatch` when an end contradicts the one that was booked.
    """
    withdrawal = lock(session, Withdrawal.out_bill_no, out_bill_no)
    step, leads_to = _STEPS[result]
    known, _ = _STEPS.get(withdrawal.transfer_state, (0, None))
    is_late = step <= known and not _is_package_news(withdrawal, result, package)
    if withdrawal.state not in ASKED_ABOUT or is_late:
        _note_contradiction(session, withdrawal, result, now)
        return False
    columns: dict[str, Any] = {"transfer_state": result.value}
    columns |= {"transfer_bill_no": transfer_bill_no} if transfer_bill_no else {}
    columns |= {"package": package} if package else {}
    if leads_to == WithdrawalState.WAIT_CONFIRM and withdrawal.confirm_until is None:
        columns |= {"confirm_until": now + CONFIRM_WITHIN}
    if leads_to not in LIVE:
        why = reason if leads_to == WithdrawalState.FAILED else ""
        columns |= {"ended_at": now, "reason": why, "package": ""}
    move(session, withdrawal, WithdrawalState(withdrawal.state), leads_to, **columns)
    _follow(session, withdrawal, now)
    return True


def take_to_ask(session: Session, now: datetime) -> Sequence[Withdrawal]:
    """Withdrawals approved and not ended, of which nothing was heard for too long.

    Each has its next time set: an answer that fails is waited for.
    """
    due = session.exec(_due(now).with_for_update(skip_locked=True)).all()
    for withdrawal in due:
        since = withdrawal.decided_at or withdrawal.asked_at
        later = (since + each for each in ASK_AFTER if since + each > now)
        withdrawal.ask_at = next(later, now + ASK_EVERY)
        session.add(withdrawal)
    session.flush()
    return due


def find_live(session: Session, customer_id: int) -> Withdrawal | None:
    """The customer's withdrawal that is under way, if there is one."""
    statement = select(Withdrawal).where(
        col(Withdrawal.customer_id).in_(ids_of(session, customer_id)),
        col(Withdrawal.state).in_(LIVE),
    )
    return session.exec(statement.order_by(col(Withdrawal.id))).first()


def find_withdrawal(session: Session, withdrawal_no: str) -> Withdrawal | None:
    """The withdrawal of that number, or None."""
    statement = select(Withdrawal).where(Withdrawal.withdrawal_no == withdrawal_no)
    return session.exec(statement).first()


def list_own(session: Session, customer_id: int, *, limit: int = 20) -> Sequence[Withdrawal]:
    """A customer's withdrawals, the latest first."""
    statement = (
        select(Withdrawal)
        .where(col(Withdrawal.customer_id).in_(ids_of(session, customer_id)))
        .order_by(col(Withdrawal.asked_at).desc(), col(Withdrawal.id).desc())
        .limit(limit)
    )
    return session.exec(statement).all()


def list_live(session: Session, *, limit: int = 200) -> Sequence[Withdrawal]:
    """Every withdrawal that is under way, the oldest first."""
    statement = select(Withdrawal).where(col(Withdrawal.state).in_(LIVE))
    return session.exec(statement.order_by(col(Withdrawal.id)).limit(limit)).all()


def _fee(terms: DistributionTerms, amount: int) -> int:
    """What the shop keeps of a withdrawal. Raises InvalidInput for an amount it does not pay."""
    if amount < terms.withdraw_min:
        raise InvalidInput(f"满{yuan(terms.withdraw_min)}才能提现", field="amount")
    if amount > terms.withdraw_most:
        most = yuan(terms.withdraw_most)
        raise InvalidInput(f"一次最多提{most}，可以分几次提", field="amount")
    fee = amount * terms.fee_bp // FULL_BP
    if amount - fee < LEAST_TRANSFER:
        raise InvalidInput(f"扣除手续费后不足{yuan(LEAST_TRANSFER)}，微信不能转账", field="amount")
    return fee


def _decide(
    session: Session,
    withdrawal: Withdrawal,
    to: WithdrawalState,
    actor: str,
    now: datetime,
    **columns: Any,
) -> None:
    columns |= {"decided_at": now, "decided_by": actor}
    move(session, withdrawal, WithdrawalState.ASKED, to, **columns)


def _is_package_news(withdrawal: Withdrawal, result: TransferState, package: str) -> bool:
    is_same = withdrawal.transfer_state == result == TransferState.WAIT_USER_CONFIRM
    return is_same and bool(package) and not withdrawal.package


def _follow(session: Session, withdrawal: Withdrawal, now: datetime) -> None:
    """What follows from the state that a transfer has led to."""
    match WithdrawalState(withdrawal.state):
        case WithdrawalState.PAID:
            transit.pay_out(session, withdrawal, now)
            announce_about(session, "withdrawal_paid", withdrawal, now)
        case WithdrawalState.FAILED:
            transit.give_back(session, withdrawal, now)
            announce_about(session, "withdrawal_failed", withdrawal, now)
        case WithdrawalState.WAIT_CONFIRM if withdrawal.package:
            announce_about(session, "withdrawal_confirm_wanted", withdrawal, now)


def _note_contradiction(
    session: Session, withdrawal: Withdrawal, result: TransferState, now: datetime
) -> None:
    """Nothing is booked again: where the money is, only a person can find out. Told once."""
    _, end = _STEPS[result]
    is_other_end = end not in LIVE and withdrawal.state not in (end, *LIVE)
    if is_other_end and withdrawal.transfer_state != result:
        withdrawal.transfer_state = result
        session.add(withdrawal)
        session.flush()
        announce_about(session, "withdrawal_mismatch", withdrawal, now)


def _audit(
    session: Session,
    kind: CorrectionKind,
    withdrawal: Withdrawal,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    number, amount = withdrawal.withdrawal_no, withdrawal.amount
    note_correction(session, kind, number, actor=actor, reason=reason, now=now, amount=amount)


def _due(now: datetime) -> SelectOfScalar[Withdrawal]:
    return (
        select(Withdrawal)
        .where(col(Withdrawal.state).in_(ASKED_ABOUT), col(Withdrawal.ask_at) <= now)
        .order_by(col(Withdrawal.ask_at), col(Withdrawal.id))
        .limit(A_ROUND)
    )
