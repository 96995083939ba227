"""Invoices by hand: the shop's people issue them at the tax bureau's site and enter the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of
from commerce.invoices import issuing
from commerce.invoices.requests import amount_due, read_details
from commerce.invoices.tables import Invoice, InvoiceState, RedFlush
from commerce.ordering.tables import Order
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class ManualIssuer:
    """Asks for a person; the result comes back by `enter` and `enter_red`."""

    def want_blue(self, session: Session, invoice: Invoice, now: datetime) -> None:
        """Ask for a person to issue it."""
        _ask(session, session.get_one(Order, invoice.order_id), "invoice_requested", now)

    def want_red(self, session: Session, flush: RedFlush, now: datetime) -> None:
        """Ask for a person to take the invoice back."""
        invoice = session.get_one(Invoice, flush.invoice_id)
        _ask(session, session.get_one(Order, invoice.order_id), "red_flush_wanted", now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody has to do for an order, with all that they have to type."""

    order_no: str
    is_red: bool
    amount: int
    kind: str
    title: str
    tax_no: str
    email: str
    number: str
    """Of the blue invoice that is to be taken back."""


def list_waiting(session: Session, sealer: Sealer) -> Sequence[Waiting]:
    """What has to be issued or taken back, oldest first."""
    waiting = issuing.list_waiting(session)
    return [_waiting(session, sealer, invoice, order) for invoice, order in waiting]


def enter(
    session: Session, order_no: str, *, number: str, link: str, amount: int, now: datetime
) -> Invoice:
    """An operator issued the invoice that the order waits for. Raises as `record_issued`."""
    invoice = _find(session, order_no, InvoiceState.REQUESTED)
    return issuing.record_issued(
        session, id_of(invoice), number=number, link=link, amount=amount, now=now
    )


def enter_red(
    session: Session, order_no: str, *, number: str, link: str, now: datetime
) -> RedFlush:
    """An operator took an invoice of the order back. Raises as `record_flushed`."""
    invoice = _find(session, order_no, InvoiceState.FLUSHING)
    return issuing.record_flushed(session, id_of(invoice), number=number, link=link, now=now)


def turn_down(session: Session, order_no: str, *, reason: str, now: datetime) -> Invoice:
    """The shop cannot issue the invoice that the order waits for. Raises as `refuse`."""
    invoice = _find(session, order_no, InvoiceState.REQUESTED)
    return issuing.refuse(session, id_of(invoice), reason=reason, now=now)


def _find(session: Session, order_no: str, state: InvoiceState) -> Invoice:
    """The invoice of the order that waits in that state. Raises NotFound, IllegalMove."""
    of_order = [
        invoice for invoice, order in issuing.list_waiting(session) if order.order_no == order_no
    ]
    if not of_order:
        raise NotFound("这笔订单没有等着开的发票", order_no=order_no)
    found = next((invoice for invoice in of_order if invoice.state == state), None)
    if found is None:
        raise IllegalMove("这笔订单等着办的是另一件事，请先看 invoices 列表", order_no=order_no)
    return found


def _ask(session: Session, order: Order, reason: str, now: datetime) -> None:
    announce(session, "person_wanted", now=now, order_no=order.order_no, reason=reason)


def _waiting(session: Session, sealer: Sealer, invoice: Invoice, order: Order) -> Waiting:
    details = read_details(sealer, invoice)
    is_red = invoice.state == InvoiceState.FLUSHING
    return Waiting(
        order.order_no,
        is_red,
        invoice.amount if is_red else amount_due(session, order),
        details.kind,
        details.title,
        details.tax_no,
        details.email,
        invoice.number or "",
    )
