"""Invoices, for the mini-program: one's own, and asking for one."""

from sqlmodel import Session

from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.invoice_answers import OwnInvoice, OwnInvoices
from bot.api.invoice_requests import NewInvoice
from bot.api.shopfront import Shopfront
from commerce.invoices.requests import InvoiceDetails, InvoiceView, list_own, request_invoice, view
from commerce.invoices.tables import InvoiceState, TitleKind

MOST_SHOWN = 100


async def list_invoices(shop: Shopfront, call: Call[NoParameters, NoBody]) -> OwnInvoices:
    """The caller's invoices, newest first."""

    def show(session: Session) -> OwnInvoices:
        customer_id = call.caller.present_id(session)
        found = list_own(session, shop.sealer, customer_id, limit=MOST_SHOWN)
        return OwnInvoices(items=[_shown(each) for each in found])

    return await shop.database.read(show)


async def ask_invoice(shop: Shopfront, call: Call[NoParameters, NewInvoice]) -> OwnInvoice:
    """Ask for the invoice of an order; the same details again give the same one."""

    def ask(session: Session) -> OwnInvoice:
        wanted = call.body
        details = InvoiceDetails(wanted.kind, wanted.title, wanted.tax_no, wanted.email)
        customer_id = call.caller.present_id(session)
        invoice = request_invoice(
            session, shop.sealer, customer_id, wanted.order_no, details, call.now
        )
        return _shown(view(session, shop.sealer, invoice))

    return await shop.database.write(ask)


def _shown(seen: InvoiceView) -> OwnInvoice:
    invoice, state = seen.invoice, InvoiceState(seen.invoice.state)
    return OwnInvoice(
        order_no=seen.order_no,
        state=state,
        kind=TitleKind(seen.details.kind),
        title=seen.details.title,
        tax_no=seen.details.tax_no,
        email=seen.details.email,
        amount=invoice.amount,
        number=invoice.number,
        link=invoice.link,
        reason=invoice.reason,
        requested_at=invoice.requested_at,
        issued_at=invoice.issued_at,
    )
