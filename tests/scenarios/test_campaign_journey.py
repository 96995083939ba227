"""A group deal announced in three customer groups, and a customer who had not come for long.

Three owners are asked to confirm; two do, one is reminded. Members open the card and fill the
group; the sleeping customer gets one message, and none after 退订. The report tells what the
database holds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.database import Database
from campaigns import activating, drafts
from campaigns.attribution.report import Report, report
from campaigns.segments import saving
from campaigns.segments.rules import read_rule
from commerce.group_buys.entries import seed_activities
from commerce.group_buys.importing import read_group_buys
from commerce.inserting import id_of
from miniprogram_cards.paths import GROUP_BUY_PAGE, parse
from tests.campaigns.campaigning import content, send
from tests.fixtures.customer import Customer
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage
from tests.scenarios.test_group_journey import move_to_shanghai_hour, orders, orders_seat

pytestmark = pytest.mark.slow

PRICE = 3900
OWNERS = ("LinZhiXia", "ZhouZiMo", "SuHe")
GROUP_BUYS = """
[[group_buy]]
key = "bags"
name = "帆布包三人团"
hours = 48
tiers = [{ heads = 3, prices = { "FB01-01" = "39" } }]
"""
DEAL = "今晚八点，帆布包三人团，点卡片就能参加"
MISS_YOU = "好久不见，店里上了新的帆布包，有空来看看。\n回复退订不再打扰"
SLEEPING = {"kind": "fact", "fact": "last_seen", "op": "before", "value": 30}
PAID = "SELECT count(*), sum(payable) FROM customer_order WHERE paid_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with WeChat who is a contact of one of the shop's people."""

    customer: Customer
    person_id: int
    chat_id: str = ""


async def test_a_deal_fills_its_group_and_who_slept_hears_of_it_once(stage: Stage) -> None:
    await move_to_shanghai_hour(stage, 10)
    activity_id = await enter_deal(stage)
    await stage.control("POST", "/wecom/staff", {"userid": OWNERS[2], "name": "苏禾"})
    members = [await joins_group(stage, owner) for owner in OWNERS]
    sleeper = await contact_of(stage, OWNERS[0])
    await until(lambda: stage.value(PRESENT) == 3, within=30, what="the groups' members")
    await until(lambda: stage.value(CONTACTS) == 4, what="the contacts")

    deal = await announce_deal(stage, activity_id)
    tasks = {owner: await task_of(stage, owner) for owner in OWNERS}
    await until(lambda: stage.value(MADE) == 3, what="the shop to know of the tasks")
    for owner in OWNERS[:2]:
        await confirm(stage, owner, tasks[owner])
    await stage.move_time(hours=2, minutes=10)
    await is_reminded(stage, OWNERS[2])
    assert [len(await cards_of(stage, each)) for each in members] == [1, 1, 0]
    await confirm(stage, OWNERS[2], tasks[OWNERS[2]])

    await fill_the_group(stage, members)
    await until(lambda: stage.value(CREDITED) == 3, within=30, what="the orders' credit")
    found = read_report(stage, deal)
    assert (found.total.orders, found.total.paid) == stage.rows(PAID)[0] == (3, 3 * PRICE)
    assert [each.orders for each in found.by_group.values()] == [1, 1, 1]
    assert found.total.sent == 3

    await hears_once_and_unsubscribes(stage, sleeper)


async def hears_once_and_unsubscribes(stage: Stage, sleeper: Member) -> None:
    """Who has not come for 31 days is asked back; after 退订 nothing more is asked of WeCom."""
    customer_id = stage.value(CUSTOMER, sleeper.customer.openid)
    await falls_asleep(stage, customer_id)

    await miss_sleepers(stage, "一")
    await confirm(stage, OWNERS[0], await task_of(stage, OWNERS[0], MISS_YOU))
    assert await heard(stage, sleeper) == [MISS_YOU]

    await sleeper.customer.says("退订")
    await sleeper.customer.hears("退订")
    await falls_asleep(stage, customer_id)
    await stage.move_time(days=8)
    second = await miss_sleepers(stage, "二")
    await until(lambda: stage.value(RUN_STATE, second) == "done", within=30, what="the run's end")
    assert stage.rows(DELIVERED, second, customer_id) == [("held_back", "unsubscribed")]
    assert await heard(stage, sleeper) == [MISS_YOU]


async def falls_asleep(stage: Stage, customer_id: int) -> None:
    """Nobody saw this customer for 31 days."""
    seen = (await now(stage) - timedelta(days=31)).strftime("%Y-%m-%d %H:%M:%S.000000")
    stage.write("UPDATE customer SET last_seen_at = ? WHERE id = ?", seen, customer_id)
    stage.write(
        "UPDATE customer_summary SET last_seen_at = ? WHERE customer_id = ?", seen, customer_id
    )


@contextmanager
def shop(stage: Stage) -> Iterator[Session]:
    """The shop's database, as its operators change it."""
    database = Database(f"sqlite:///{stage.folder / 'var/shop.db'}")
    try:
        with database.writing() as session:
            yield session
    finally:
        database.close()


async def now(stage: Stage) -> datetime:
    """The moment that shop and platform believe it is."""
    told = (await stage.control("GET", "/state"))["clock"]["now"]
    return datetime.fromisoformat(told).astimezone(UTC)


async def enter_deal(stage: Stage) -> int:
    """A group-buy of three; its number."""
    (stage.folder / "groups.toml").write_text(GROUP_BUYS, encoding="utf-8")
    at = await now(stage)
    with shop(stage) as session:
        read = list(read_group_buys(session, stage.folder / "groups.toml", at))
        seed_activities(session, read, at)
    return int(stage.value("SELECT id FROM group_activity"))


async def contact_of(stage: Stage, owner: str) -> Member:
    """Somebody who has written to the shop, and added one of its people."""
    customer = await stage.customer()
    await customer.says("谢谢")
    await customer.hears("不客气")
    person = await stage.control("POST", "/wecom/people", {"fan_id": customer.fan_id})
    who = {"person_id": person["person_id"], "userid": owner}
    await stage.control("POST", "/wecom/contacts/add", who)
    return Member(customer, person["person_id"])


async def joins_group(stage: Stage, owner: str) -> Member:
    """A contact in a new group of that owner."""
    member = await contact_of(stage, owner)
    told = {"name": f"{owner}的福利群", "owner": owner, "person_ids": [member.person_id]}
    made = await stage.control("POST", "/wecom/groups", told)
    return Member(member.customer, member.person_id, made["chat_id"])


async def announce_deal(stage: Stage, activity_id: int) -> int:
    """An operator has the deal announced in all groups in a minute; the campaign's number."""
    card = {"kind": "group_buy", "ref": str(activity_id)}
    nodes = [send("s1", content(DEAL, attachments=[card]))]
    return await goes_out(stage, audience="groups", name="拼团进群", nodes=nodes)


async def miss_sleepers(stage: Stage, name: str) -> int:
    """An operator has those asked back who have not come for long; the campaign's number."""
    at = await now(stage)
    with shop(stage) as session:
        segment = saving.save(session, f"沉睡{name}", read_rule(SLEEPING), by="staff:1", now=at)
        number = id_of(segment)
    nodes = [send("s1", content(MISS_YOU))]
    return await goes_out(stage, segment_id=number, name=f"好久不见{name}", nodes=nodes)


async def goes_out(stage: Stage, **entered: Any) -> int:
    """Enter a campaign by mass tasks, let it go out in a minute, and let the minute pass."""
    at = await now(stage)
    plan = {"kind": "once", "at": (at + timedelta(minutes=1)).isoformat()}
    draft = drafts.read_draft({"kind": "once", "plan": plan, "routes": ["mass"], **entered})
    with shop(stage) as session:
        campaign = drafts.create(session, draft, by="staff:1", now=at)
        number = id_of(campaign)
        activating.activate(session, number, version=campaign.version, now=at)
    await stage.move_time(minutes=2)
    return number


async def task_of(stage: Stage, owner: str, text: str = DEAL) -> str:
    """The task on an owner's phone that waits for a tap; its msgid."""
    found: list[str] = []

    async def has_come() -> bool:
        tasks = (await stage.control("GET", f"/wecom/staff/{owner}/mass"))["tasks"]
        found[:] = [
            each["msgid"] for each in tasks if each["state"] == "waiting" and each["text"] == text
        ]
        return bool(found)

    await until(has_come, within=30, what=f"a task for {owner}")
    return found[0]


async def confirm(stage: Stage, owner: str, msgid: str) -> None:
    sent = await stage.control("POST", f"/wecom/staff/{owner}/mass/confirm", {"msgid": msgid})
    assert sent["sent"] == 1


async def is_reminded(stage: Stage, owner: str) -> None:
    async def has_come() -> bool:
        tasks = (await stage.control("GET", f"/wecom/staff/{owner}/mass"))["tasks"]
        return bool(tasks[0]["reminders"])

    await until(has_come, within=30, what=f"a reminder for {owner}")


async def cards_of(stage: Stage, member: Member) -> Sequence[str]:
    """The paths of the cards in somebody's group."""
    items = (await stage.control("GET", f"/wecom/groups/{member.chat_id}/items?after=0"))["items"]
    return [each["payload"]["page"] for each in items if each["kind"] == "miniprogram"]


async def fill_the_group(stage: Stage, members: Sequence[Member]) -> None:
    """Each opens the card of their own group; the first opens a group, the others join it."""
    group_no = ""
    for member in members:
        (path,) = await cards_of(stage, member)
        mini = await member.customer.opens_mini_program()
        assert (await mini.call("POST", "/card-visits", {"path": path})).body["is_noted"]
        card = parse(path)
        assert card.page == GROUP_BUY_PAGE
        if group_no:
            order_no = await orders_seat(mini, group_no)
        else:
            deal = {"kind": "group_buy", "activity_id": int(card.subject)}
            order_no = await orders(mini, deal)
        await mini.pays(order_no)
        await has_seats(stage, members.index(member) + 1)
        group_no = group_no or str(stage.value("SELECT group_no FROM buying_group"))
    assert stage.rows("SELECT state, paid FROM buying_group") == [("succeeded", 3)]


async def has_seats(stage: Stage, number: int) -> None:
    await until(lambda: stage.value(SEATED) == number, within=20, what=f"seat {number}")


async def heard(stage: Stage, member: Member) -> Sequence[str]:
    """What the shop's people have written to somebody in WeCom."""
    path = f"/wecom/people/{member.person_id}/items?after=0"
    items = (await stage.control("GET", path))["items"]
    return [
        each["payload"]["content"]
        for each in items
        if each["direction"] == "shop" and each["kind"] == "text"
    ]


def read_report(stage: Stage, campaign_id: int) -> Report:
    with shop(stage) as session:
        return report(session, drafts.get(session, campaign_id))


PRESENT = "SELECT count(*) FROM community_member WHERE kind = 'customer' AND left_at IS NULL"
MADE = "SELECT count(*) FROM mass_task WHERE created_at IS NOT NULL"
CONTACTS = "SELECT count(*) FROM contact"
SEATED = "SELECT coalesce(sum(paid), 0) FROM buying_group"
CREDITED = "SELECT count(*) FROM campaign_credit"
CUSTOMER = "SELECT customer_id FROM identity WHERE external_user = ?"
RUN_STATE = "SELECT coalesce(max(state), '') FROM campaign_run WHERE campaign_id = ?"
DELIVERED = "SELECT state, reason FROM delivery WHERE campaign_id = ? AND customer_id = ?"
