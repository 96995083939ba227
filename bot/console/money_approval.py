"""Two people for large withdrawals: what one alone may let out, and who has said yes so far."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, delete, update
from sqlmodel import Field, Session, SQLModel, col

from commerce.columns import UtcDateTime
from commerce.distribution import withdrawals
from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.distribution.withdrawal_rows import lock
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, insert_once

ALONE_UP_TO: Final = 20_000
"""Fen. A withdrawal over more needs the yes of two of the shop's people."""


class MoneyApproval(SQLModel, table=True):
    """Who let a large withdrawal go. Never one person twice: the row itself refuses it."""

    __tablename__ = "money_approval"
    __table_args__ = (
        CheckConstraint("second_by <> first_by", name="ck_money_approval_two_people"),
        CheckConstraint(
            "(second_by IS NULL) = (second_at IS NULL)", name="ck_money_approval_second"
        ),
    )

    withdrawal_no: str = Field(primary_key=True)
    first_by: int = Field(foreign_key="staff.id")
    first_at: datetime = Field(sa_type=UtcDateTime)
    second_by: int | None = Field(default=None, foreign_key="staff.id")
    second_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Approved(StrEnum):
    """How far a withdrawal has come."""

    HALF = "half"
    """Somebody else has to say yes as well."""
    WHOLE = "whole"
    """The transfer is on its way out."""


def needs_two(withdrawal: Withdrawal) -> bool:
    """Whether one person alone may not let it go."""
    return withdrawal.amount > ALONE_UP_TO


def approve(session: Session, withdrawal_no: str, staff_id: int, now: datetime) -> Approved:
    """One of the shop's people says yes. Raises NotFound, and IllegalMove for the same one twice,
    or once it was decided."""
    withdrawal = lock(session, Withdrawal.withdrawal_no, withdrawal_no)
    if withdrawal.state != WithdrawalState.ASKED:
        raise IllegalMove("这笔提现已经处理过了", withdrawal_no=withdrawal_no)
    actor = f"agent:{staff_id}"
    if not needs_two(withdrawal):
        withdrawals.approve(session, withdrawal_no, actor=actor, now=now)
        return Approved.WHOLE
    if insert_once(
        session, MoneyApproval, withdrawal_no=withdrawal_no, first_by=staff_id, first_at=now
    ):
        return Approved.HALF
    guarded = (
        update(MoneyApproval)
        .where(
            col(MoneyApproval.withdrawal_no) == withdrawal_no,
            col(MoneyApproval.second_by).is_(None),
            col(MoneyApproval.first_by) != staff_id,
        )
        .values(second_by=staff_id, second_at=now)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("你已经核准过了，超过¥200的提现要另一位同事再核准一次")
    withdrawals.approve(session, withdrawal_no, actor=actor, now=now)
    return Approved.WHOLE


def take_back(session: Session, withdrawal_no: str, staff_id: int) -> None:
    """Whoever said yes first takes it back, before a second did. Raises NotFound, IllegalMove."""
    lock(session, Withdrawal.withdrawal_no, withdrawal_no)
    own = delete(MoneyApproval).where(
        col(MoneyApproval.withdrawal_no) == withdrawal_no,
        col(MoneyApproval.first_by) == staff_id,
        col(MoneyApproval.second_by).is_(None),
    )
    if affected_rows(session, own) != 1:
        raise IllegalMove("没有可以撤回的核准", withdrawal_no=withdrawal_no)
