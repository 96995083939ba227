"""Invoices asked for and issued, and those that a refund takes back."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class TitleKind(StrEnum):
    """Whose name stands on an invoice. Only a company's needs a tax number."""

    PERSONAL = "personal"
    COMPANY = "company"


class InvoiceState(StrEnum):
    """Where an invoice is."""

    REQUESTED = "requested"
    ISSUED = "issued"
    SENT = "sent"
    """Its customer was told number and link."""
    REFUSED = "refused"
    """By the shop, or because the money went back before it was issued."""
    FLUSHING = "flushing"
    """Money went back after it was issued: the red one is asked for."""
    RED_FLUSHED = "red_flushed"


LIVE: Final = (InvoiceState.REQUESTED, InvoiceState.ISSUED, InvoiceState.SENT)
"""Of these an order has one at most."""


class Invoice(SQLModel, table=True):
    """One blue invoice of an order. Title, tax number and e-mail are sealed under `row_key`."""

    __tablename__ = "invoice"
    __table_args__ = (
        Index(
            "uq_invoice_live",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'requested' OR state = 'issued' OR state = 'sent'"),
            postgresql_where=text("state = 'requested' OR state = 'issued' OR state = 'sent'"),
        ),
        CheckConstraint("amount > 0", name="ck_invoice_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    row_key: str = Field(unique=True)
    order_id: int = Field(foreign_key="customer_order.id", index=True)
    kind: str
    title_sealed: bytes
    tax_no_sealed: bytes
    """Of an empty text for a person."""
    email_sealed: bytes
    amount: int
    """Fen: what was paid less what went back."""
    state: str = Field(default=InvoiceState.REQUESTED, index=True)
    number: str | None = Field(default=None, unique=True)
    link: str = ""
    reason: str = ""
    """Why it was refused, as the customer reads it."""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RedFlush(SQLModel, table=True):
    """A red invoice that takes a blue one back. One to a refund, and one to an invoice."""

    __tablename__ = "red_flush"
    __table_args__ = (
        UniqueConstraint("refund_id", name="uq_red_flush_refund_id"),
        UniqueConstraint("invoice_id", name="uq_red_flush_invoice_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    invoice_id: int = Field(foreign_key="invoice.id")
    refund_id: int = Field(foreign_key="refund.id")
    number: str | None = Field(default=None, unique=True)
    """None until it is issued."""
    link: str = ""
    requested_at: datetime = Field(sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
