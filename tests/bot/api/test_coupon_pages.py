"""Coupons in the mini-program: what is given away, one tap, and one's own for the cart."""

from datetime import timedelta
from typing import Any

from bot.clock import FrozenClock
from bot.database import Database
from commerce.inserting import id_of
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Answer, Phone
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import put_on_sale


def template(database: Database, **changes: Any) -> int:
    with database.writing() as session:
        return id_of(coupon_template(session, **changes))


async def tap(phone: Phone, template_id: int, key: str = "tap-1") -> Answer:
    return await phone.post(f"/coupons/{template_id}/take", **{"Idempotency-Key": key})


async def test_what_is_given_away_can_be_taken_and_is_ones_own(
    phone: Phone, database: Database
) -> None:
    wanted = template(database, name="满100减10", total=3)

    (offered,) = (await phone.get("/coupons")).json["items"]
    taken = await tap(phone, wanted)
    (afterwards,) = (await phone.get("/coupons")).json["items"]
    (own,) = (await phone.get("/coupons/own")).json["items"]

    assert (offered["rule"], offered["scope"]) == ("满¥100减¥10", "全店可用")
    assert (offered["template_id"], offered["left"], offered["may_take"]) == (wanted, 3, True)
    assert (taken.status, taken.json["state"]) == (201, "unused")
    assert (afterwards["left"], afterwards["held"], afterwards["may_take"]) == (2, 1, False)
    assert "领过" in afterwards["refusal"]
    assert own["id"] == taken.json["id"]


async def test_a_tap_sent_again_is_one_coupon_and_another_tap_is_refused(
    phone: Phone, database: Database
) -> None:
    wanted = template(database)

    first, again = await tap(phone, wanted), await tap(phone, wanted)
    other = await tap(phone, wanted, "tap-2")

    assert first.json == again.json
    assert (other.status, other.error["code"]) == (409, "illegal_move")
    assert "领过" in other.error["message"]


async def test_what_is_not_given_away_is_not_found(phone: Phone, database: Database) -> None:
    hidden = template(database, is_listed=False)

    answers = [await tap(phone, each) for each in (hidden, 4711)]

    assert [(each.status, each.error["code"]) for each in answers] == [(404, "not_found")] * 2
    assert (await phone.get("/coupons")).json["items"] == []


async def test_ones_own_say_what_they_do_for_the_present_cart(
    phone: Phone, database: Database
) -> None:
    for off, threshold in ((1000, 10000), (500, 0), (3000, 30000)):
        await tap(phone, template(database, off=off, threshold=threshold))
    with database.writing() as session:
        cup = put_on_sale(session, "水杯", price=5000)

    empty = (await phone.get("/coupons/own")).json["items"]
    await phone.put(f"/cart/lines/{cup}", {"quantity": 2})
    filled = (await phone.get("/coupons/own")).json["items"]

    assert [each["is_usable"] for each in empty] == [False] * 3
    assert all(each["reason"] for each in empty)
    assert [
        (each["off"], each["is_usable"], each["is_best"], each["saving"], each["missing"])
        for each in filled
    ] == [
        (1000, True, True, 1000, 0),
        (500, True, False, 500, 0),
        (3000, False, False, 0, 20000),
    ]
    assert "还差¥200" in filled[2]["reason"]


async def test_what_is_over_or_not_begun_says_so(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    await tap(phone, template(database, lasts_days=1))
    await tap(phone, template(database, lasts_days=30, starts_after_days=5))
    frozen_clock.advance(seconds=timedelta(days=3).total_seconds())

    (later,) = (await phone.get("/coupons/own")).json["items"]
    (gone,) = (await phone.get("/coupons/own", gone="true")).json["items"]

    assert (later["is_usable"], "11月28日起才能用" in later["reason"]) == (False, True)
    assert "已经过期" in gone["reason"]


async def test_nobody_sees_anothers_coupons(new_phone: NewPhone, database: Database) -> None:
    alice, bob = await new_phone("o-alice"), await new_phone("o-bob")
    await tap(alice, template(database))

    assert (await bob.get("/coupons/own")).json["items"] == []
