"""Invoices that customers ask for, and refunds that take them back."""

from sqlmodel import Session, select

from commerce.inserting import id_of
from commerce.invoices import issuing, requests
from commerce.invoices.requests import InvoiceDetails
from commerce.invoices.tables import Invoice, TitleKind
from commerce.ordering.tables import Order
from commerce.payments.refunds import find_kept_payment, record_refund_result, request_refund
from commerce.payments.tables import Refund, RefundState
from tests.commerce.shop import NOW, SEALER, begin_to_pay, new_customer, pay, place, put_on_sale

PERSON = InvoiceDetails(TitleKind.PERSONAL, "王小明", "", "ming@example.com")
COMPANY = InvoiceDetails(
    TitleKind.COMPANY, "杭州云朵科技有限公司", "91330106MA27X0A122", "fapiao@example.com"
)
LINK = "https://example.com/fapiao.pdf"


def paid_order(session: Session, price: int = 10000) -> Order:
    """A paid order of one piece at that price."""
    order = place(session, new_customer(session), {put_on_sale(session, price=price): 1})
    pay(session, begin_to_pay(session, order))
    session.refresh(order)
    return order


def asks(session: Session, order: Order, details: InvoiceDetails = COMPANY) -> Invoice:
    """The customer asks for the invoice of their order."""
    return requests.request_invoice(
        session, SEALER, order.customer_id, order.order_no, details, NOW
    )


def issues(session: Session, invoice: Invoice, number: int = 1) -> Invoice:
    """An operator issues it over what it is for at this moment."""
    return issuing.record_issued(
        session,
        id_of(invoice),
        number=f"{number:020d}",
        link=LINK,
        amount=requests.amount_due(session, session.get_one(Order, invoice.order_id)),
        now=NOW,
    )


def promises(session: Session, order: Order, amount: int) -> Refund:
    """Money is promised back; the invoice hears of it."""
    payment = find_kept_payment(session, order)
    assert payment is not None
    refund = request_refund(session, id_of(payment), amount, "不想要了", NOW)
    follows(session, refund)
    return refund


def ends(session: Session, refund: Refund, result: RefundState = RefundState.SUCCEEDED) -> None:
    """WeChat Pay says what became of a refund; the invoice hears of one that succeeded."""
    record_refund_result(session, refund.out_refund_no, result, NOW)
    if result == RefundState.SUCCEEDED:
        follows(session, refund)


def follows(session: Session, refund: Refund) -> None:
    """The invoice is told of a refund."""
    issuing.follow_refund(session, SEALER, id_of(refund), NOW)


def listed(session: Session) -> list[tuple[str, int]]:
    """State and amount of every invoice, oldest first."""
    session.flush()
    session.expire_all()
    return [(each.state, each.amount) for each in session.exec(select(Invoice))]
