"""A shop whose books agree, and hands that put something into them that does not."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from commerce.inserting import id_of
from commerce.payments.refunds import record_refund_result, request_refund
from commerce.payments.tables import Payment, Refund, RefundState
from commerce.reconciliation.bill_days import BillEntry
from commerce.reconciliation.findings import list_open
from commerce.reconciliation.reconciling import reconcile
from commerce.reconciliation.tables import BillRowKind
from tests.commerce import shop
from tests.commerce.shop import NOW

DAY = date(2026, 11, 11)
type Open = list[tuple[str, str, int | None, int | None]]


def paid(session: Session, price: int = 3900) -> Payment:
    """A payment of a new customer's order, noon of the eleventh in Shanghai."""
    order = shop.place(
        session, shop.new_customer(session), {shop.put_on_sale(session, price=price): 1}
    )
    payment = shop.begin_to_pay(session, order)
    shop.pay(session, payment)
    session.refresh(payment)
    return payment


def refunded(
    session: Session, payment: Payment, amount: int, result: RefundState = RefundState.SUCCEEDED
) -> Refund:
    """Some of it on its way back, and how that ended."""
    refund = request_refund(session, id_of(payment), amount, "少发一件", NOW)
    record_refund_result(session, refund.out_refund_no, result, NOW)
    session.refresh(refund)
    return refund


def in_bill(payment: Payment) -> BillEntry:
    """The payment as WeChat Pay's bill has it."""
    number = str(payment.transaction_id)
    return BillEntry(BillRowKind.PAYMENT, payment.out_trade_no, number, payment.amount)


def back_in_bill(refund: Refund) -> BillEntry:
    """The refund as WeChat Pay's bill has it."""
    return BillEntry(BillRowKind.REFUND, refund.out_refund_no, "42000", refund.amount)


def run(session: Session, sql: str, **values: object) -> None:
    """Something done past our own code."""
    session.flush()
    session.execute(text(sql), values)
    session.expire_all()


def open_after(session: Session) -> Open:
    """What is open once everything was compared, each found once."""
    found = reconcile(session, NOW)
    listed = [(row.kind, row.subject, row.ours, row.theirs) for row in list_open(session)]
    assert sorted(listed) == sorted(
        (each.kind, each.subject, each.ours, each.theirs) for each in found
    )
    return listed
