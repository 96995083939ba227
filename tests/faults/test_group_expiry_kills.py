"""kill -9 at every step of a group's end: everybody is paid back once, and told of it once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.database import Database
from commerce.group_buys.entries import seed_activities
from commerce.group_buys.importing import read_group_buys
from tests.faults.crashing_bot import arm
from tests.faults.test_kills import AROUND_A_CALL, MORTAL, UNKNOWN_BY_CUSTOMER, die_and_recover
from tests.fixtures.customer import Customer
from tests.fixtures.processes import until
from tests.fixtures.stage import OpenStage, Stage
from tests.scenarios.test_group_journey import LEDGER_SUM, PRICE, orders, orders_seat

pytestmark = [pytest.mark.slow, pytest.mark.faults]

BAG, BAGS = "帆布包", 200
GROUP_BUYS = """
[[group_buy]]
key = "bags"
name = "帆布包三人团"
hours = 1
tiers = [{ heads = 3, prices = { "FB01-01" = "39" } }]
"""
REFUND = "pay.refund"
IS_OPEN = "SELECT state = 'open' FROM buying_group"
HAS_FAILED = "SELECT state = 'failed' FROM buying_group"
REFUNDS = "SELECT count(*) FROM refund"
CALLS = "SELECT count(*) FROM outbox WHERE kind = 'pay.refund'"
IN_THE_AIR = f"{CALLS} AND state = 'sending'"
SEATED = "SELECT count(*) FROM group_member WHERE state = 'seated'"
OPEN_ORDERS = "SELECT count(*) FROM customer_order WHERE state <> 'closed'"
HOW_IT_ENDED = (
    "SELECT DISTINCT buying_group.state, group_member.state FROM buying_group, group_member"
)


@dataclass(frozen=True)
class Step:
    """Where the shop dies, and what stands in its database then: a query, and its answer."""

    point: str
    stands: str
    answer: int
    nth: int = 1
    is_before_news: bool = False

    def __str__(self) -> str:
        return f"{self.point} {self.nth}"


STEPS = (
    Step("inside end", IS_OPEN, True, is_before_news=True),
    # Between the end's commit and the death listeners may have heard: news may be in the air.
    Step("after end", HAS_FAILED, True),
    # The first events are those of the group's end: what follows are the refunds.
    Step("inside listening", REFUNDS, 0, is_before_news=True),
    Step("after listening", REFUNDS, 2),
    # The next ones are those of the refunds: what follows are the calls.
    Step("inside listening", CALLS, 0, nth=2),
    Step("after listening", CALLS, 2, nth=2),
    *(Step(point, IN_THE_AIR, 2) for point in AROUND_A_CALL),
)


@dataclass
class Lapsing:
    """A group of three seats, of which its leader and one more have paid."""

    stage: Stage
    members: list[Customer] = field(default_factory=list)

    async def fills_two_seats(self) -> None:
        """Two customers, who can be told how it ends, pay one after the other."""
        enter_group_buys(self.stage)
        self.members = await self.stage.customers(2)
        for each in self.members:
            await each.says("谢谢")
        leader, other = [await each.opens_mini_program() for each in self.members]
        (activity,) = (await leader.reads("/group-buys"))["items"]
        deal = {"kind": "group_buy", "activity_id": activity["activity_id"]}
        await leader.pays(await orders(leader, deal))
        await self.has_seated(1)
        group_no = self.stage.value("SELECT group_no FROM buying_group")
        await other.pays(await orders_seat(other, group_no))
        await self.has_seated(2)
        await self.stage.settled()
        assert await other.stock_of(BAG) == BAGS - len(self.members)

    async def has_seated(self, people: int) -> None:
        """The shop knows of so many payments."""
        await until(lambda: self.stage.value(SEATED) == people, what="a seat to be taken")

    async def is_paid_back(self) -> None:
        """The group has ended, WeChat Pay has done the refunds, the shop knows of them."""
        await until(lambda: not self.stage.value(IS_OPEN), within=20, what="the group to end")
        await self.stage.settled()
        await self.stage.move_time(seconds=10)
        await until(lambda: not self.stage.value(OPEN_ORDERS), what="the orders to be closed")
        await self.stage.settled()

    async def has_heard(self, member: Customer, words: str) -> int:
        """How often a member was told something."""
        return sum(words in each.words for each in await member.said_by_shop())


def enter_group_buys(stage: Stage) -> None:
    """One group-buy, as the shop's operators would enter it."""
    (stage.folder / "groups.toml").write_text(GROUP_BUYS, encoding="utf-8")
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{stage.folder / 'var/shop.db'}")
    try:
        with database.writing() as session:
            drafts = list(read_group_buys(session, stage.folder / "groups.toml", now))
            seed_activities(session, drafts, now)
    finally:
        database.close()


@pytest.mark.parametrize("step", STEPS, ids=str)
async def test_everybody_is_paid_back_once_however_the_shop_dies(
    open_stage: OpenStage, step: Step
) -> None:
    stage = await open_stage(bot=MORTAL)
    group = Lapsing(stage)
    await group.fills_two_seats()
    await stage.set_fault("pay/refund", "delay:1", times=len(group.members))
    arm(stage.folder, step.point, step.nth, REFUND)

    await stage.move_time(hours=1)
    await until(lambda: not stage.bot.is_running, what="the shop to die")
    assert stage.value(step.stands) == step.answer
    await die_and_recover(stage)
    await group.is_paid_back()

    refunds = (await stage.control("GET", "/refunds"))["refunds"]
    assert [each["amount"]["refund"] for each in refunds] == [PRICE] * len(group.members)
    assert len({each["out_trade_no"] for each in refunds}) == len(group.members)
    assert {each["status"] for each in refunds} == {"SUCCESS"}
    assert stage.rows(HOW_IT_ENDED) == [("failed", "refunded")]
    assert stage.value(LEDGER_SUM) == 0
    mini = await group.members[0].opens_mini_program()
    assert await mini.stock_of(BAG) == BAGS
    # Only news that were in the air when the shop died may be doubtful, never twice.
    doubtful = dict(stage.rows(UNKNOWN_BY_CUSTOMER))
    assert not (step.is_before_news and doubtful)
    for member in group.members:
        told = await group.has_heard(member, "付款的只有2人")
        assert told == 1 or (told == 0 and doubtful[member.openid] == 1)
        assert await group.has_heard(member, "拼团订单") == 1
