"""Membership in the mini-program: level, points and their statement, signing in, the mall."""

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from commerce.inserting import id_of
from commerce.membership.points import earn_for_order
from commerce.membership.tables import TaskKind
from commerce.promotions.coupons import list_owned
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import ADDRESS, Answer, Phone
from tests.commerce.membership.members import open_task, put_into_mall, put_up_levels
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import NOW

OWNER = 1
"""The first customer of a new database: Alice."""


@pytest.fixture
def rich(phone: Phone, database: Database) -> Phone:
    """Alice's phone; she has 500 points, and goods for ¥600 behind her."""
    with database.writing() as session:
        put_up_levels(session)
        earn_for_order(session, OWNER, 1, 500, NOW, paid=60_000)
    return phone


def sell(database: Database, title: str = "保温杯", **changes: object) -> int:
    with database.writing() as session:
        return id_of(put_into_mall(session, title, **changes))


async def redeem(phone: Phone, item: int, key: str = "tap-1", **changes: object) -> Answer:
    body = {"points": 100, "address": ADDRESS, **changes}
    return await phone.post(f"/points-mall/{item}/redeem", body, **{"Idempotency-Key": key})


async def test_a_member_sees_where_they_stand(rich: Phone) -> None:
    page = (await rich.get("/membership")).json

    assert (page["points"], page["experience"], page["missing"]) == (500, 60_000, 140_000)
    assert (page["level"]["name"], page["next_level"]["name"]) == ("银卡", "金卡")
    assert [level["name"] for level in page["levels"]] == ["普通", "银卡", "金卡"]
    assert page["birthday"] is None
    assert page["sign_in"] == {"is_done": False, "streak": 0, "next_points": 5}


async def test_a_newcomer_has_nothing_and_no_level(phone: Phone) -> None:
    page = (await phone.get("/membership")).json

    assert (page["points"], page["level"], page["levels"], page["tasks"]) == (0, None, [], [])


async def test_signing_in_counts_once_a_day(phone: Phone, frozen_clock: FrozenClock) -> None:
    first, again = await phone.post("/sign-in"), await phone.post("/sign-in")
    before_midnight = (await phone.get("/membership")).json["sign_in"]
    frozen_clock.advance(hours=24)
    next_day = await phone.post("/sign-in")

    assert first.json == {
        "is_new": True, "streak": 1, "points": 5, "tomorrow": 5, "balance": 5
    }  # fmt: skip
    assert (again.json["is_new"], again.json["balance"]) == (False, 5)
    assert before_midnight == {"is_done": True, "streak": 1, "next_points": 5}
    assert (next_day.json["streak"], next_day.json["balance"]) == (2, 10)


async def test_a_birthday_is_told_and_its_task_served(phone: Phone, database: Database) -> None:
    with database.writing() as session:
        open_task(session, TaskKind.BIRTHDAY, 30)

    told = await phone.put("/membership/birthday", {"month": 2, "day": 29})
    served = [(await phone.post("/membership/tasks")).json for _ in range(2)]
    changed = await phone.put("/membership/birthday", {"month": 3, "day": 1})
    impossible = await phone.put("/membership/birthday", {"month": 2, "day": 30})

    assert told.json["birthday"] == {"month": 2, "day": 29}
    assert [each["points"] for each in served] == [30, 30]
    assert [[task["kind"] for task in each["served"]] for each in served] == [["birthday"], []]
    assert (changed.status, changed.error["code"]) == (409, "illegal_move")
    assert (impossible.status, impossible.error["field"]) == (400, "birthday")


async def test_points_are_told_with_what_they_are_worth(rich: Phone) -> None:
    assert (await rich.get("/points")).json == {
        "balance": 500,
        "spend_points": 100,
        "spend_fen": 100,
        "most_points": 20_000,
        "most_percent": 50,
    }


async def test_a_statement_is_read_page_by_page(rich: Phone, frozen_clock: FrozenClock) -> None:
    for _ in range(3):
        await rich.post("/sign-in")
        frozen_clock.advance(hours=24)

    first = (await rich.get("/points/statement", limit=3)).json
    second = (await rich.get("/points/statement", limit=3, before=first["older"])).json

    lines = [*first["lines"], *second["lines"]]
    assert [(line["memo"], line["amount"], line["balance"]) for line in lines] == [
        ("签到", 10, 520),
        ("签到", 5, 510),
        ("签到", 5, 505),
        ("购物得积分", 500, 500),
    ]
    assert second["older"] is None


async def test_a_thing_is_had_for_points_once_for_each_key(rich: Phone, database: Database) -> None:
    cup = sell(database)

    first, again = await redeem(rich, cup), await redeem(rich, cup)
    (listed,) = (await rich.get("/points-mall/redemptions")).json["items"]
    (item,) = (await rich.get("/points-mall")).json["items"]

    assert (first.status, first.json["state"]) == (201, "waiting")
    assert first.json == again.json == listed
    assert (item["stock"], item["needs_address"]) == (4, True)
    assert (await rich.get("/points")).json["balance"] == 400


async def test_a_coupon_for_points_is_in_hand_at_once(
    rich: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        template = id_of(coupon_template(session))
    voucher = sell(database, "券", coupon_template_id=template)

    done = await redeem(rich, voucher, address=None)

    assert (done.status, done.json["state"]) == (201, "done")
    assert len(await database.read(list_owned, OWNER, frozen_clock.now())) == 1


async def test_what_cannot_be_had_is_refused_and_costs_nothing(
    rich: Phone, database: Database
) -> None:
    cup, gone = sell(database), sell(database, "卖完的", stock=0)
    dear = sell(database, "电视机", points=501)
    await redeem(rich, cup, "used")

    refusals = [
        await redeem(rich, gone),
        await redeem(rich, dear, points=501),
        await redeem(rich, cup, points=99),
        await redeem(rich, cup, address=None),
        await redeem(rich, 4711),
        await redeem(rich, dear, "used", points=501),
    ]

    assert [(each.status, each.error["code"]) for each in refusals] == [
        (409, "out_of_stock"),
        (409, "illegal_move"),
        (409, "illegal_move"),
        (400, "invalid_input"),
        (404, "not_found"),
        (422, "idempotency_conflict"),
    ]
    assert "需要501积分，您现有400积分" in refusals[1].error["message"]
    assert (await rich.get("/points")).json["balance"] == 400


async def test_nobody_sees_the_points_of_another(rich: Phone, new_phone: NewPhone) -> None:
    bob = await new_phone("o-bob")

    assert (await bob.get("/points")).json["balance"] == 0
    assert (await bob.get("/points/statement")).json["lines"] == []
    assert (await bob.get("/points-mall/redemptions")).json["items"] == []


async def test_who_has_not_logged_in_has_no_membership(stranger: Phone) -> None:
    for path in ("/membership", "/points", "/points/statement", "/points-mall"):
        assert (await stranger.get(path)).status == 401
    assert (await stranger.post("/sign-in")).status == 401
