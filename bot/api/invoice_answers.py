"""What the mini-program is told of invoices. Amounts are fen."""

from datetime import datetime

from pydantic import Field

from bot.api.answers import Answer
from commerce.invoices.tables import InvoiceState, TitleKind


class OwnInvoice(Answer):
    """An invoice of one of the caller's orders."""

    order_no: str
    state: InvoiceState
    kind: TitleKind
    title: str
    tax_no: str = Field(description="empty for a person")
    email: str
    amount: int = Field(description="what was paid less what went back")
    number: str | None = Field(description="null until it is issued")
    link: str = Field(description="where it is downloaded, or empty")
    reason: str = Field(description="why it was refused, or empty")
    requested_at: datetime
    issued_at: datetime | None


class OwnInvoices(Answer):
    """The caller's invoices, newest first."""

    items: list[OwnInvoice]
