"""An order on its way, as the mini-program shows it, and the button 确认收货."""

from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.settlement import settle
from commerce.ordering.tables import Order
from commerce.parcels import tracking
from commerce.parcels.shipping import ship
from commerce.parcels.tables import ParcelState
from commerce.parcels.tracking import Scan, Track
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone, wish
from tests.commerce.shop import SEALER


@pytest.fixture
async def order_no(
    phone: Phone, database: Database, frozen_clock: FrozenClock, slippers: int
) -> str:
    """The number of a paid order of three pairs."""
    placed = await phone.order(wish(slippers, 3, 11700))
    now = frozen_clock.now()
    with database.writing() as session:
        order = session.exec(select(Order)).one()
        settle(session, id_of(order), actor="wechat_pay", reason="", paid_at=now, now=now)
    number: str = placed.json["order_no"]
    return number


def leave(database: Database, frozen_clock: FrozenClock, pieces: int | None, tail: int) -> None:
    def hand_over(session: Session) -> None:
        order = session.exec(select(Order)).one()
        (line,) = list_lines(session, order)
        now = frozen_clock.now()
        parcel = ship(
            session,
            id_of(order),
            carrier="yto",
            tracking_no=f"YT880000000000{tail}",
            actor="agent:1",
            now=now,
            pieces=None if pieces is None else {id_of(line): pieces},
        )
        track = Track(ParcelState.MOVING, (Scan(now, "已到达上海转运中心"),))
        tracking.record(session, SEALER, id_of(parcel), track, now)

    with database.writing() as session:
        hand_over(session)


def held(order: Any) -> list[list[int]]:
    return [[each["quantity"] for each in parcel["pieces"]] for parcel in order["parcels"]]


async def test_parcels_are_shown_with_what_they_hold_and_their_timeline(
    phone: Phone, database: Database, frozen_clock: FrozenClock, order_no: str
) -> None:
    leave(database, frozen_clock, 1, 1)
    in_part = (await phone.get(f"/orders/{order_no}")).json
    leave(database, frozen_clock, None, 2)
    whole = (await phone.get(f"/orders/{order_no}")).json
    (listed,) = (await phone.get("/orders")).json["items"]

    assert (in_part["state"], in_part["can_receive"], held(in_part)) == ("packed", False, [[1]])
    assert (whole["state"], whole["can_receive"], held(whole)) == ("shipped", True, [[1], [2]])
    first = whole["parcels"][0]
    assert (first["carrier"], first["tracking_no"]) == ("圆通速递", "YT8800000000001")
    assert [scan["words"] for scan in first["timeline"]] == ["已到达上海转运中心"]
    assert first["pieces"][0]["line_id"] == whole["lines"][0]["id"]
    assert held(listed) == held(whole)
    assert [parcel["timeline"] for parcel in listed["parcels"]] == [[], []]


async def test_an_order_is_received_once_however_often_it_is_tapped(
    phone: Phone, database: Database, frozen_clock: FrozenClock, order_no: str
) -> None:
    leave(database, frozen_clock, None, 1)

    answers = [await phone.post(f"/orders/{order_no}/receive") for _ in range(2)]

    assert [(each.status, each.json["state"]) for each in answers] == [(200, "received")] * 2
    assert answers[0].json["can_receive"] is False
    assert [step["state"] for step in answers[1].json["history"]].count("received") == 1


async def test_what_has_not_left_is_not_received(phone: Phone, order_no: str) -> None:
    answer = await phone.post(f"/orders/{order_no}/receive")

    assert (answer.status, answer.error["code"]) == (409, "illegal_move")


async def test_nobody_receives_the_order_of_another(
    new_phone: NewPhone, database: Database, frozen_clock: FrozenClock, order_no: str
) -> None:
    leave(database, frozen_clock, None, 1)
    bob = await new_phone("o-bob")

    answer = await bob.post(f"/orders/{order_no}/receive")

    assert (answer.status, answer.error["code"]) == (404, "not_found")
