"""Points and levels in chat: what one has, signing in, tasks, birthdays, and the points mall."""

import pytest
from sqlmodel import select

from bot.handlers.membership_words import Goal, day_said, goal_of, thing_wanted
from bot.seeds import MEMBERSHIP_FILE, PROMOTIONS_FILE
from commerce.customers.addresses import save_address
from commerce.membership import points, sending
from commerce.membership.birthdays import find_birthday, serve_birthdays
from commerce.membership.importing import seed_membership
from commerce.membership.tables import MallItem, MembershipTerms, Redemption
from commerce.promotions.coupons import list_owned
from commerce.promotions.entries import seed_promotions
from commerce.promotions.importing import read_promotions
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play
from tests.commerce.shop import ADDRESS

POINTS = "ask_points"


@pytest.fixture
def dealing(chat: Chat) -> Chat:
    """A conversation with the demo shop and its demo membership."""
    with chat.database.writing() as session:
        now = chat.clock.now()
        seed_promotions(session, read_promotions(session, PROMOTIONS_FILE, now), now)
        seed_membership(session, MEMBERSHIP_FILE)
    return chat


async def has(chat: Chat, given: int, *, paid: int = 0, order: int = 1) -> int:
    """The customer has received an order that gave so many points; their id."""
    await chat.says("你好")
    customer = await chat.customer_id()
    with chat.database.writing() as session:
        points.earn_for_order(session, customer, order, given, chat.clock.now(), paid=paid)
    await chat.hears()
    return customer


async def points_of(chat: Chat) -> int:
    return await chat.database.read(points.points_of, await chat.customer_id())


DIALOGUES: dict[str, list[Line]] = {
    "signing in": [
        line("签到", "签到成功，+5积分，已连续1天", "现在有5积分", "明天来再得5积分"),
        line("打卡", "今天已经签过了，连续1天"),
        line("我的积分", "您有5积分", "还不够抵现（100积分抵¥1起）", never=("还没签到", "最多抵")),
        line("积分明细", "现有5积分", "11月23日 签到 +5，余5"),
    ],
    "nothing yet": [
        line(
            "我有多少积分",
            "您还没有积分",
            "实付每满1元得1积分",
            "说“签到”得5积分",
            never=("积分明细",),
        ),
        line("积分明细", "还没有积分变动"),
        line("兑换记录", "还没有用积分换过"),
    ],
    "levels": [
        line(
            "我的等级",
            "您是普通会员",
            "再买¥500升银卡，商品9.8折，积分1.1倍",
            "金卡：满¥2000",
            "黑卡：满¥8000，商品9.2折，积分2倍",
        ),
        line("怎么升会员", "再买¥500升银卡"),
        line("还差多少升金卡", "金卡", intent=POINTS),
    ],
    "how to come by points": [
        line("怎么攒积分", "实付每满1元", "告诉我们您的生日", "80积分", "说“签到”得5积分"),
        line("连续签七天送什么", "一轮7天", "5、5、10、10、15、15、30", "不能补签", intent=POINTS),
        line("积分会过期吗", "不会过期", "100积分抵¥1", "50%", intent=POINTS),
    ],
    "a birthday is told when asked for": [
        line("会员生日送不送东西", "几月几日", "200积分和一张券", asks="birthday", intent=POINTS),
        line("看看购物车", "购物车", "几月几日", asks="birthday"),
        line("农历八月十五", "公历", asks="birthday"),
        line("2月30号", "没有这一天", asks="birthday"),
        line("五月二十号", "生日是5月20日", "+80积分", asks=""),
        line("我的生日是5月21日", "一年只能改一次", "2027年11月23日"),
        line("我的生日", "您登记的生日是5月20日", intent=POINTS),
    ],
    "a birthday is told unasked": [
        line("我的生日是5.20", "生日是5月20日"),
    ],
    "no birthday is fine too": [
        line("生日有礼吗", asks="birthday", intent=POINTS),
        line("不用了", "想说的时候再告诉我", asks=""),
    ],
    "the mall is empty-handed at first": [
        line(
            "积分商城",
            "您有0积分",
            "1. 无门槛5元券 450积分",
            "3. 帆布购物袋 800积分",
            "要换哪个",
            asks="mall_which",
        ),
        line("第一个", "要450积分", "还差450积分", asks="mall_which"),
        line("用积分换电视机", "没有“电视机”", "1. 无门槛5元券", asks="mall_which"),
        line("不换了", "没有兑换", asks=""),
    ],
    "other things are not taken for points": [
        line("第一个", never=("积分",)),
        line("签收了吗", never=("签到成功",)),
        line("积分落户", never=("您还没有积分",), intent="out_of_scope"),
    ],
}


@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES.keys())
async def test_dialogues(dealing: Chat, script: list[Line]) -> None:
    await play(dealing, *script)


async def test_a_coupon_is_had_for_points_after_a_yes(dealing: Chat) -> None:
    customer = await has(dealing, 1000)

    await play(
        dealing,
        line("积分商城", "您有1000积分", asks="mall_which"),
        line("1", "用450积分换“无门槛5元券”", "还剩550积分", "回复“确认”", asks="mall_confirm"),
    )
    assert await points_of(dealing) == 1000
    await play(
        dealing,
        line("确认", "换好了", "放进您的券里", "还剩550积分", asks=""),
        line("确认", never=("换好了",)),
        line("兑换记录", "无门槛5元券", "450积分", "已完成"),
        line("积分明细", "兑换无门槛5元券 -450，余550"),
    )

    owned = await dealing.database.read(list_owned, customer, dealing.clock.now())
    assert len(owned) == 1


async def test_a_no_spends_nothing_and_neither_does_another_subject(dealing: Chat) -> None:
    await has(dealing, 1000)

    await play(
        dealing,
        line("用积分换满200减15券", "用600积分", asks="mall_confirm"),
        line("不用", "没有兑换，积分没动", asks=""),
        line("用积分换满200减15券", asks="mall_confirm"),
        line("我的订单"),
        line("好的", never=("换好了",)),
    )

    assert await points_of(dealing) == 1000


async def test_a_thing_is_sent_to_the_address_that_was_shown(dealing: Chat) -> None:
    customer = await has(dealing, 1000)
    await play(dealing, line("用积分换帆布购物袋", "还没有您的收货地址", asks=""))
    with dealing.database.writing() as session:
        save_address(session, dealing.shop.sealer, customer, ADDRESS, dealing.clock.now())

    await play(
        dealing,
        line(
            "我想用积分换帆布购物袋",
            "寄到：王** 138****8000 浙江省 杭州市",
            asks="mall_confirm",
            never=("王小明", "13800138000"),
        ),
        line("好的", "换好了", "兑换号 JF", "寄出后告诉您"),
        line("我兑换的东西寄了吗", "帆布购物袋", "待寄出", intent=POINTS),
    )

    with dealing.database.writing() as session:
        number = session.exec(select(Redemption.redemption_no)).one()
        sending.mark_sent(session, number, "SF123", actor="agent:1", now=dealing.clock.now())
    [told] = await dealing.hears()
    assert "帆布购物袋" in str(told)
    assert "SF123" in str(told)


async def test_an_address_that_changes_meanwhile_is_shown_again(dealing: Chat) -> None:
    customer = await has(dealing, 1000)

    def live_at(detail: str) -> None:
        with dealing.database.writing() as session:
            address = type(ADDRESS)(ADDRESS.recipient, ADDRESS.phone, ADDRESS.region, detail)
            save_address(session, dealing.shop.sealer, customer, address, dealing.clock.now())

    live_at("文三路一号")
    await play(dealing, line("用积分换帆布购物袋", "文三路", asks="mall_confirm"))
    dealing.clock.advance(seconds=1)
    live_at("学院路八号")

    await play(
        dealing,
        line("确认", "地址刚刚变了", "学院路", asks="mall_confirm"),
        line("确认", "换好了"),
    )


async def test_what_changes_between_question_and_yes_is_said_and_costs_nothing(
    dealing: Chat,
) -> None:
    await has(dealing, 1000)
    for title, change in (("无门槛5元券", {"stock": 0}), ("满200减15券", {"points": 700})):
        await play(dealing, line(f"用积分换{title}", asks="mall_confirm"))
        with dealing.database.writing() as session:
            item = session.exec(select(MallItem).where(MallItem.title == title)).one()
            item.sqlmodel_update(change)
            session.add(item)
        await play(dealing, line("确认", "没有兑换，积分没动"))

    assert await points_of(dealing) == 1000


async def test_points_that_are_owed_are_told_as_such(dealing: Chat) -> None:
    customer = await has(dealing, 100)
    with dealing.database.writing() as session:
        now = dealing.clock.now()
        points.spend(session, customer, 2, 90, now)
        points.claw_back(session, customer, 1, 100, "SH1", now)

    await play(
        dealing,
        line("我的积分", "还欠90积分", "先补上"),
        line("用积分换帆布购物袋", "您现有0积分"),
    )


async def test_a_level_is_congratulated_on_and_shown(dealing: Chat) -> None:
    await has(dealing, 0, paid=50_000)

    await play(dealing, line("我的等级", "您是银卡会员，商品9.8折", "再买¥1500升金卡"))


async def test_reaching_a_level_and_a_birthday_are_told_in_the_latest_chat(dealing: Chat) -> None:
    await play(dealing, line("我的生日是11月24日", "11月24日"))
    customer = await dealing.customer_id()
    with dealing.database.writing() as session:
        points.earn_for_order(session, customer, 9, 0, dealing.clock.now(), paid=50_000)
    [reached] = await dealing.hears()
    dealing.clock.advance(hours=20)
    with dealing.database.writing() as session:
        serve_birthdays(session, dealing.clock.now())
    [served] = await dealing.hears()

    assert "恭喜升到银卡会员，商品9.8折，积分1.1倍" in str(reached)
    assert "生日快乐" in str(served)
    assert "200积分和一张优惠券" in str(served)
    assert await dealing.database.read(find_birthday, customer) == (11, 24)


async def test_a_streak_goes_on_from_day_to_day(dealing: Chat) -> None:
    said = []
    for _ in range(3):
        said.append(await dealing.words("签到"))
        dealing.clock.advance(hours=24)

    assert ["连续1天" in said[0], "连续2天" in said[1], "连续3天" in said[2]] == [True] * 3
    assert await points_of(dealing) == 5 + 5 + 10


async def test_a_shop_without_any_of_it_promises_nothing(chat: Chat) -> None:
    with chat.database.writing() as session:
        session.add(MembershipTerms(sign_in_points=[], spend_points=0, birthday_points=0))

    await play(
        chat,
        line("签到", "签到不送积分"),
        line("积分商城", "没有能换的东西"),
        line("我的等级", "没有分会员等级"),
        line("积分抵多少钱", "不能抵现", intent=POINTS),
        line("生日有礼吗", "几月几日", never=("送",), intent=POINTS),
    )


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("签个到", Goal.SIGN_IN),
        ("我要签到领积分", Goal.SIGN_IN),
        ("断签了还算吗", Goal.SIGN_IN_RULES),
        ("积分怎么少了", Goal.STATEMENT),
        ("积分能换啥", Goal.MALL),
        ("还剩多少分", Goal.BALANCE),
        ("100积分等于多少钱", Goal.WORTH),
        ("怎么才能赚积分", Goal.TASKS),
        ("VIP有什么用", Goal.LEVEL),
        ("换购的雨伞什么时候寄", Goal.REDEEMED),
        ("今天天气怎么样", None),
    ],
)
def test_what_is_wanted_of_membership(text: str, goal: Goal | None) -> None:
    assert goal_of(text) == goal


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("用积分换保温杯", "保温杯"),
        ("我想用积分兑换一把雨伞", "雨伞"),
        ("拿800积分换个帆布袋", "帆布袋"),
        ("积分换什么", None),
        ("积分能换钱吗", None),
        ("积分兑换记录", None),
        ("积分换礼品在哪换", None),
    ],
)
def test_the_thing_that_is_to_be_had_for_points(text: str, thing: str | None) -> None:
    assert thing_wanted(text) == thing


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5月20日", (5, 20)),
        ("五月二十", (5, 20)),
        ("十二月三十一号", (12, 31)),
        ("是10月1号", (10, 1)),
        ("12.3", (12, 3)),
        ("２月２９日", (2, 29)),
        ("13月1日", (13, 1)),
        ("明天", None),
        ("138", None),
    ],
)
def test_a_month_and_a_day(text: str, day: tuple[int, int] | None) -> None:
    assert day_said(text) == day
