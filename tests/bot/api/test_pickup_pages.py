"""Fetching at a store in the mini-program: stores, slots, the code, another time."""

from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from commerce.inserting import id_of
from commerce.ordering.settlement import settle
from commerce.ordering.tables import Order
from commerce.pickup.codes import give_code, redeem
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone, wish
from tests.commerce.pickup.stores import open_store
from tests.commerce.shop import SEALER

WHO = {"recipient": "王小明", "phone": "13800138000"}


@pytest.fixture
def store(database: Database) -> int:
    with database.writing() as session:
        open_store(session, "滨江店", is_open=False)
        return open_store(session, slot_capacity=1)


def to_fetch(slippers: int, store: int, **more: Any) -> dict[str, Any]:
    """The body of an order that is fetched."""
    body = wish(slippers)
    del body["address"]
    return {**body, "pickup": {"store_id": store, **WHO, **more}}


def is_paid(database: Database, frozen_clock: FrozenClock) -> None:
    def pay(session: Session) -> None:
        order, now = session.exec(select(Order)).one(), frozen_clock.now()
        settle(session, id_of(order), actor="wechat_pay", reason="", paid_at=now, now=now)
        give_code(session, SEALER, id_of(order), now)

    with database.writing() as session:
        pay(session)


async def test_only_stores_that_are_open_are_shown(phone: Phone, store: int) -> None:
    (shown,) = (await phone.get("/stores")).json["items"]

    assert (shown["id"], shown["name"], shown["opening_hours"]) == (
        store,
        "文三路店",
        "09:00–21:00",
    )
    assert shown["takes_appointments"] is True


async def test_an_order_is_placed_to_be_fetched_and_shows_its_code_once_paid(
    phone: Phone, database: Database, frozen_clock: FrozenClock, slippers: int, store: int
) -> None:
    slots = (await phone.get(f"/stores/{store}/slots")).json["items"]
    placed = await phone.order(to_fetch(slippers, store, starts_at=slots[2]["starts_at"]))
    assert (placed.status, placed.json["freight"]) == (201, 0)
    before = placed.json["pickup"]
    assert (before["code"], before["booked_for"]) == (None, slots[2]["starts_at"])

    is_paid(database, frozen_clock)
    paid = (await phone.get(f"/orders/{placed.json['order_no']}")).json

    assert len(paid["pickup"]["code"]) == 8
    assert paid["pickup"]["store"]["name"] == "文三路店"
    assert paid["address"]["region"] == "浙江省 杭州市 西湖区"
    assert (await phone.get("/orders")).json["items"] == [paid]


async def test_a_code_is_gone_once_it_was_used(
    phone: Phone, database: Database, frozen_clock: FrozenClock, slippers: int, store: int
) -> None:
    order_no = (await phone.order(to_fetch(slippers, store))).json["order_no"]
    is_paid(database, frozen_clock)
    code = (await phone.get(f"/orders/{order_no}")).json["pickup"]["code"]

    with database.writing() as session:
        now = frozen_clock.now()
        redeem(session, SEALER, code, store_id=store, actor="agent:7", now=now)

    after = (await phone.get(f"/orders/{order_no}")).json
    assert (after["state"], after["pickup"]["code"]) == ("received", None)
    assert after["pickup"]["fetched_at"] is not None


async def test_a_full_slot_refuses_the_order_and_the_change(
    phone: Phone, new_phone: NewPhone, slippers: int, store: int
) -> None:
    slots = (await phone.get(f"/stores/{store}/slots")).json["items"]
    first, second = slots[1]["starts_at"], slots[2]["starts_at"]
    await phone.order(to_fetch(slippers, store, starts_at=first))
    bob = await new_phone("o-bob")

    refused = await bob.order(to_fetch(slippers, store, starts_at=first))
    assert (refused.status, refused.error["code"]) == (409, "illegal_move")
    assert (await bob.get("/orders")).json["items"] == []

    order_no = (await bob.order(to_fetch(slippers, store, starts_at=second))).json["order_no"]
    path = f"/orders/{order_no}/pickup-time"
    assert (await bob.put(path, {"starts_at": first})).error["code"] == "illegal_move"
    moved = await bob.put(path, {"starts_at": slots[3]["starts_at"]})
    assert moved.json["pickup"]["booked_for"] == slots[3]["starts_at"]
    assert (await phone.put(path, {"starts_at": second})).status == 404


async def test_an_order_says_where_it_goes_in_one_way(
    phone: Phone, slippers: int, store: int
) -> None:
    both = {**wish(slippers), "pickup": to_fetch(slippers, store)["pickup"]}
    neither = wish(slippers)
    del neither["address"]

    for body in (both, neither):
        assert (await phone.order(body)).error["code"] == "invalid_input"


async def test_a_closed_store_and_an_unknown_one_are_refused(
    phone: Phone, slippers: int, store: int
) -> None:
    closed = await phone.order(to_fetch(slippers, store - 1))
    unknown = await phone.order(to_fetch(slippers, 404), key="key-2")

    assert (closed.status, closed.error["field"]) == (400, "pickup.store_id")
    assert unknown.status == 404
    assert (await phone.get("/stores/404/slots")).status == 404


async def test_an_order_that_is_sent_shows_no_pickup(phone: Phone, slippers: int) -> None:
    assert (await phone.order(wish(slippers))).json["pickup"] is None
