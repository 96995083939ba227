"""Through whom a customer is reached: the latest of their contacts."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, SQLModel

from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.contacts.merging import follow_merge
from bot.contacts.tables import Contact as ContactRow
from campaigns.ports import Contact
from commerce.customers.tables import Customer
from commerce.inserting import core, id_of
from commerce.sealing import Sealer
from tests.campaigns.mass.massing import NOW

CUSTOMER = SQLModel.metadata.tables[Customer.__tablename__]


@pytest.fixture
def broadcaster(sealer: Sealer) -> OutboxBroadcaster:
    return OutboxBroadcaster(sealer, "掌柜小店")


def somebody(session: Session, merged_into: int | None = None) -> int:
    customer = Customer(created_at=NOW, last_seen_at=NOW, merged_into_id=merged_into)
    session.add(customer)
    session.flush()
    return id_of(customer)


def add(
    session: Session,
    customer_id: int,
    userid: str,
    external_userid: str,
    at: datetime = NOW,
    ended_at: datetime | None = None,
) -> None:
    contact = ContactRow(
        userid=userid,
        external_userid=external_userid,
        customer_id=customer_id,
        added_at=at,
        ended_at=ended_at,
    )
    session.add(contact)
    session.flush()


@pytest.mark.database
def test_port_and_preview_say_the_same_of_everybody(
    session: Session, broadcaster: OutboxBroadcaster
) -> None:
    latest, lost, none, kept = (somebody(session) for _ in range(4))
    gone = somebody(session, merged_into=kept)
    add(session, latest, "lin", "wm1")
    add(session, latest, "zhou", "wm1", NOW + timedelta(days=1))
    add(session, latest, "wang", "wm1", NOW + timedelta(days=2), ended_at=NOW + timedelta(days=3))
    add(session, lost, "lin", "wm2", ended_at=NOW)
    add(session, gone, "lin", "wm3")
    assert follow_merge(session, kept, gone) == 1

    found = broadcaster.contacts(session, [latest, lost, none, kept])

    assert found == {
        latest: Contact(latest, "zhou", "wm1"),
        kept: Contact(kept, "lin", "wm3"),
    }
    present = CUSTOMER.c.merged_into_id.is_(None)
    columns = (CUSTOMER.c.id, broadcaster.reachable(), broadcaster.address())
    rows = core(session).execute(select(*columns).where(present)).all()
    assert {row[0]: (bool(row[1]), row[2]) for row in rows} == {
        latest: (True, "wm1"),
        lost: (False, None),
        none: (False, None),
        kept: (True, "wm3"),
    }
    assert broadcaster.senders(session) == ["lin", "zhou"]
