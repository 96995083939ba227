"""Five customers in one group, over the real wire: opened from a card, reminded, filled.

The bag costs ¥49 alone and ¥39 with five heads. 小推 brings three of the five, and was brought by
大推: 10 % of the goods for the one, 5 % for the other, 3 days after receipt. One bag comes back.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.database import Database
from commerce.distribution.tables import BindingRule, Who
from commerce.distribution.terms import set_terms
from commerce.group_buys.entries import seed_activities
from commerce.group_buys.importing import read_group_buys
from commerce.shanghai import SHANGHAI
from tests.fixtures.customer import ADDRESS, Answer, Customer, Item, MiniProgram
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

PRICE = 3900
LIFETIME = timedelta(hours=24)
GROUP_BUYS = """
[[group_buy]]
key = "bags"
name = "帆布包五人团"
hours = 24
tiers = [{ heads = 5, prices = { "FB01-01" = "39" } }]
"""
COMMISSIONS = """
SELECT promoter_customer_id, level, base, rate_bp FROM commission ORDER BY order_id, level
"""
LEDGER_SUM = "SELECT sum(amount) FROM ledger_entry"


async def test_a_group_fills_the_sixth_is_refunded_and_promoters_are_paid(stage: Stage) -> None:
    open_campaign(stage)
    await move_to_shanghai_hour(stage, 13)  # A day later, less two hours, is not at night.
    upper, lower = await stage.customer("大推"), await stage.customer("小推")
    await becomes_promoter(upper)
    await lower.says("谢谢")
    await lower.hears("不客气")
    await came_by(lower, await becomes_promoter_code(upper))
    code = await becomes_promoter_code(lower)
    leader, second, third, fourth, fifth, sixth = await stage.customers(6)
    for each in (leader, second, third, fourth, fifth, sixth):
        await each.says("谢谢")  # Whoever has not written lately cannot be told anything.
        await each.hears("不客气")
    for each in (leader, second, third):
        await came_by(each, code)

    group_no = await opens_group(leader)
    for each in (second, third, fourth):
        await joins(each, group_no)
    await leader.says("还差几个人")
    await hears_later(leader, "帆布包", "还差1人")
    await hears_card(leader, "还差1人")
    await stage.move_time(seconds=(LIFETIME - timedelta(hours=2, minutes=10)).total_seconds())
    late_fifth = await orders_seat(await fifth.opens_mini_program(), group_no)
    late_sixth = await orders_seat(await sixth.opens_mini_program(), group_no)
    await move_to_two_hours_before_the_end(stage, await leader.opens_mini_program(), group_no)
    await hears_later(leader, "还差1人", "剩2小时")
    await hears_later(fifth, "还差1人", "剩2小时", "还没付款")

    await pays(fifth, late_fifth)
    for each in (leader, second, third, fourth, fifth):
        await hears_later(each, "拼团成功", "5人付款")
    await pays(sixth, late_sixth)
    await hears_later(sixth, "没有位置", late_sixth, "¥39")
    await gets_refund(stage, sixth)

    assert group_state(stage) == [("succeeded", 5)]
    await promoters_are_paid(stage, upper, lower, (leader, second, third, fourth, fifth))
    await one_comes_back(stage, lower, second)
    assert stage.value(LEDGER_SUM) == 0


def open_campaign(stage: Stage) -> None:
    """One group-buy, and commission on two levels, as the shop's operators would enter them."""
    (stage.folder / "groups.toml").write_text(GROUP_BUYS, encoding="utf-8")
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{stage.folder / 'var/shop.db'}")
    try:
        with database.writing() as session:
            drafts = list(read_group_buys(session, stage.folder / "groups.toml", now))
            seed_activities(session, drafts, now)
            set_terms(
                session,
                actor="test",
                reason="开业",
                now=now,
                who=Who.EVERYONE,
                binding=BindingRule.PERMANENT,
                first_bp=1000,
                second_bp=500,
                freeze_days=3,
            )
    finally:
        database.close()


async def move_to_shanghai_hour(stage: Stage, hour: int) -> None:
    """Let it be so late in Shanghai, today or tomorrow."""
    now = datetime.now(SHANGHAI)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if then < now:
        then += timedelta(days=1)
    await stage.move_time(seconds=int((then - now).total_seconds()))


async def move_to_two_hours_before_the_end(stage: Stage, mini: MiniProgram, group_no: str) -> None:
    """To the mark itself, however long the machine has taken so far."""
    ends = datetime.fromisoformat((await mini.reads(f"/groups/{group_no}"))["expires_at"])
    now = datetime.fromisoformat((await stage.control("GET", "/state"))["clock"]["now"])
    await stage.move_time(seconds=(ends - timedelta(hours=2) - now).total_seconds())


async def becomes_promoter(customer: Customer) -> None:
    await customer.says("我要当推广员")
    await customer.hears("您已经是推广员", "10%", "5%")
    await customer.hears_the_card()


async def becomes_promoter_code(customer: Customer) -> str:
    """The code of a customer who brings others, who becomes one if need be."""
    mini = await customer.opens_mini_program()
    answer = await mini.call("POST", "/distribution")
    code: str = answer.body["code"]
    return code


async def came_by(customer: Customer, code: str) -> None:
    """Open a card that a promoter passed on."""
    mini = await customer.opens_mini_program()
    answer = await mini.call("POST", "/visits", {"scene": f"p_{code}"})
    assert answer.status < 300, answer


async def opens_group(leader: Customer) -> str:
    """Find the group-buy in the chat, open its card, pay; the group's number."""
    await leader.says("拼帆布包")
    card = await hears_card(leader, "帆布包")
    mini = await leader.opens_mini_program()
    activity = await mini.reads(f"/group-buys/{parameter(card, 'id')}")
    assert [tier["heads"] for tier in activity["tiers"]] == [5]
    order_no = await orders(mini, {"kind": "group_buy", "activity_id": activity["activity_id"]})
    await pays(leader, order_no)
    progress = await hears_card(leader, "还差4人")
    return parameter(progress, "group_no")


async def joins(customer: Customer, group_no: str) -> None:
    """Open the card that a friend passed on, take a seat and pay."""
    mini = await customer.opens_mini_program()
    order_no = await orders_seat(mini, group_no)
    await pays(customer, order_no)


async def orders_seat(mini: MiniProgram, group_no: str) -> str:
    group = await mini.reads(f"/groups/{group_no}")
    activity_id = group["activity"]["activity_id"]
    deal = {"kind": "group_buy", "activity_id": activity_id, "group_no": group_no}
    return await orders(mini, deal)


async def orders(mini: MiniProgram, deal: dict[str, object]) -> str:
    """Order one bag under a deal at its price; the order's number."""
    running = await mini.reads("/group-buys")
    variant = running["items"][0]["tiers"][0]["prices"][0]["variant_id"]
    choice = {"lines": [{"variant_id": variant, "quantity": 1}], "deal": deal}
    quote = await mini.call("POST", "/quote", {**choice, "region": ADDRESS["region"]})
    assert quote.body["payable"] == PRICE, quote
    body = {**choice, "address": ADDRESS, "payable": PRICE}
    placed: Answer = await mini.call("POST", "/orders", body, **{"Idempotency-Key": "once"})
    assert placed.status == 201, placed
    number: str = placed.body["order_no"]
    return number


async def pays(customer: Customer, order_no: str) -> None:
    """Pay, and hear of it."""
    mini = await customer.opens_mini_program()
    await mini.pays(order_no)
    await hears_later(customer, "支付成功", order_no, "¥39")


async def gets_refund(stage: Stage, customer: Customer) -> None:
    """The money of the payer too many is back, and the order closed."""
    await stage.settled()
    await stage.move_time(seconds=10)
    await hears_later(customer, "¥39", "已原路退回")
    mini = await customer.opens_mini_program()
    (order,) = (await mini.reads("/orders"))["items"]
    assert order["state"] == "closed"


async def promoters_are_paid(
    stage: Stage, upper: Customer, lower: Customer, members: tuple[Customer, ...]
) -> None:
    """Sent, received, three days later: what each promoter may withdraw is the ledger's."""
    for each in members:
        await stage.control("POST", f"/fans/{each.fan_id}/ship")
        await each.says("谢谢")
        await hears_later(each, "已发货")
        mini = await each.opens_mini_program()
        (order,) = (await mini.reads("/orders"))["items"]
        assert (await mini.call("POST", f"/orders/{order['order_no']}/receive")).status == 200
    assert [row[1:] for row in stage.rows(COMMISSIONS)] == [
        (1, PRICE, 1000),
        (2, PRICE, 500),
    ] * 3
    await lower.says("谢谢")
    for _ in range(3):
        await hears_later(lower, "佣金¥3.9已记上")
    await stage.move_time(days=3, minutes=5)
    await lower.says("谢谢")
    for _ in range(3):
        await hears_later(lower, "佣金到账", "¥3.9")
    assert await figures(lower) == (0, 1170)
    assert await figures(upper) == (0, 585)
    await lower.says("我的佣金")
    await lower.hears("可提现佣金¥11.7", "待结算¥0")


async def one_comes_back(stage: Stage, promoter: Customer, buyer: Customer) -> None:
    """A bag is returned after the commission on it could be withdrawn: it is taken back."""
    await buyer.says("我要退货")
    await hears_later(buyer, "什么原因")
    await buyer.says("不想要了")
    await hears_later(buyer, "预计退¥39")
    await buyer.says("确认")
    await hears_later(buyer, "已经登记")
    decide = f"/fans/{buyer.fan_id}/after-sale"
    await stage.control("POST", decide, {"move": "agree"})
    await hears_later(buyer, "同意了您的退货退款申请")
    await buyer.says("寄回去了 圆通 YT1234567890123")
    await hears_later(buyer, "记下了")
    await stage.control("POST", decide, {"move": "arrived"})
    await stage.settled()
    await stage.move_time(seconds=10)
    await hears_later(promoter, "有退款", "扣回佣金¥3.9", "现在可提现¥7.8")
    assert await figures(promoter) == (0, 780)
    await promoter.says("佣金明细")
    await hears_later(promoter, "-¥3.9", "+¥3.9")


async def figures(customer: Customer) -> tuple[int, int]:
    """Pending and available commission, as the promoter's page shows them."""
    mini = await customer.opens_mini_program()
    standing = (await mini.reads("/distribution"))["standing"]
    return standing["pending"], standing["available"]


async def hears_later(customer: Customer, *words: str) -> Item:
    """What the shop says with all these words, past other news of the group."""
    while True:
        item = await customer.hears(within=30)
        if all(each in item.words for each in words):
            return item


async def hears_card(customer: Customer, words: str) -> Item:
    """The card whose title has these words, past other news."""
    while True:
        item = await hears_later(customer, words)
        if item.kind == "card":
            return item


def parameter(card: Item, name: str) -> str:
    """What a card's path says."""
    return parse_qs(urlsplit(card.payload["path"]).query)[name][0]


def group_state(stage: Stage) -> list[tuple[str, int]]:
    return [
        (str(state), int(paid))
        for state, paid in stage.rows("SELECT state, paid FROM buying_group")
    ]
