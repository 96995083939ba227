"""What follows from invoices and what a customer hears of them; and what refunds do to them."""

from typing import Final

from sqlmodel import select

from bot.handlers import invoice_words as words
from bot.invoices import ManualIssuer
from bot.reactions import payments
from bot.reactions.heard import Heard, order_of, tell
from commerce.inserting import id_of
from commerce.invoices import issuing
from commerce.invoices.issuing import InvoiceIssuer, follow_refund
from commerce.invoices.requests import find_live
from commerce.invoices.tables import Invoice, InvoiceState, RedFlush
from commerce.money import yuan

ISSUER: Final[InvoiceIssuer] = ManualIssuer()
"""It holds nothing; one that calls a tax platform would post to the outbox."""


def requested(heard: Heard) -> None:
    """Have the invoice issued."""
    ISSUER.want_blue(heard.session, _invoice_of(heard), heard.now)


def flush_wanted(heard: Heard) -> None:
    """Have the invoice taken back."""
    wanted = select(RedFlush).where(RedFlush.invoice_id == heard.about["invoice_id"])
    ISSUER.want_red(heard.session, heard.session.exec(wanted).one(), heard.now)


def refund_requested(heard: Heard) -> None:
    """Ask WeChat Pay for the refund; an invoice that is not issued is for what remains."""
    payments.refund_requested(heard)
    follow(heard)


def follow(heard: Heard) -> None:
    """Have the order's invoice follow its refund."""
    follow_refund(heard.session, heard.sealer, heard.about["refund_id"], heard.now)


def issued(heard: Heard) -> None:
    """Tell the customer number and link, once."""
    invoice, order = _invoice_of(heard), order_of(heard)
    if invoice.state not in (InvoiceState.ISSUED, InvoiceState.SENT):
        return  # It was taken back before anybody heard of it.
    told = words.ISSUED.format(
        order_no=order.order_no,
        amount=yuan(invoice.amount),
        number=invoice.number,
        link=invoice.link,
    )
    tell(heard, order, told)
    issuing.record_sent(heard.session, id_of(invoice))


def refused(heard: Heard) -> None:
    """Tell the customer why there will be none."""
    order, invoice = order_of(heard), _invoice_of(heard)
    told = words.REFUSED.format(order_no=order.order_no, reason=invoice.reason.rstrip("。"))
    tell(heard, order, told)


def taken_back(heard: Heard) -> None:
    """Tell the customer that the invoice they have is void, and what comes in its place."""
    order, invoice = order_of(heard), _invoice_of(heard)
    new = find_live(heard.session, id_of(order))
    instead = "" if new is None else words.NEW_ONE.format(amount=yuan(new.amount))
    told = words.TAKEN_BACK.format(order_no=order.order_no, number=invoice.number, instead=instead)
    tell(heard, order, told)


def _invoice_of(heard: Heard) -> Invoice:
    return heard.session.get_one(Invoice, heard.about["invoice_id"])
