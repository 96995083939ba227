"""Pages of coupons, offers, membership and source codes, through the real console."""

from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from bot.console.desk import Desk
from bot.staff.tables import Role
from commerce.catalogue.tables import Variant
from commerce.membership.tables import MallItem, MemberLevel, MemberTask, Redemption
from commerce.promotions.tables import (
    CouponTemplate,
    RewardActivity,
    RewardRung,
    TimedPrice,
)
from tests.bot.console.conftest import Browser, OpenConsole
from tests.bot.figures.rows import NOON, Rows

COUPON = {
    "is_new": "yes",
    "code": "ten-off",
    "name": "满百减十",
    "kind": "amount",
    "off": "10",
    "threshold": "100",
    "per_person": "1",
    "lasts_days": "7",
    "is_listed": "yes",
    "is_active": "yes",
}
REWARD = {
    "is_new": "yes",
    "key": "r1",
    "name": "满减",
    "rung-0-by": "fen",
    "rung-0-reach": "99",
    "rung-0-off": "10",
    "rung-1-by": "fen",
    "rung-1-reach": "199",
    "rung-1-off": "25",
    "rung-1-free": "yes",
    "is_active": "yes",
}


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    return await open_console(Role.OPERATOR)


async def all_of[Row: SQLModel](desk: Desk, table: type[Row]) -> list[Row]:
    def read(session: Session) -> list[Row]:
        return list(session.exec(select(table)))

    return await desk.database.read(read)


async def add_sku(desk: Desk) -> str:
    def write(session: Session) -> str:
        return Rows(session).variant("袜子").sku

    return await desk.database.write(write)


async def test_a_coupon_is_entered_listed_and_paused(operator: Browser, desk: Desk) -> None:
    await operator.post("/coupons", COUPON)
    listed = await operator.get("/coupons?q=ten")
    await operator.post("/coupons/codes/ten-off/switch", {"active": ""})

    (template,) = await all_of(desk, CouponTemplate)
    assert "满¥100减¥10" in listed.text
    assert (template.off, template.threshold, template.lasts_days) == (1000, 10000, 7)
    assert not template.is_active
    assert "满百减十" in (await operator.get("/coupons?state=off")).text
    assert "满百减十" not in (await operator.get("/coupons?state=on")).text
    assert "满¥100减¥10" in (await operator.get("/coupons.csv")).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "满百"}, "code"),
        ({"off": "200"}, "off"),
        ({"off": "十块"}, "off"),
        ({"kind": "percent", "percent": "100"}, "percent"),
        ({"lasts_days": ""}, "valid_until"),
        ({"products": "NO-1"}, "products"),
        (
            {"takeable_from": "2026-12-02T00:00", "takeable_until": "2026-12-01T00:00"},
            "takeable_until",
        ),
    ],
)
async def test_what_is_wrong_with_a_coupon_is_told_at_its_field(
    operator: Browser, change: dict[str, str], field: str
) -> None:
    answer = await operator.post("/coupons", {**COUPON, **change})

    assert answer.status == 422
    assert f'data-field="{field}"' in answer.text


async def test_a_promise_is_not_changed_under_its_owners(operator: Browser, desk: Desk) -> None:
    await operator.post("/coupons", COUPON)

    def take(session: Session) -> None:
        template = session.exec(select(CouponTemplate)).one()
        template.taken = 1
        session.add(template)

    await desk.database.write(take)

    changed = await operator.post("/coupons", {**COUPON, "is_new": "", "off": "5"})
    renamed = await operator.post("/coupons", {**COUPON, "is_new": "", "name": "百元减十"})

    assert changed.status == 422
    assert renamed.location


async def test_a_timed_discount_has_its_prices_by_sku(operator: Browser, desk: Desk) -> None:
    sku = await add_sku(desk)
    form = {"is_new": "yes", "key": "t1", "name": "周末价", "is_active": "yes"}

    unknown = await operator.post("/coupons/timed", {**form, "prices": "NO-1 5"})
    await operator.post("/coupons/timed", {**form, "prices": f"{sku} 0.80"})
    again = await operator.post("/coupons/timed", {**form, "prices": f"{sku} 0.70"})

    assert (unknown.status, again.status) == (422, 422)
    assert [each.price for each in await all_of(desk, TimedPrice)] == [80]
    assert f"{sku} 0.80" in (await operator.get("/coupons/timed/form?key=t1")).text
    assert "周末价" in (await operator.get("/coupons/timed")).text


async def test_a_reward_keeps_its_rungs_and_what_they_give(operator: Browser, desk: Desk) -> None:
    await operator.post("/coupons/rewards", REWARD)

    def give_coupon(session: Session) -> None:
        rung = session.exec(select(RewardRung).order_by(col(RewardRung.id))).first()
        assert rung is not None
        rung.coupon_templates = [7]
        session.add(rung)

    await desk.database.write(give_coupon)
    await operator.post("/coupons/rewards", {**REWARD, "is_new": "", "rung-1-off": "30"})

    rungs = sorted(await all_of(desk, RewardRung), key=lambda rung: rung.fen or 0)
    assert [(rung.fen, rung.off) for rung in rungs] == [(9900, 1000), (19900, 3000)]
    assert [rung.coupon_templates for rung in rungs] == [[7], []]
    assert rungs[1].frees_freight
    assert len(await all_of(desk, RewardActivity)) == 1


async def test_rungs_that_contradict_each_other_are_refused(operator: Browser) -> None:
    answer = await operator.post("/coupons/rewards", {**REWARD, "rung-1-off": "5"})

    assert answer.status == 422
    assert "减得不少于" in answer.text


async def test_levels_tasks_and_the_mall_are_written(operator: Browser, desk: Desk) -> None:
    level = {"name": "银卡", "threshold": "500", "price_percent": "95", "earn_percent": "150"}
    item = {"title": "小方巾", "points": "300", "added": "5", "is_open": "yes"}

    await operator.post("/coupons/levels", level)
    doubled = await operator.post("/coupons/levels", {**level, "name": "金卡"})
    await operator.post("/coupons/tasks", {"kind": "follow", "title": "关注我们", "points": "20"})
    await operator.post("/coupons/mall-items", item)
    too_many = await operator.post("/coupons/mall-items", {**item, "added": "-6"})
    await operator.post("/coupons/mall-items", {**item, "added": "-2"})

    assert (doubled.status, too_many.status) == (422, 422)
    assert [each.threshold for each in await all_of(desk, MemberLevel)] == [50000]
    assert [each.points for each in await all_of(desk, MemberTask)] == [20]
    assert [each.stock for each in await all_of(desk, MallItem)] == [3]
    page = await operator.get("/coupons/membership")
    assert "9.5折" in page.text
    assert "1.5倍" in page.text


async def test_what_was_had_for_points_is_sent_once(operator: Browser, desk: Desk) -> None:
    def write(session: Session) -> None:
        rows = Rows(session)
        item = rows.add(MallItem(title="小方巾", points=300, stock=1))
        kept: dict[str, Any] = {
            "state": "waiting",
            "idempotency_key": "k",
            "row_key": "k",
            "at": NOON,
        }
        of: dict[str, Any] = {"customer_id": rows.customer(), "item_id": item.id, "title": "小方巾"}
        rows.add(Redemption(redemption_no="JF1", points=300, **kept, **of))

    await desk.database.write(write)
    path = "/coupons/redemptions/JF1/sent"

    unsaid = await operator.post(path, {"tracking_no": ""})
    sent = await operator.post(path, {"tracking_no": "顺丰 SF1"})
    again = await operator.post(path, {"tracking_no": "顺丰 SF2"})

    assert (unsaid.status, again.status) == (422, 422)
    assert sent.location
    assert "顺丰 SF1" in (await operator.get("/coupons/redemptions?state=done")).text


async def test_source_codes_are_entered_once_and_counted(operator: Browser) -> None:
    form = {"code": "door", "name": "门口海报", "kind": "oa"}

    await operator.post("/coupons/sources", form)
    other_kind = await operator.post("/coupons/sources", {**form, "kind": "mini"})
    bad = await operator.post("/coupons/sources", {**form, "code": "门口"})

    assert (other_kind.status, bad.status) == (422, 422)
    assert "门口海报" in (await operator.get("/coupons/sources?q=DOOR")).text
    assert "门口海报" in (await operator.get("/coupons/sources.csv")).text


@pytest.mark.parametrize(
    "path",
    [
        "/coupons",
        "/coupons/timed",
        "/coupons/rewards",
        "/coupons/membership",
        "/coupons/redemptions",
        "/coupons/sources",
    ],
)
async def test_an_empty_page_says_what_to_do(open_console: OpenConsole, path: str) -> None:
    agent = await open_console(Role.AGENT)

    page = await agent.get(path)

    assert page.status == 200
    assert "还没有" in page.text
    assert 'hx-post="/console/coupons' not in page.text


async def test_agents_change_no_promotion(open_console: OpenConsole, desk: Desk) -> None:
    agent = await open_console(Role.AGENT)

    for path in ("/coupons", "/coupons/timed", "/coupons/rewards", "/coupons/levels"):
        assert (await agent.post(path, COUPON)).status == 403
    assert await all_of(desk, Variant) == []
