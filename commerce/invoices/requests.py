"""Asking for an invoice: whose name, which number, where to; one live invoice to an order."""

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import id_of, insert_once
from commerce.invoices.tables import LIVE, Invoice, InvoiceState, TitleKind
from commerce.invoices.tax_numbers import check_tax_no
from commerce.money import yuan
from commerce.ordering.orders import get_order
from commerce.ordering.states import announce_about, lock_order, state_name
from commerce.ordering.tables import Order, OrderState
from commerce.payments.refunds import find_kept_payment
from commerce.sealing import Place, Sealer

LONGEST_TITLE: Final = 100
LONGEST_EMAIL: Final = 100
SHORTEST_COMPANY: Final = 4
"""Characters: a company's whole name has more than its everyday one."""
_EMAIL: Final = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


@dataclass(frozen=True, slots=True)
class InvoiceDetails:
    """What stands on an invoice and where it goes. `tax_no` is empty for a person."""

    kind: TitleKind
    title: str
    tax_no: str
    email: str


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice as its customer may see it."""

    invoice: Invoice
    order_no: str
    details: InvoiceDetails


def check_details(details: InvoiceDetails) -> InvoiceDetails:
    """The details in their proper form. Raises InvalidInput naming the field at fault."""
    title = check_title(details.kind, details.title)
    tax_no = check_tax_no(details.tax_no) if details.kind == TitleKind.COMPANY else ""
    return InvoiceDetails(details.kind, title, tax_no, check_email(details.email))


def check_title(kind: TitleKind, written: str) -> str:
    """The name on the invoice. Raises InvalidInput."""
    title = " ".join(unicodedata.normalize("NFC", written).split())
    if not title:
        raise InvalidInput("请填写发票抬头", field="title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(f"发票抬头最多{LONGEST_TITLE}个字", field="title")
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in title):
        raise InvalidInput("发票抬头里有无法识别的字符", field="title")
    if kind == TitleKind.COMPANY and len(title) < SHORTEST_COMPANY:
        raise InvalidInput("公司抬头要写营业执照上的全称", field="title")
    return title


def check_email(written: str) -> str:
    """The address that the invoice goes to. Raises InvalidInput."""
    email = unicodedata.normalize("NFKC", written).strip()
    if len(email) > LONGEST_EMAIL or _EMAIL.fullmatch(email) is None:
        raise InvalidInput("邮箱写得不对，要像 name@example.com 这样", field="email")
    return email


def amount_due(session: Session, order: Order) -> int:
    """Fen that an invoice of the order is for: what was paid less what goes back."""
    payment = find_kept_payment(session, order)
    return 0 if payment is None else payment.amount - payment.refunded


def why_none(session: Session, order: Order) -> str:
    """Why the order can have no invoice, for its customer; empty when it can."""
    if order.state == OrderState.UNPAID:
        return "付款后就能开发票"
    if order.state == OrderState.CLOSED:
        return f"订单{state_name(order)}，不能开发票"
    if amount_due(session, order) <= 0:
        return "这笔订单没有实际付款，没有金额可以开发票"
    return ""


def request_invoice(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    order_no: str,
    details: InvoiceDetails,
    now: datetime,
) -> Invoice:
    """Ask for the invoice of one's own order. Announces `invoice_requested`.

    The same details again give the same invoice. Raises NotFound, InvalidInput, and IllegalMove
    when the order has an invoice with other details, or cannot have one.
    """
    checked = check_details(details)
    order = lock_order(session, id_of(get_order(session, customer_id, order_no)))
    live = find_live(session, id_of(order))
    if live is not None:
        if read_details(sealer, live) == checked:
            return live
        raise IllegalMove("这笔订单已经申请过发票了", order_no=order_no)
    refusal = why_none(session, order)
    if refusal:
        raise IllegalMove(refusal, order_no=order_no)
    return open_invoice(session, sealer, order, checked, amount_due(session, order), now)


def open_invoice(
    session: Session,
    sealer: Sealer,
    order: Order,
    details: InvoiceDetails,
    amount: int,
    now: datetime,
) -> Invoice:
    """Write an invoice down that is to be issued, and announce it. The order is locked."""
    row_key = uuid.uuid4().hex
    insert_once(
        session,
        Invoice,
        row_key=row_key,
        order_id=id_of(order),
        kind=details.kind,
        title_sealed=sealer.seal(details.title, _place("title", row_key)),
        tax_no_sealed=sealer.seal(details.tax_no, _place("tax_no", row_key)),
        email_sealed=sealer.seal(details.email, _place("email", row_key)),
        amount=amount,
        state=InvoiceState.REQUESTED,
        link="",
        reason="",
        requested_at=now,
    )
    invoice = session.exec(select(Invoice).where(Invoice.row_key == row_key)).first()
    if invoice is None:
        raise IllegalMove("这笔订单已经申请过发票了", order_no=order.order_no)
    announce_about(
        session, "invoice_requested", order, now, invoice_id=id_of(invoice), amount=yuan(amount)
    )
    return invoice


def find_live(session: Session, order_id: int) -> Invoice | None:
    """The order's invoice that is asked for or issued, if there is one."""
    statement = select(Invoice).where(
        Invoice.order_id == order_id, col(Invoice.state).in_(list(LIVE))
    )
    return session.exec(statement.execution_options(populate_existing=True)).first()


def list_own(
    session: Session, sealer: Sealer, customer_id: int, *, limit: int = 20
) -> Sequence[InvoiceView]:
    """The customer's invoices, newest first."""
    statement = (
        select(Invoice, Order.order_no)
        .join(Order, col(Order.id) == col(Invoice.order_id))
        .where(Order.customer_id == customer_id)
        .order_by(col(Invoice.id).desc())
        .limit(limit)
    )
    return [
        InvoiceView(invoice, order_no, read_details(sealer, invoice))
        for invoice, order_no in session.exec(statement)
    ]


def view(session: Session, sealer: Sealer, invoice: Invoice) -> InvoiceView:
    """One invoice with its details."""
    order = session.get_one(Order, invoice.order_id)
    return InvoiceView(invoice, order.order_no, read_details(sealer, invoice))


def read_details(sealer: Sealer, invoice: Invoice) -> InvoiceDetails:
    """What stands on an invoice, for its customer and for who issues it."""
    key = invoice.row_key
    return InvoiceDetails(
        TitleKind(invoice.kind),
        sealer.open(invoice.title_sealed, _place("title", key)),
        sealer.open(invoice.tax_no_sealed, _place("tax_no", key)),
        sealer.open(invoice.email_sealed, _place("email", key)),
    )


def _place(column: str, row_key: str) -> Place:
    return Place(Invoice.__tablename__, column, row_key)
