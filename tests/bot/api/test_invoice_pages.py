"""Invoices in the mini-program: asked for once, one's own alone."""

from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from commerce.inserting import id_of
from commerce.invoices.issuing import record_issued
from commerce.invoices.tables import Invoice
from commerce.ordering.tables import Order
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone, wish
from tests.commerce.shop import begin_to_pay, pay

COMPANY = {
    "kind": "company",
    "title": "杭州云朵科技有限公司",
    "tax_no": "91330106ma27x0a122",
    "email": "fapiao@example.com",
}


@pytest.fixture
async def order_no(
    phone: Phone, database: Database, frozen_clock: FrozenClock, slippers: int
) -> str:
    """The number of a paid order."""
    placed = await phone.order(wish(slippers))
    with database.writing() as session:
        order = session.exec(select(Order)).one()
        pay(session, begin_to_pay(session, order, frozen_clock.now()), frozen_clock.now())
    number: str = placed.json["order_no"]
    return number


async def asked(phone: Phone, order_no: str, **changes: Any) -> Any:
    return await phone.post("/invoices", {**COMPANY, "order_no": order_no, **changes})


async def test_an_invoice_is_asked_for_and_shown_with_its_number(
    phone: Phone, database: Database, frozen_clock: FrozenClock, order_no: str
) -> None:
    first, again = await asked(phone, order_no), await asked(phone, order_no)

    assert (first.status, first.json) == (201, again.json)
    assert (first.json["amount"], first.json["tax_no"]) == (3900, "91330106MA27X0A122")

    def issue(session: Session) -> None:
        invoice = session.exec(select(Invoice)).one()
        link = "https://example.com/1.pdf"
        now = frozen_clock.now()
        record_issued(session, id_of(invoice), number="1" * 20, link=link, amount=3900, now=now)

    with database.writing() as session:
        issue(session)
    (shown,) = (await phone.get("/invoices")).json["items"]
    assert (shown["state"], shown["number"]) == ("issued", "1" * 20)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tax_no": "91330106MA27X0A123"}, "tax_no"),
        ({"email": "nobody"}, "email"),
        ({"title": ""}, "title"),
        ({"kind": "dog"}, "kind"),
    ],
)
async def test_what_is_wrong_names_its_field(
    phone: Phone, order_no: str, change: dict[str, str], field: str
) -> None:
    answer = await asked(phone, order_no, **change)

    assert (answer.status, answer.error["field"]) == (400, field)


async def test_other_details_for_the_same_order_are_refused(phone: Phone, order_no: str) -> None:
    await asked(phone, order_no)

    answer = await asked(phone, order_no, email="other@example.com")

    assert (answer.status, answer.error["code"]) == (409, "illegal_move")


async def test_nobody_sees_or_asks_for_anothers(
    phone: Phone, new_phone: NewPhone, order_no: str
) -> None:
    await asked(phone, order_no)
    bob = await new_phone("o-bob")

    assert (await asked(bob, order_no)).status == 404
    assert (await bob.get("/invoices")).json["items"] == []
