"""Coupons in chat: taken, shown, explained and suggested; deals; and QR codes that give one."""

import re
import time
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.handlers import coupon_words
from bot.handlers.coupons import ANSWERS
from bot.messages import Choices, Text
from bot.seeds import PROMOTIONS_FILE
from bot.shortcuts import find_shortcut
from commerce.catalogue.tables import Variant
from commerce.promotions import coupons
from commerce.promotions.entries import seed_promotions
from commerce.promotions.importing import read_promotions
from commerce.promotions.tables import Coupon
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play
from tests.commerce.shop import place

ADD = {"intent": "add_to_cart"}


@pytest.fixture
def dealing(chat: Chat) -> Chat:
    """A conversation with the demo shop and its demo promotions."""
    with chat.database.writing() as session:
        now = chat.clock.now()
        seed_promotions(session, read_promotions(session, PROMOTIONS_FILE, now), now)
    return chat


DIALOGUES: dict[str, list[Line]] = {
    "chosen from the list by place": [
        line("我要领券", "能领的优惠券", "1. 新人券：满¥59减¥10，全店可用", "女装88折券",
             "满¥150打8.8折，最多减¥50，限女装", "还剩500张", "要领哪张",
             never=("扫码礼", "回头客券"), asks="which_coupon"),
        line("第四张", "领到了", "女装88折券", "到12月8日", "结算页选用", asks=""),
        line("我的券", "您手里有1张券", "1. 女装88折券", "限女装"),
    ],
    "all at once": [
        line("一键领券", "领到了", "新人券", "见面礼", "满200减15", "女装88折券", "吃货券",
             "11月24日起到12月3日"),
        line("领券", "领到了：\n· 满200减15", never=("见面礼",)),
        line("领券", "都领过了"),
        line("我的券", "您手里有6张券"),
    ],
    "by its name, tapped or said": [
        line("领券", asks="which_coupon"),
        line("领吃货券", "领到了：\n· 吃货券", kind="menu_choice"),
        line("领一下见面礼", "领到了：\n· 见面礼"),
        line("领见面礼", "“见面礼”没领成：这张券您已经领过了", never=("领到了",)),
    ],
    "no is no, an aside comes in between": [
        line("有什么券可以领", "能领的优惠券", asks="which_coupon"),
        line("看看购物车", "购物车还是空的", "要领哪张", asks="which_coupon"),
        line("第九张", "能领的只有5张", asks="which_coupon"),
        line("不用了", "想领的时候说“领券”", asks=""),
        line("我的优惠券", "您手里还没有券", "领券"),
    ],
    "why it cannot be used, and what is missing": [
        line("一键领券"),
        line("为什么券用不了", "购物车还是空的"),
        line("哑铃"),
        line("第一个", **ADD, entities={"ordinal": [1]}),
        line("这张券为什么不能用", "“满200减15”现在用不了：", "还差",
             "“女装88折券”现在用不了：选中的商品不在这张券的使用范围内"),
        line("女装88折券怎么用不了", "使用范围", never=("满200减15",)),
        line("再买多少能用", "再买¥14就能用“新人券”", "就够“满减”：满¥299减¥20"),
        line("再来一件", **ADD),
        line("哪张券最划算", "用“新人券”最划算", "可省¥10"),
        line("我的券", "现在结算可省¥10", "现在结算可省¥5", "还差"),
    ],
    "deals of this moment": [
        line("有什么活动", "满减：满¥299减¥20；满¥499减¥45；满¥799减¥90，送100积分，送券",
             "本周特价：5款降价，低至¥45", "到11月30日", "能领的券：新人券、见面礼", "等5张"),
        line("限时折扣", "“本周特价”的商品", "¥49（平时¥59）"),
        line("第一个", "栀屿 玻尿酸补水面膜"),
        line("有优惠券吗", "能领的优惠券", "新人券"),
        line("满减怎么算", "满¥299减¥20"),
    ],
    "left to others": [
        line("有没有领带", never=("能领的", "领到了")),
        line("圆领的T恤", never=("能领的", "领到了")),
        line("还差多少到货", never=("就能用",)),
        line("打折的牛仔裤有吗", never=("店里现在的优惠活动",), intent="search_product",
             entities={"product": ["牛仔裤"]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_coupons(dealing: Chat, name: str) -> None:
    await play(dealing, *DIALOGUES[name])


async def test_the_list_is_offered_to_tap(dealing: Chat) -> None:
    (offer,) = await dealing.says("领券")

    assert isinstance(offer, Choices)
    assert offer.options == (
        "领新人券", "领见面礼", "领满200减15", "领女装88折券", "领吃货券", "全部领取",
    )  # fmt: skip
    assert "领到了" in await dealing.words("全部领取", "menu_choice")


async def test_where_nothing_is_given_away_that_is_said(chat: Chat) -> None:
    for words in ("领券", "有什么活动", "限时折扣", "有优惠券吗"):
        assert "没有优惠券和活动" in await chat.words(words)
    assert await chat.words("我的券") == "您手里还没有券。"


@pytest.mark.parametrize(
    ("kind", "key", "welcomes"),
    [("scan", "coupon_poster", False), ("follow", "qrscene_coupon_poster", True)],
)
async def test_a_qr_code_gives_its_coupon_once(
    dealing: Chat, kind: str, key: str, welcomes: bool
) -> None:
    first = await dealing.says("", kind, payload={"EventKey": key})  # type: ignore[arg-type]
    again = await dealing.says("", "scan", payload={"EventKey": "coupon_poster"})

    assert isinstance(first[0], Text)
    assert "扫码有礼，领到了：\n· 扫码礼：满¥49减¥6" in first[0].content
    assert len(first) == 1 + welcomes
    assert [reply.content for reply in again if isinstance(reply, Text)] == [
        coupon_words.SCANNED_BEFORE
    ]
    with dealing.database.reading() as session:
        assert len(session.exec(select(Coupon)).all()) == 1


async def test_other_qr_codes_are_noted_in_silence(dealing: Chat) -> None:
    await dealing.says("领券")

    assert await dealing.says("", "scan", payload={"EventKey": "shop_window"}) == []
    assert await dealing.says("", "scan", payload={}) == []
    assert await dealing.step() == "which_coupon"
    assert "没有这张券" in await dealing.words("", "scan", payload={"EventKey": "coupon_gone"})


async def test_what_was_used_or_is_over_is_told_when_asked_why(dealing: Chat) -> None:
    await dealing.says("领见面礼")
    dealing.clock.advance(seconds=timedelta(days=9).total_seconds())

    assert await dealing.words("券为什么用不了") == "“见面礼”11月26日过期了。"


async def test_a_gift_of_an_order_is_told(dealing: Chat) -> None:
    await dealing.says("你好")
    customer = await dealing.customer_id()
    with dealing.database.writing() as session:
        variant = session.exec(select(Variant).where(Variant.sku == "MZ018-01")).one()
        order = place(session, customer, {variant.id or 0: 1}, now=dealing.clock.now())
        gift = session.exec(select(Coupon.template_id)).first() or 7
        coupons.give_for_order(session, order.id or 0, customer, [gift], dealing.clock.now())

    (told,) = await dealing.hears()

    assert isinstance(told, Text)
    assert "送您的券到了：\n· 回头客券：满¥150减¥20" in told.content


LEFT_ALONE = (
    "领带", "有没有领带", "圆领", "衣领", "领口大吗", "这个怎么用", "为什么这么贵",
    "怎么还没发货", "再买两件", "再买多少", "还差什么", "还差多少", "我的订单", "我的积分",
    "有什么推荐", "活动扳手", "打折吗这个", "特价机票", "券商", "发票怎么开", "送礼物", "要红包",
    "充电器不能用", "怎么用不了",
)  # fmt: skip
ASKED = {
    "ASKS_ALL": "一键领取 全部领取 把优惠券都领了 帮我把所有的券都领了",
    "ASKS_TO_TAKE": "领券 我要领券 怎么领优惠券 在哪领券 给张券呗 来张优惠券 领个券吧",
    "ASKS_OFFERED": "有券吗 有优惠券吗 有没有优惠卷 有什么券可以领 有折扣码吗 优惠券",
    "ASKS_OWN": "我的券 我的优惠券呢 看看我的优惠券 我有几张券 我领到的券在哪 卡包",
    "ASKS_WHY_NOT": "券用不了 这张券为什么不能用 刚领的优惠券怎么用不了 为什么用不了券",
    "ASKS_HOW_MUCH_MORE": "再买多少能用 还差多少能用券 再买多少钱可以用优惠券 怎么凑单",
    "ASKS_BEST": "用哪张券最划算 哪张券能用 帮我选最优惠的券",
    "ASKS_DISCOUNTED": "限时折扣 有特价商品吗 打折的东西",
    "ASKS_DEALS": "有什么活动 优惠 最近有活动吗 满减怎么算 店里有什么优惠活动",
}


@pytest.mark.parametrize(
    ("name", "said"), [(name, each) for name in ASKED for each in ASKED[name].split()]
)
def test_what_is_asked_for_is_heard_first_by_what_it_is_for(name: str, said: str) -> None:
    order = ["ASKS_ALL", *(_name_of(pattern) for pattern, _ in ANSWERS)]

    assert next((each for each in order if getattr(coupon_words, each).fullmatch(said)), "") == name


def _name_of(pattern: re.Pattern[str]) -> str:
    return next(name for name, each in vars(coupon_words).items() if each is pattern)


@pytest.mark.parametrize("words", LEFT_ALONE)
def test_words_for_other_wishes_are_left_to_them(words: str) -> None:
    patterns = [each for name, each in vars(coupon_words).items() if name.startswith("ASKS_")]

    assert [each.pattern[:30] for each in patterns if each.fullmatch(words)] == []


def test_what_the_options_say_needs_no_parser() -> None:
    for words in (coupon_words.ALL, "领券", "我的券", "有什么活动", "限时折扣"):
        assert find_shortcut(words) is not None


def test_no_pattern_dawdles() -> None:
    hostile = ["我的" * 12, "看看" * 12, "券" * 24, "有没有有没有" * 4, "还差多少" * 6, "领" * 24]
    patterns = [each for name, each in vars(coupon_words).items() if name.startswith("ASKS_")]
    started = time.perf_counter()
    for words in hostile:
        for pattern in patterns:
            pattern.fullmatch(words)
    assert time.perf_counter() - started < 0.1
