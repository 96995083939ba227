"""Money that goes back takes the invoice with it: one red one a refund, and a new blue one."""

import pytest
from sqlmodel import Session, select

from commerce.errors import IllegalMove
from commerce.inserting import id_of
from commerce.invoices import issuing, requests
from commerce.invoices.tables import Invoice, InvoiceState, RedFlush
from commerce.payments.tables import RefundState
from tests.commerce.invoices.asking import (
    COMPANY,
    LINK,
    asks,
    ends,
    follows,
    issues,
    listed,
    paid_order,
    promises,
)
from tests.commerce.shop import NOW, SEALER, events


def flushes(session: Session, invoice: Invoice, number: int = 9) -> RedFlush:
    """An operator takes an invoice back."""
    return issuing.record_flushed(
        session, id_of(invoice), number=f"{number:020d}", link=LINK, now=NOW
    )


def test_a_refund_after_issue_makes_one_red_and_a_new_blue_over_the_rest(session: Session) -> None:
    order = paid_order(session, 10000)
    old = issues(session, asks(session, order))

    refund = promises(session, order, 3000)
    assert listed(session) == [(InvoiceState.ISSUED, 10000)]
    ends(session, refund)
    for _ in range(3):
        follows(session, refund)

    assert listed(session) == [(InvoiceState.FLUSHING, 10000), (InvoiceState.REQUESTED, 7000)]
    (red,) = session.exec(select(RedFlush)).all()
    assert (red.invoice_id, red.refund_id, red.number) == (old.id, refund.id, None)
    assert len(events(session, "red_flush_wanted")) == 1
    new = requests.find_live(session, id_of(order))
    assert new is not None
    assert requests.read_details(SEALER, new) == COMPANY


def test_an_invoice_that_was_sent_is_taken_back_as_well(session: Session) -> None:
    order = paid_order(session)
    old = issues(session, asks(session, order))
    issuing.record_sent(session, id_of(old))

    ends(session, promises(session, order, 10000))

    assert listed(session) == [(InvoiceState.FLUSHING, 10000)]


def test_when_all_money_goes_back_there_is_no_new_one(session: Session) -> None:
    order = paid_order(session)
    old = issues(session, asks(session, order))
    ends(session, promises(session, order, 10000))

    flushes(session, old)
    flushes(session, old)

    assert listed(session) == [(InvoiceState.RED_FLUSHED, 10000)]
    assert len(events(session, "invoice_flushed")) == 1


def test_an_invoice_not_issued_yet_is_for_what_remains_without_any_red(session: Session) -> None:
    order = paid_order(session)
    asks(session, order)

    refund = promises(session, order, 3000)
    assert listed(session) == [(InvoiceState.REQUESTED, 7000)]
    ends(session, refund)

    assert listed(session) == [(InvoiceState.REQUESTED, 7000)]
    assert session.exec(select(RedFlush)).all() == []


def test_an_invoice_not_issued_yet_falls_away_with_all_the_money(session: Session) -> None:
    order = paid_order(session)
    asks(session, order)

    promises(session, order, 10000)

    assert listed(session) == [(InvoiceState.REFUSED, 10000)]
    assert [each.subject["order_no"] for each in events(session, "invoice_refused")] == [
        order.order_no
    ]


def test_a_refund_that_fails_leaves_the_invoice_over_the_whole(session: Session) -> None:
    waiting, issued = paid_order(session), paid_order(session)
    later = asks(session, waiting)
    issues(session, asks(session, issued), 1)

    for order in (waiting, issued):
        ends(session, promises(session, order, 3000), RefundState.CLOSED)
    issues(session, later, 2)

    assert listed(session) == [(InvoiceState.ISSUED, 10000), (InvoiceState.ISSUED, 10000)]


def test_an_invoice_issued_after_the_promise_is_not_taken_back_for_it(session: Session) -> None:
    order = paid_order(session)
    refund = promises(session, order, 3000)
    issues(session, asks(session, order))

    ends(session, refund)

    assert listed(session) == [(InvoiceState.ISSUED, 7000)]


def test_two_refunds_after_two_issues_are_two_red_ones(session: Session) -> None:
    order = paid_order(session)
    first = issues(session, asks(session, order), 1)
    ends(session, promises(session, order, 3000))
    flushes(session, first, 2)
    second = requests.find_live(session, id_of(order))
    assert second is not None
    issues(session, second, 3)
    ends(session, promises(session, order, 2000))

    assert listed(session) == [
        (InvoiceState.RED_FLUSHED, 10000),
        (InvoiceState.FLUSHING, 7000),
        (InvoiceState.REQUESTED, 5000),
    ]
    assert len(session.exec(select(RedFlush)).all()) == 2


def test_the_new_one_waits_until_the_old_one_is_gone(session: Session) -> None:
    order = paid_order(session)
    old = issues(session, asks(session, order), 1)
    ends(session, promises(session, order, 3000))
    new = requests.find_live(session, id_of(order))
    assert new is not None

    with pytest.raises(IllegalMove, match="先冲红"):
        issues(session, new, 3)
    flushes(session, old, 2)

    assert issues(session, new, 3).state == InvoiceState.ISSUED


def test_nothing_is_taken_back_that_is_not_wanted(session: Session) -> None:
    invoice = issues(session, asks(session, paid_order(session)))

    with pytest.raises(IllegalMove):
        flushes(session, invoice)


def test_a_refund_of_an_order_without_invoice_changes_nothing(session: Session) -> None:
    order = paid_order(session)

    ends(session, promises(session, order, 3000))

    assert listed(session) == []
    assert asks(session, order).amount == 7000
