"""Contacts of customers who were merged before the upgrade belong to who stayed, after it."""

import pytest
from sqlmodel import Session, select

from bot import migrations
from bot.contacts.hearing import Added, contact_added
from bot.contacts.tables import Contact
from bot.engines import create_shop_engine
from commerce import customers
from commerce.inserting import id_of
from tests.commerce.shop import NOW, SEALER, new_customer

pytestmark = [pytest.mark.database, pytest.mark.slow]


def test_a_contact_follows_its_customer_through_two_merges(database_url: str) -> None:
    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        contact_added(session, SEALER, "corp", Added("wang", "w-gone", "", "", NOW), NOW)
        contact = session.exec(select(Contact)).one()
        gone = contact.customer_id
        between, kept = new_customer(session), new_customer(session)
        customers.merge(session, between, gone, NOW)
        customers.merge(session, kept, between, NOW)
        contact.customer_id = gone  # As it stayed before.
        session.add(contact)
        session.commit()
        contact_id = id_of(contact)
    engine.dispose()

    migrations.downgrade(database_url, "0034")
    migrations.upgrade(database_url)

    engine = create_shop_engine(database_url)
    with Session(engine) as session:
        assert session.get_one(Contact, contact_id).customer_id == kept
    engine.dispose()
