"""WeChat is told of an order that was fetched, once it was: 用户自提, without any parcel."""

import json
from typing import Any

from sqlmodel import Session, select

from bot.database import Database
from bot.shipping_info import KIND, want_shipping_info
from bot.tables import OutboxMessage
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.sealing import Place
from tests.commerce.pickup.stores import open_store, paid_to_fetch, shows
from tests.commerce.shop import NOW, SEALER


def told(database: Database) -> list[dict[str, Any]]:
    """The bodies of the calls in the outbox."""
    with database.reading() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == KIND)).all()
        return [
            json.loads(SEALER.open(row.payload_sealed, Place("outbox", "payload", row.key)))["body"]
            for row in rows
        ]


def fetch(session: Session) -> Order:
    store = open_store(session)
    order, code = paid_to_fetch(session, store, pieces=2)
    assert not want_shipping_info(session, SEALER, id_of(order), NOW)
    shows(session, code, store)
    return order


def test_a_fetched_order_is_told_once_and_not_before(database: Database) -> None:
    with database.writing() as session:
        order = fetch(session)
        wanted = [want_shipping_info(session, SEALER, id_of(order), NOW) for _ in range(2)]

    assert wanted == [True, False]
    (body,) = told(database)
    assert (body["logistics_type"], body["delivery_mode"]) == (4, 1)
    assert body["shipping_list"] == [{"item_desc": "云朵拖鞋*2"}]
    assert "is_all_delivered" not in body
