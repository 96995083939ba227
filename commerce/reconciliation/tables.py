"""What does not agree, and WeChat Pay's daily bills that our books are compared with."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class FindingKind(StrEnum):
    """What does not agree; beside it what the subject names and what the two amounts are."""

    PAID_WITHOUT_ORDER = "paid_without_order"
    """out_trade_no: money came in that paid no order and is not going back. Fen, 0."""
    ORDER_WITHOUT_PAYMENT = "order_without_payment"
    """Order number: it counts as paid, and no payment over its amount was. Fen, fen paid."""
    PAYMENT_DISPUTED = "payment_disputed"
    """out_trade_no: WeChat Pay reported what contradicts us. Fen, nothing."""

    REFUND_PENDING = "refund_pending"
    """out_refund_no: nothing is heard of it for too long. Fen, 0."""
    REFUND_ABNORMAL = "refund_abnormal"
    """out_refund_no: a person has to finish it at the merchant platform. Fen, 0."""
    REFUND_CLOSED = "refund_closed"
    """out_refund_no: it failed for good, the money is owed still. Fen, 0."""

    STOCK = "stock"
    """Variant's id: pieces in stock, the sum of its movements."""
    RESERVATIONS = "reservations"
    """Variant's id: pieces taken out for orders, pieces that orders hold or have bought."""
    SET_ASIDE = "set_aside"
    """Variant's id: pieces taken out for flash sales, pieces that these have left."""

    LEDGER_SUM = "ledger_sum"
    """Unit: the sum of all its entries, 0."""
    LEDGER_BALANCE = "ledger_balance"
    """An account's kind and owner: the balance kept, the sum of its entries."""
    BOOKS = "books"
    """Account kind: fen in the ledger, fen by payments and refunds."""

    BILL_MISSING = "bill_missing"
    """Day: its bill could not be had for more than a day. Nothing, nothing."""
    BILL_PAYMENT_DIFFERS = "bill_payment_differs"
    """out_trade_no: fen paid by our books (0 if it was not), fen in the bill. Where both are the
    same, the transaction's number is not."""
    BILL_PAYMENT_MISSING = "bill_payment_missing"
    """out_trade_no: fen paid by our books, 0 in the bill of that day."""
    BILL_REFUND_DIFFERS = "bill_refund_differs"
    """out_refund_no: fen by our books, fen in the bill."""
    BILL_REFUND_MISSING = "bill_refund_missing"
    """out_refund_no: fen that succeeded by our books, 0 in any bill so far."""
    BILL_UNKNOWN = "bill_unknown"
    """Number in the bill that we never gave out: 0, fen in the bill."""


class FindingState(StrEnum):
    """Where a finding is; it is live until OVER."""

    OPEN = "open"
    ACCEPTED = "accepted"
    """A person has looked at it and left it as it is. It opens again when an amount changes."""
    OVER = "over"
    """It is gone by itself: what was missing came, or was mended."""


class ReconciliationFinding(SQLModel, table=True):
    """Something that does not agree. There is one live row of a kind and subject."""

    __tablename__ = "reconciliation_finding"
    __table_args__ = (
        Index(
            "uq_finding_live",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open' OR state = 'accepted'"),
            postgresql_where=text("state = 'open' OR state = 'accepted'"),
        ),
        CheckConstraint("state IN ('open', 'accepted', 'over')", name="ck_finding_state"),
        CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="ck_finding_resolved"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    ours: int | None = Field(default=None, sa_type=BigInteger)
    theirs: int | None = Field(default=None, sa_type=BigInteger)
    day: date | None = None
    """The day of the bill that it was found by."""
    state: str = FindingState.OPEN
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str = ""
    resolution: str = ""
    """What the person who accepted it wrote; kept when it is gone later."""


class BillState(StrEnum):
    """Whether a day's bill is there."""

    WANTED = "wanted"
    READ = "read"


class BillDay(SQLModel, table=True):
    """WeChat Pay's bill of one day in Shanghai. Amounts are fen."""

    __tablename__ = "bill_day"

    day: date = Field(primary_key=True)
    state: str = Field(default=BillState.WANTED, index=True)
    ask_at: datetime = Field(sa_type=UtcDateTime)
    """When to ask for it (again)."""
    wanted_at: datetime = Field(sa_type=UtcDateTime)
    """When it was first to be had."""
    sha1: str = ""
    """Of the file as it was before it was packed; empty for a day without any business."""
    row_count: int = 0
    paid: int = Field(default=0, sa_type=BigInteger)
    refunded: int = Field(default=0, sa_type=BigInteger)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was compared with our books and nothing was found. It is not looked at any more."""


class BillRowKind(StrEnum):
    """What a row of a bill is about."""

    PAYMENT = "payment"
    REFUND = "refund"


class BillRow(SQLModel, table=True):
    """A row of a bill: a payment that was paid, or a refund that was taken in, on that day."""

    __tablename__ = "bill_row"
    __table_args__ = (Index("ix_bill_row_number", "kind", "number"),)

    day: date = Field(foreign_key="bill_day.day", primary_key=True)
    kind: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    """out_trade_no or out_refund_no."""
    transaction_id: str
    amount: int = Field(sa_type=BigInteger)
