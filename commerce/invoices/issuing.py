"""Issuing invoices, and taking them back when money goes back.

Who issues is a port: `InvoiceIssuer` is told what is wanted, and what became of it comes back
through the functions here, from a tax platform's answer or from an operator's hand.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlmodel import Session, col, select, update

from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.invoices.requests import amount_due, find_live, open_invoice, read_details
from commerce.invoices.tables import Invoice, InvoiceState, RedFlush
from commerce.money import yuan
from commerce.ordering.states import announce_about, lock_order
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment, Refund, RefundState
from commerce.sealing import Sealer

LONGEST_LINK: Final = 500
MONEY_BACK: Final = "订单的钱已经退回，不用开发票了"
_NUMBER: Final = re.compile(r"\d{8}(?:\d{12})?")
"""Eight digits of a paper or older electronic invoice, twenty of a 数电票."""


class InvoiceIssuer(Protocol):
    """Issues invoices. It is told in the caller's transaction, and must not call out there."""

    def want_blue(self, session: Session, invoice: Invoice, now: datetime) -> None:
        """Have an invoice issued; `record_issued` or `refuse` follows."""

    def want_red(self, session: Session, flush: RedFlush, now: datetime) -> None:
        """Have an issued invoice taken back; `record_flushed` follows."""


def record_issued(
    session: Session, invoice_id: int, *, number: str, link: str, amount: int, now: datetime
) -> Invoice:
    """The invoice was issued over that amount. Announces `invoice_issued`.

    The same number again changes nothing. Raises NotFound, InvalidInput, and IllegalMove when it
    is not waited for, its amount is another by now, or the one before it still has to go.
    """
    checked, where = _check_number(number), _check_link(link)
    order, invoice = _lock(session, invoice_id)
    if invoice.number == checked and invoice.state != InvoiceState.REFUSED:
        return invoice
    due = amount_due(session, order)
    if amount != due:
        raise IllegalMove(f"金额已变，现在应开{yuan(due)}，请核对后再录", amount=due)
    if _open_flush(session, order) is not None:
        raise IllegalMove("这笔订单的上一张发票还没冲红，先冲红再开新的", order_no=order.order_no)
    _move(
        session,
        invoice,
        (InvoiceState.REQUESTED,),
        InvoiceState.ISSUED,
        number=_unused(session, checked),
        link=where,
        amount=due,  # More than was waited for, if a refund has failed since.
        issued_at=now,
    )
    announce_about(session, "invoice_issued", order, now, invoice_id=invoice_id)
    return invoice


def record_sent(session: Session, invoice_id: int) -> bool:
    """The customer was told of an issued invoice; whether that was news."""
    _, invoice = _lock(session, invoice_id)
    if invoice.state != InvoiceState.ISSUED:
        return False
    _move(session, invoice, (InvoiceState.ISSUED,), InvoiceState.SENT)
    return True


def refuse(session: Session, invoice_id: int, *, reason: str, now: datetime) -> Invoice:
    """The shop cannot issue it; the customer reads why. Announces `invoice_refused`.

    Raises NotFound, InvalidInput without a reason, IllegalMove once it is issued.
    """
    if not reason.strip():
        raise InvalidInput("请写明原因，顾客会看到", field="reason")
    order, invoice = _lock(session, invoice_id)
    _move(
        session,
        invoice,
        (InvoiceState.REQUESTED,),
        InvoiceState.REFUSED,
        reason=reason.strip(),
    )
    announce_about(session, "invoice_refused", order, now, invoice_id=invoice_id)
    return invoice


def follow_refund(session: Session, sealer: Sealer, refund_id: int, now: datetime) -> None:
    """Have the invoice follow a refund; told again of the same one, nothing changes.

    An invoice that is not issued is for what remains as soon as money is promised, or falls away.
    An issued one is taken back once the money is out (one `RedFlush` a refund, announced as
    `red_flush_wanted`), and one over what remains is asked for in its place.
    """
    refund = session.get_one(Refund, refund_id, populate_existing=True)
    order = lock_order(session, _order_id(session, refund))
    invoice, due = find_live(session, id_of(order)), amount_due(session, order)
    if invoice is None or invoice.amount <= due:
        return
    if invoice.state == InvoiceState.REQUESTED:
        _lower(session, order, invoice, due, now)
    elif refund.state == RefundState.SUCCEEDED:
        _take_back(session, sealer, order, invoice, refund_id, now)


def record_flushed(
    session: Session, invoice_id: int, *, number: str, link: str, now: datetime
) -> RedFlush:
    """The red invoice was issued. Announces `invoice_flushed`; the same number changes nothing.

    Raises NotFound, InvalidInput, IllegalMove when none is wanted.
    """
    checked, where = _check_number(number), _check_link(link)
    order, invoice = _lock(session, invoice_id)
    wanted = session.exec(select(RedFlush).where(RedFlush.invoice_id == invoice_id)).first()
    if wanted is not None and wanted.number == checked:
        return wanted
    _move(session, invoice, (InvoiceState.FLUSHING,), InvoiceState.RED_FLUSHED)
    if wanted is None:
        raise IllegalMove("这张发票没有要冲红", invoice_id=invoice_id)
    wanted.number, wanted.link, wanted.issued_at = _unused(session, checked), where, now
    session.add(wanted)
    session.flush()
    announce_about(session, "invoice_flushed", order, now, invoice_id=invoice_id)
    return wanted


def list_waiting(session: Session) -> Sequence[tuple[Invoice, Order]]:
    """Invoices that somebody has to issue or to take back, oldest first, with their orders.

    One that is to be issued is over `amount_due` of its order at that moment.
    """
    waiting = (InvoiceState.REQUESTED, InvoiceState.FLUSHING)
    statement = (
        select(Invoice, Order)
        .join(Order, col(Order.id) == col(Invoice.order_id))
        .where(col(Invoice.state).in_(list(waiting)))
        .order_by(col(Invoice.id))
    )
    return session.exec(statement).all()


def _lower(session: Session, order: Order, invoice: Invoice, due: int, now: datetime) -> None:
    requested = (InvoiceState.REQUESTED,)
    if due > 0:
        _move(session, invoice, requested, InvoiceState.REQUESTED, amount=due)
        return
    _move(session, invoice, requested, InvoiceState.REFUSED, reason=MONEY_BACK)
    announce_about(session, "invoice_refused", order, now, invoice_id=id_of(invoice))


def _take_back(
    session: Session, sealer: Sealer, order: Order, invoice: Invoice, refund_id: int, now: datetime
) -> None:
    invoice_id = id_of(invoice)
    is_new = insert_once(
        session,
        RedFlush,
        invoice_id=invoice_id,
        refund_id=refund_id,
        link="",
        requested_at=now,
    )
    if not is_new:
        return
    issued = (InvoiceState.ISSUED, InvoiceState.SENT)
    _move(session, invoice, issued, InvoiceState.FLUSHING)
    announce_about(session, "red_flush_wanted", order, now, invoice_id=invoice_id)
    due = amount_due(session, order)
    if due > 0:
        open_invoice(session, sealer, order, read_details(sealer, invoice), due, now)


def _open_flush(session: Session, order: Order) -> int | None:
    statement = select(Invoice.id).where(
        Invoice.order_id == order.id, Invoice.state == InvoiceState.FLUSHING
    )
    return session.exec(statement.limit(1)).first()


def _order_id(session: Session, refund: Refund) -> int:
    return session.get_one(Payment, refund.payment_id).order_id


def _lock(session: Session, invoice_id: int) -> tuple[Order, Invoice]:
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("没有这张发票", invoice_id=invoice_id)
    order = lock_order(session, invoice.order_id)
    session.refresh(invoice)
    return order, invoice


def _move(
    session: Session,
    invoice: Invoice,
    from_states: Sequence[InvoiceState],
    to: InvoiceState,
    **columns: object,
) -> None:
    guarded = (
        update(Invoice)
        .where(col(Invoice.id) == invoice.id, col(Invoice.state).in_(list(from_states)))
        .values(state=to, **columns)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这张发票现在不能这样办，请刷新看看它的状态", state=invoice.state)
    session.refresh(invoice)


def _unused(session: Session, number: str) -> str:
    blue = select(Invoice.id).where(Invoice.number == number)
    red = select(RedFlush.id).where(RedFlush.number == number)
    if session.exec(blue).first() is not None or session.exec(red).first() is not None:
        raise InvalidInput("这个发票号码已经录在另一张发票上", field="number")
    return number


def _check_number(written: str) -> str:
    number = re.sub(r"\s", "", written)
    if _NUMBER.fullmatch(number) is None:
        raise InvalidInput("发票号码是8位或20位数字", field="number")
    return number


def _check_link(written: str) -> str:
    link = written.strip()
    is_web = link.startswith(("https://", "http://")) and not re.search(r"\s", link)
    if not is_web or len(link) > LONGEST_LINK:
        raise InvalidInput("链接要以https://开头，中间没有空格", field="link")
    return link
