"""At night summaries are compared with the books, contacts among them, and scores are made."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.contacts.hearing import Added, contact_added, contact_ended
from bot.database import Database
from bot.summary_rounds import SummaryRounds
from campaigns.segments import asking
from campaigns.segments.rules import read_rule
from commerce import customers
from commerce.customers.summary_tables import CustomerSummary
from commerce.inserting import id_of
from commerce.ordering.settlement import settle
from tests.commerce.customers.test_summaries import History
from tests.commerce.shop import NOW, SEALER


def add(session: Session, external_userid: str, userid: str = "wang") -> int:
    """Somebody adds one of the shop's people; the customer's id."""
    added = Added(userid, external_userid, "", "", NOW)
    contact_added(session, SEALER, "corp", added, NOW)
    who = customers.identify(session, "wecom_contact", "corp", external_userid, NOW)
    return id_of(who)


def state_of(session: Session, customer_id: int) -> str:
    session.expire_all()
    return session.get_one(CustomerSummary, customer_id).contact_state


@pytest.mark.database
def test_a_contact_is_one_until_the_last_of_the_shops_people_is_lost(session: Session) -> None:
    customer = add(session, "w-1")
    add(session, "w-1", "li")
    assert state_of(session, customer) == "contact"

    contact_ended(session, "wang", "w-1", by_customer=True, now=NOW)
    assert state_of(session, customer) == "contact"

    contact_ended(session, "li", "w-1", by_customer=False, now=NOW)
    assert state_of(session, customer) == "lost"

    add(session, "w-1")
    assert state_of(session, customer) == "contact"


@pytest.mark.database
def test_of_two_who_are_one_the_contact_counts_and_its_end_too(session: Session) -> None:
    kept, gone = add(session, "w-1"), add(session, "w-2")
    contact_ended(session, "wang", "w-1", by_customer=True, now=NOW)

    customers.merge(session, kept, gone, NOW)
    assert state_of(session, kept) == "contact"

    contact_ended(session, "wang", "w-2", by_customer=True, now=NOW)
    assert state_of(session, kept) == "lost"


@pytest.mark.database
async def test_a_night_mends_and_scores_everybody(
    database: Database, frozen_clock: FrozenClock
) -> None:
    def live(session: Session) -> tuple[int, list[int]]:
        history = History(session)
        for who in range(3):
            for _ in range(who + 1):
                history.happen("buys", who, 0)
        contact = add(session, "w-1")
        summary = session.get_one(CustomerSummary, contact)
        summary.contact_state, summary.orders = "", 4
        session.add(summary)
        return contact, history.people

    contact, people = await database.write(live)
    rounds = SummaryRounds(database, frozen_clock)

    assert await rounds.rebuild() == 2
    assert await rounds.rebuild() == 0

    rule = read_rule({"kind": "fact", "fact": "f", "op": "at_least", "value": 3})
    assert await database.read(asking.count, rule, NOW) == 1
    rows = await database.read(
        lambda session: [(each.f, each.orders) for each in session.exec(select(CustomerSummary))]
    )
    assert sorted(rows) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert len(people) == 3
    assert await database.read(state_of, contact) == "contact"


@pytest.mark.database
async def test_two_orders_paid_at_once_are_both_in_the_summary(database: Database) -> None:
    """Each reads the books only when the other has written its own."""

    def open_shop(session: Session) -> tuple[History, list[int]]:
        history = History(session)
        ids = [id_of(history.orders(history.people[0], what)) for what in (0, 1, 2)]
        return history, ids

    history, orders = await database.write(open_shop)

    def pay_one(session: Session, order_id: int) -> None:

        settle(session, order_id, actor="t", reason="", paid_at=NOW, now=NOW + timedelta(minutes=1))

    await asyncio.gather(*(database.write(pay_one, each) for each in orders))

    def orders_of(session: Session) -> int:
        return session.get_one(CustomerSummary, history.people[0]).orders

    assert await database.read(orders_of) == len(orders)
