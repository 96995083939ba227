"""Distribution in the mini-program: joining, the figures, their lines, and withdrawing once."""

from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from commerce.customers import identify
from commerce.distribution import statements, withdrawals
from commerce.distribution.promoters import appoint, find_promoter, stop
from commerce.distribution.tables import TransferState, Who
from commerce.inserting import id_of
from tests.bot import promoting
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Answer, Phone
from tests.commerce.distribution.team import BY_US, brought, buys, receives, rules
from tests.commerce.shop import NOW

OWNER = 1
"""The first customer of a new database: Alice."""


@pytest.fixture
def promoter(phone: Phone, database: Database) -> Phone:
    """Alice's phone; she is a promoter and can withdraw 50 yuan."""
    with database.writing() as session:
        rules(session)
        appoint(session, OWNER, **BY_US)
        promoting.earn(session, OWNER, NOW)
    return phone


async def withdraw(phone: Phone, amount: int, after: str | None = None) -> Answer:
    return await phone.post("/distribution/withdrawals", {"amount": amount, "after": after})


async def page(phone: Phone) -> dict[str, Any]:
    shown: dict[str, Any] = (await phone.get("/distribution")).json
    return shown


@pytest.mark.parametrize(
    ("who", "may_join", "refusal"),
    [
        (Who.EVERYONE, True, ""),
        (Who.APPOINTED, False, "推广员由店里邀请加入，想加入可以找人工客服"),
        (Who.AFTER_PURCHASE, False, "买过并确认收货一单，就可以成为推广员"),
    ],
)
async def test_whoever_may_join_is_told_so_and_joins_once(
    phone: Phone, database: Database, who: Who, may_join: bool, refusal: str
) -> None:
    with database.writing() as session:
        rules(session, who=who)

    shown = await page(phone)
    joined = [await phone.post("/distribution") for _ in range(2)]

    assert (shown["is_promoter"], shown["state"], shown["code"]) == (False, None, "")
    assert (shown["may_join"], shown["refusal"]) == (may_join, refusal)
    assert set(shown["standing"].values()) == {0}
    if may_join:
        assert [each.status for each in joined] == [200, 200]
        promoter = await database.read(find_promoter, OWNER)
        assert promoter is not None
        assert {each.json["code"] for each in joined} == {promoter.code}
        assert joined[0].json["may_join"] is False
    else:
        assert [each.error["message"] for each in joined] == [refusal] * 2


async def test_the_page_tells_the_figures_of_the_ledger(
    promoter: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        order = buys(session, brought(session, OWNER), 12_345)
        receives(session, order)
    await withdraw(promoter, 1200)

    shown = await page(promoter)

    assert shown["standing"] == {
        "pending": 1234,
        "available": 3800,
        "in_transit": 1200,
        "withdrawn": 0,
        "this_month": 1234,
    }
    assert (shown["brought"], shown["state"]) == (1, "active")
    assert [each["month"] for each in shown["months"]][-2:] == ["2026-10", "2026-11"]
    assert [each["amount"] for each in shown["months"]] == [0] * 5 + [1234]
    assert (shown["terms"]["first_bp"], shown["terms"]["withdraw_min"]) == (1000, 100)
    assert "10%" in "".join(shown["terms"]["words"])
    found = await database.read(statements.standing, OWNER, frozen_clock.now())
    assert found.available == shown["standing"]["available"]


async def test_a_statement_is_read_page_by_page(promoter: Phone, database: Database) -> None:
    with database.writing() as session:
        customer = brought(session, OWNER)
        for price in (1000, 2000, 3000):
            receives(session, buys(session, customer, price))

    first = (await promoter.get("/distribution/statement", limit=2)).json
    second = await promoter.get("/distribution/statement", limit=2, before=first["next_before"])

    lines = [*first["lines"], *second.json["lines"]]
    assert [each["amount"] for each in lines] == [300, 200, 100]
    assert [each["kind"] for each in lines] == ["commission_earned"] * 3
    assert second.json["next_before"] is None


async def test_a_repeated_tap_withdraws_once_also_after_it_was_refused(
    promoter: Phone, database: Database
) -> None:
    first, again = await withdraw(promoter, 1000), await withdraw(promoter, 1000)
    number = first.json["withdrawal_no"]
    with database.writing() as session:
        about: dict[str, Any] = {"actor": "clerk:1", "reason": "不对", "now": NOW}
        withdrawals.refuse(session, number, **about)
    late = await withdraw(promoter, 1000)

    assert (first.status, first.json["state"]) == (201, "asked")
    assert again.json == first.json
    assert (late.status, late.json["withdrawal_no"]) == (201, number)
    assert (late.json["state"], late.json["reason"]) == ("refused", "不对")
    assert await database.read(promoting.accounts, OWNER) == (5000, 0)


async def test_a_page_that_is_out_of_date_withdraws_nothing(
    promoter: Phone, database: Database
) -> None:
    number = (await withdraw(promoter, 1000)).json["withdrawal_no"]

    stale = await withdraw(promoter, 2000)
    fresh = await withdraw(promoter, 2000, after=number)

    assert [stale.error["message"], fresh.error["message"]] == [
        "提现记录刚刚有变化，请刷新后再试",
        "上一笔提现还没办完，办完再提",
    ]
    assert (await page(promoter))["latest_withdrawal"] == number
    assert await database.read(promoting.accounts, OWNER) == (4000, 1000)


@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        (99, 400, "invalid_input"),
        (5001, 409, "illegal_move"),
        (0, 400, "invalid_input"),
        (200_000, 400, "invalid_input"),
        ("100", 400, "invalid_input"),
    ],
)
async def test_what_cannot_be_withdrawn_is_refused(
    promoter: Phone, database: Database, amount: Any, status: int, code: str
) -> None:
    answer = await withdraw(promoter, amount)

    assert (answer.status, answer.error["code"]) == (status, code)
    assert await database.read(promoting.accounts, OWNER) == (5000, 0)


async def test_withdrawals_are_listed_with_what_can_be_done_about_them(
    promoter: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        bill = promoting.approved(session, OWNER, now).out_bill_no
        state = TransferState.WAIT_USER_CONFIRM
        withdrawals.record_transfer(session, bill, state, now=now, package="p")

    listed = (await promoter.get("/distribution/withdrawals")).json["items"]
    path = f"/distribution/withdrawals/{listed[0]['withdrawal_no']}/confirmation"
    before = await promoter.get(path)
    frozen_clock.advance(hours=24)
    late = (await promoter.get("/distribution/withdrawals")).json["items"]

    assert [(each["state"], each["net"]) for each in listed] == [("wait_confirm", 1200)]
    assert ([each["may_confirm"] for each in listed], before.status) == ([True], 200)
    assert ([each["may_confirm"] for each in late], (await promoter.get(path)).status) == (
        [False],
        409,
    )


async def test_a_stopped_promoter_cannot_come_back_alone(
    promoter: Phone, database: Database
) -> None:
    with database.writing() as session:
        rules(session, who=Who.EVERYONE)
        stop(session, OWNER, **BY_US)

    shown, joining = await page(promoter), await promoter.post("/distribution")

    assert (shown["state"], shown["may_join"]) == ("stopped", False)
    assert "停用" in shown["refusal"]
    assert joining.status == 409
    assert (await withdraw(promoter, 1000)).status == 201


async def test_nobody_sees_another_ones_commission(
    promoter: Phone, new_phone: NewPhone, stranger: Phone, database: Database
) -> None:
    await withdraw(promoter, 1000)
    with database.writing() as session:
        id_of(identify(session, "mini_program", "wx-mini", "o-bob", NOW))
    bob = await new_phone("o-bob")

    assert (await bob.get("/distribution/withdrawals")).json == {"items": []}
    assert (await bob.get("/distribution/statement")).json == {"lines": [], "next_before": None}
    assert set((await page(bob))["standing"].values()) == {0}
    assert (await withdraw(bob, 1000)).status == 409
    for path in ("", "/statement", "/withdrawals"):
        assert (await stranger.get(f"/distribution{path}")).status == 401
