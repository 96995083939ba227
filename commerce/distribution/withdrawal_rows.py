"""The rows of withdrawals: written, held and moved."""

import secrets
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import affected_rows
from commerce.request_numbers import TRIES, new_request_no

_LETTERS: Final = "TX"


def write(session: Session, customer_id: int, amount: int, fee: int, now: datetime) -> Withdrawal:
    """A withdrawal that has just been asked for, under numbers of its own."""
    number = _free_number(session, now)
    withdrawal = Withdrawal(
        withdrawal_no=number,
        customer_id=customer_id,
        amount=amount,
        fee=fee,
        net=amount - fee,
        out_bill_no=f"{number}{secrets.token_hex(8).upper()}",
        asked_at=now,
    )
    session.add(withdrawal)
    session.flush()
    return withdrawal


def lock(session: Session, column: Any, number: str) -> Withdrawal:
    """The withdrawal as it is now, held until the transaction ends. Raises NotFound."""
    statement = (
        select(Withdrawal)
        .where(column == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    withdrawal = session.exec(statement).first()
    if withdrawal is None:
        raise NotFound("没有这笔提现", number=number)
    return withdrawal


def move(
    session: Session,
    withdrawal: Withdrawal,
    from_state: WithdrawalState,
    to: WithdrawalState,
    **columns: Any,
) -> None:
    """Move a withdrawal on. Raises IllegalMove when it is in another state."""
    row = Withdrawal
    guarded = (
        update(row)
        .where(col(row.id) == withdrawal.id, col(row.state) == from_state)
        .values(state=to.value, **columns)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这笔提现已经处理过了", withdrawal_no=withdrawal.withdrawal_no)
    session.refresh(withdrawal)


def announce_about(session: Session, kind: str, withdrawal: Withdrawal, now: datetime) -> None:
    """Announce an event about a withdrawal: its numbers, whose it is, its amounts and reason."""
    announce(
        session,
        kind,
        now=now,
        withdrawal_no=withdrawal.withdrawal_no,
        out_bill_no=withdrawal.out_bill_no,
        customer_id=withdrawal.customer_id,
        amount=withdrawal.amount,
        fee=withdrawal.fee,
        net=withdrawal.net,
        reason=withdrawal.reason,
    )


def _free_number(session: Session, now: datetime) -> str:
    for _ in range(TRIES):
        number = new_request_no(_LETTERS, now)
        taken = select(Withdrawal.id).where(Withdrawal.withdrawal_no == number)
        if session.exec(taken).first() is None:
            return number
    raise RuntimeError("no free number for a withdrawal")
