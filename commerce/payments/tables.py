"""Money in and money back, as WeChat Pay and we agree on it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class PaymentState(StrEnum):
    """Where a payment is. OPEN and CLOSING may still turn out paid."""

    OPEN = "open"
    CLOSING = "closing"
    PAID = "paid"
    CLOSED = "closed"


LIVE: Final = (PaymentState.OPEN, PaymentState.CLOSING)
"""States in which money may still come."""


class Payment(SQLModel, table=True):
    """One attempt to be paid for an order: one out_trade_no at WeChat Pay."""

    __tablename__ = "payment"
    __table_args__ = (
        # One live prepay to an order: a second one could be paid too.
        Index(
            "uq_payment_live",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'open' OR state = 'closing'"),
            postgresql_where=text("state = 'open' OR state = 'closing'"),
        ),
        Index(
            "ix_payment_to_ask",
            "ask_at",
            sqlite_where=text("state = 'open' OR state = 'closing'"),
            postgresql_where=text("state = 'open' OR state = 'closing'"),
        ),
        Index("ix_payment_paid_at", "paid_at"),
        CheckConstraint("amount > 0", name="ck_payment_amount"),
        CheckConstraint("refunded >= 0 AND refunded <= amount", name="ck_payment_refunded"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    out_trade_no: str = Field(unique=True)
    amount: int
    payer: str
    """The payer's openid at the mini-program."""
    state: str = PaymentState.OPEN
    prepay_id: str | None = None
    prepaid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When WeChat Pay gave the prepay_id, which is good for two hours."""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    """WeChat Pay's time_expire: a minute before the order gives its goods back."""
    ask_at: datetime = Field(sa_type=UtcDateTime)
    """When to ask WeChat Pay next how it stands, if nothing is heard of it."""
    close_actor: str = ""
    close_reason: str = ""
    """Who wants the order closed, and why: its history says so once WeChat Pay has closed this."""
    disputed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set when WeChat Pay reported another amount than ours: a person has to look at it."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    transaction_id: str | None = Field(default=None, unique=True)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refunded: int = 0
    """Sum of all refunds asked for and not failed."""


class RefundState(StrEnum):
    """Where a refund is. It is done only at SUCCEEDED."""

    REQUESTED = "requested"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    CLOSED = "closed"


class Refund(SQLModel, table=True):
    """Money on its way back, under one out_refund_no for ever."""

    __tablename__ = "refund"
    __table_args__ = (
        Index(
            "ix_refund_to_ask",
            "state",
            "ask_at",
        ),
        Index("ix_refund_succeeded_at", "succeeded_at"),
        CheckConstraint("amount > 0", name="ck_refund_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    out_refund_no: str = Field(unique=True)
    repeats_id: int | None = Field(default=None, foreign_key="refund.id", unique=True)
    """The closed refund whose money this one sends: promised then, and owed ever since."""
    amount: int
    reason: str
    state: str = RefundState.REQUESTED
    created_at: datetime = Field(sa_type=UtcDateTime)
    ask_at: datetime = Field(sa_type=UtcDateTime)
    """When to ask WeChat Pay next how it stands, if nothing is heard of it."""
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Rebate(SQLModel, table=True):
    """A part of what was paid that went back afterwards, the goods kept. Once for its `ref`."""

    __tablename__ = "rebate"
    __table_args__ = (CheckConstraint("amount > 0", name="ck_rebate_amount"),)

    ref: str = Field(primary_key=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    refund_id: int = Field(foreign_key="refund.id", unique=True)
    """The first try to send it."""
    amount: int
    at: datetime = Field(sa_type=UtcDateTime)


class PayNotice(SQLModel, table=True):
    """A verified notify of WeChat Pay, kept for ever: the same one again changes nothing."""

    __tablename__ = "pay_notice"

    notice_id: str = Field(primary_key=True)
    event_type: str
    number: str
    """out_trade_no or out_refund_no."""
    received_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
