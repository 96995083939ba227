"""What people set right by hand in money and stock: by whom and why, for ever.

The database refuses to change or remove a row once it is written. A transaction of the ledger
that undoes another needs none here: it is such a row itself.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, Session, SQLModel

from commerce.columns import BigId, UtcDateTime
from commerce.errors import InvalidInput

LONGEST_REASON: Final = 500


class CorrectionKind(StrEnum):
    """What was set right."""

    STOCK_CORRECTED = "stock_corrected"
    """The subject is the variant's id, the amount its pieces more or less."""
    FINDING_ACCEPTED = "finding_accepted"
    """The subject is the finding, `kind subject`."""
    REFUND_SENT_AGAIN = "refund_sent_again"
    """The subject is the new out_refund_no."""
    DISTRIBUTION_TERMS_SET = "distribution_terms_set"
    """The subject is the term and what it is now, `first_bp 1000`; the amount the number."""
    PROMOTER_APPOINTED = "promoter_appointed"
    """The subject is the promoter's code."""
    PROMOTER_STOPPED = "promoter_stopped"
    """The subject is the promoter's code."""
    WITHDRAWAL_APPROVED = "withdrawal_approved"
    """The subject is its number."""
    WITHDRAWAL_REFUSED = "withdrawal_refused"
    """The subject is its number."""
    GROUP_BUY_SAVED = "group_buy_saved"
    """The subject is its key."""
    GROUP_BUY_SWITCHED = "group_buy_switched"
    """The subject is its key, and `on` or `off`."""
    GROUP_BUY_VIRTUAL_SET = "group_buy_virtual_set"
    """The subject is its key; the amount the per cent from which the shop completes a group."""


class MoneyAudit(SQLModel, table=True):
    """One correction by hand."""

    __tablename__ = "money_audit"
    __table_args__ = (
        Index("ix_money_audit_subject", "kind", "subject"),
        CheckConstraint("actor <> '' AND reason <> ''", name="ck_money_audit_named"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str
    subject: str
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """Fen, points or pieces, where the correction is of an amount."""
    actor: str
    """agent:<id>, as elsewhere."""
    reason: str
    """In the actor's words. Holds nobody's name, phone or address."""
    at: datetime = Field(sa_type=UtcDateTime)


def note_correction(
    session: Session,
    kind: CorrectionKind,
    subject: str,
    *,
    actor: str,
    reason: str,
    now: datetime,
    amount: int | None = None,
) -> None:
    """Write down who set what right, and why. Raises InvalidInput without a reason."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise InvalidInput(f"请写明原因，最多{LONGEST_REASON}个字", field="reason")
    session.add(
        MoneyAudit(kind=kind, subject=subject, amount=amount, actor=actor, reason=said, at=now)
    )
    session.flush()
