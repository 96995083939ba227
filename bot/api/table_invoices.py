"""The endpoints for invoices, as rows of `bot.api.table`."""

from typing import Any, Final

from bot.api import invoice_answers, invoice_requests, invoices
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode

INVOICES: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "GET",
        "/invoices",
        "The caller's invoices, newest first",
        invoices.list_invoices,
        invoice_answers.OwnInvoices,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "POST",
        "/invoices",
        "Ask for the invoice of an order; the same details again give the same one",
        invoices.ask_invoice,
        invoice_answers.OwnInvoice,
        NoParameters,
        invoice_requests.NewInvoice,
        status=201,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
)
