"""An invoice is asked for once, over what was paid, and issued by somebody else."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from bot.database import Database
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.invoices import issuing, requests
from commerce.invoices.tables import Invoice, InvoiceState, TitleKind
from commerce.payments.closing import cancel_unpaid
from tests.commerce.invoices.asking import COMPANY, LINK, PERSON, asks, issues, listed, paid_order
from tests.commerce.shop import NOW, SEALER, events, new_customer, place, put_on_sale


def test_an_invoice_is_over_what_was_paid_and_tells_nobody_whose_it_is(session: Session) -> None:
    order = paid_order(session, 12345)

    invoice = asks(session, order)

    assert (invoice.state, invoice.amount) == (InvoiceState.REQUESTED, 12345)
    assert requests.read_details(SEALER, invoice) == COMPANY
    kept = invoice.title_sealed + invoice.tax_no_sealed + invoice.email_sealed
    assert not any(told.encode() in kept for told in (COMPANY.title, COMPANY.tax_no, COMPANY.email))


def test_the_same_details_again_are_the_same_invoice_and_others_are_refused(
    session: Session,
) -> None:
    order = paid_order(session)

    first, again = asks(session, order), asks(session, order)

    assert first.id == again.id
    assert len(events(session, "invoice_requested")) == 1
    with pytest.raises(IllegalMove, match="已经申请过"):
        asks(session, order, PERSON)


def test_a_person_needs_no_tax_number_and_what_they_give_is_not_kept(session: Session) -> None:
    invoice = asks(session, paid_order(session), replace(PERSON, tax_no="anything"))

    assert requests.read_details(SEALER, invoice) == PERSON


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "云朵"}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"title": "杭州云朵\0有限公司"}, "title"),
        ({"tax_no": ""}, "tax_no"),
        ({"tax_no": "91330106MA27X0A123"}, "tax_no"),
        ({"email": "没有"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": f"a@{'b' * 100}.com"}, "email"),
    ],
)
def test_details_that_cannot_be_name_their_field(
    session: Session, change: dict[str, str], field: str
) -> None:
    order = paid_order(session)

    with pytest.raises(InvalidInput) as caught:
        asks(session, order, replace(COMPANY, **change))  # type: ignore[arg-type]

    assert caught.value.details["field"] == field
    assert listed(session) == []


def test_an_order_without_money_in_it_has_no_invoice(session: Session) -> None:
    unpaid = place(session, new_customer(session), {put_on_sale(session): 1})
    with pytest.raises(IllegalMove, match="付款后"):
        asks(session, unpaid)

    cancel_unpaid(session, id_of(unpaid), actor="clock", reason="", now=NOW)
    with pytest.raises(IllegalMove, match="已关闭"):
        asks(session, unpaid)


def test_nobody_asks_for_the_invoice_of_another(session: Session) -> None:
    order, stranger = paid_order(session), new_customer(session)

    with pytest.raises(NotFound):
        requests.request_invoice(session, SEALER, stranger, order.order_no, COMPANY, NOW)
    assert requests.list_own(session, SEALER, stranger) == []


def test_an_issued_invoice_has_its_number_and_is_told_once(session: Session) -> None:
    order = paid_order(session)
    invoice = asks(session, order)

    issues(session, invoice)
    issues(session, invoice)

    (view,) = requests.list_own(session, SEALER, order.customer_id)
    assert (view.invoice.number, view.invoice.link) == ("0" * 19 + "1", LINK)
    assert view.invoice.issued_at == NOW
    assert len(events(session, "invoice_issued")) == 1
    assert [issuing.record_sent(session, id_of(invoice)) for _ in range(2)] == [True, False]
    assert listed(session) == [(InvoiceState.SENT, 10000)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"number": "123"}, "8位或20位"),
        ({"number": "1234567X"}, "8位或20位"),
        ({"link": "javascript:alert(1)"}, "https"),
        ({"link": "https://example.com/a b"}, "空格"),
        ({"link": f"https://example.com/{'a' * 500}"}, "https"),
    ],
)
def test_what_an_operator_mistypes_is_refused(
    session: Session, change: dict[str, str], complaint: str
) -> None:
    invoice = asks(session, paid_order(session))
    told = {"number": "0" * 20, "link": LINK, **change}

    with pytest.raises(InvalidInput, match=complaint):
        issuing.record_issued(session, id_of(invoice), amount=10000, now=NOW, **told)


def test_an_invoice_over_another_amount_is_refused_with_the_right_one(session: Session) -> None:
    invoice = asks(session, paid_order(session))

    with pytest.raises(IllegalMove, match="现在应开¥100"):
        issuing.record_issued(
            session, id_of(invoice), number="0" * 20, link=LINK, amount=9900, now=NOW
        )


def test_one_number_stands_on_one_invoice(session: Session) -> None:
    issues(session, asks(session, paid_order(session)))

    with pytest.raises(InvalidInput, match="另一张发票"):
        issues(session, asks(session, paid_order(session)))


def test_a_refused_invoice_says_why_and_leaves_room_for_another(session: Session) -> None:
    order = paid_order(session)
    invoice = asks(session, order)

    with pytest.raises(InvalidInput):
        issuing.refuse(session, id_of(invoice), reason=" ", now=NOW)
    issuing.refuse(session, id_of(invoice), reason="抬头和税号对不上", now=NOW)

    with pytest.raises(IllegalMove):
        issues(session, invoice)
    asks(session, order, PERSON)
    assert listed(session) == [(InvoiceState.REFUSED, 10000), (InvoiceState.REQUESTED, 10000)]


def test_what_waits_is_listed_oldest_first(session: Session) -> None:
    first, second = paid_order(session), paid_order(session)
    asks(session, first)
    issues(session, asks(session, second))
    asks(session, paid_order(session), PERSON)

    waiting = issuing.list_waiting(session)

    assert [invoice.kind for invoice, _ in waiting] == [TitleKind.COMPANY, TitleKind.PERSONAL]
    assert waiting[0][1].order_no == first.order_no


@pytest.mark.database
async def test_one_order_asked_for_by_sixteen_at_once_has_one_invoice(database: Database) -> None:
    order = await database.write(paid_order)

    def ask(session: Session, number: int) -> int:
        details = replace(PERSON, title=f"王小明{number}")
        invoice = requests.request_invoice(
            session, SEALER, order.customer_id, order.order_no, details, NOW
        )
        return id_of(invoice)

    ended = await asyncio.gather(
        *(database.write(ask, n) for n in range(16)), return_exceptions=True
    )

    assert Counter(type(each) for each in ended) == {int: 1, IllegalMove: 15}
    assert len(await database.read(lambda session: session.exec(select(Invoice)).all())) == 1
