"""A shop that has sold before has its customers' summaries after the upgrade."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot import migrations
from bot.contacts.hearing import Added, contact_added, contact_ended
from bot.engines import create_shop_engine
from commerce import customers
from commerce.customers.summary_rebuild import rebuild
from commerce.customers.summary_tables import CustomerSummary
from commerce.customers.tables import Identity
from tests.commerce.customers.test_summaries import History, assert_says_what_the_books_say
from tests.commerce.shop import NOW, SEALER

pytestmark = [pytest.mark.database, pytest.mark.slow]

DEEDS = (
    *(("buys", 0, 0), ("buys", 0, 1), ("buys", 1, 2), ("gets back", 0, 0), ("receives", 0, 0)),
    *(("fills cart", 1, 1), ("tells birthday", 1, 1), ("promotes", 2, 0), ("follows", 0, 1)),
    *(("comes", 0, 1), ("comes", 0, 0), ("merges", 2, 1)),
)


def test_summaries_are_made_of_what_happened_before(database_url: str) -> None:
    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        history = History(session)
        for deed in DEEDS:
            history.happen(*deed)
        session.commit()
    engine.dispose()

    migrations.downgrade(database_url, "0031")
    migrations.upgrade(database_url)

    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        assert_says_what_the_books_say(session)
        assert rebuild(session, 1, 99) == 0
        scores = session.exec(select(CustomerSummary.r).order_by(col(CustomerSummary.r))).all()
        assert scores == [0, 1, 2]
    engine.dispose()


def test_contacts_of_before_are_known_through_the_merge(database_url: str) -> None:
    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        for name, later in (("w-lost", 0), ("w-kept", 1), ("w-gone", 2)):
            added = Added("wang", name, "", "", NOW + timedelta(minutes=later))
            contact_added(session, SEALER, "corp", added, NOW)
        for name in ("w-lost", "w-kept"):
            contact_ended(session, "wang", name, by_customer=True, now=NOW)
        found = session.exec(select(Identity).order_by(col(Identity.id))).all()
        lost, kept, gone = (each.customer_id for each in found)
        customers.merge(session, kept, gone, NOW)
        session.commit()
    engine.dispose()

    migrations.downgrade(database_url, "0031")
    migrations.upgrade(database_url)

    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        states = session.exec(select(CustomerSummary.customer_id, CustomerSummary.contact_state))
        assert dict(states.all()) == {lost: "lost", kept: "contact"}
    engine.dispose()
