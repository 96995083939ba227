"""Buying again by chat: nothing goes into a cart that holds something without a yes."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from bot.handlers.reorder_words import AGAIN, FAVOURITES, THAT_ORDER_AGAIN, WHAT_WAS_BOUGHT
from bot.messages import Card, Text
from bot.shortcuts import find_shortcut
from commerce.catalogue.tables import Product, Variant
from miniprogram_cards.paths import parse
from tests.bot.handlers.buying import has_bought, has_ordered, has_received
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

LIPSTICK, MILK, CHEAP_MILK = "MZ018-01", "SP001-01", "SP002-01"
CHICKEN, TUNA = "CW005-01", "CW005-02"


async def changes(chat: Chat, sku: str, **columns: object) -> None:
    """The shop changed a variant."""

    def change(session: Session) -> None:
        session.exec(update(Variant).where(col(Variant.sku) == sku).values(**columns))

    await chat.database.write(change)


@pytest.mark.parametrize(
    "text", ["再来一单", "跟上次一样", "上次买的那个再来一份", "买过的那个", "照上次的再来一份吧"]
)
async def test_the_one_thing_of_the_last_order_goes_into_an_empty_cart(
    chat: Chat, text: str
) -> None:
    await chat.says("你好")
    await has_received(chat, MILK, 2)

    await play(
        chat,
        line(text, "已加购物车：青牧坡 高原纯牛奶", "×2 ¥130", "付款说“结算”", cart=f"{MILK}×2"),
        line("不是这个", "拿掉", cart=""),
    )


async def test_of_several_things_it_says_what_and_asks(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK, 1, SP001_01=2)

    await play(
        chat,
        line("再来一单", "11月23日那单", "1. 奈鹿", "2. 青牧坡", "¥259", cart="", asks="reorder"),
        line("第一个多少钱", cart=""),
        line("好的", "已加购物车", "共3件", "¥259", cart=f"{LIPSTICK}×1 {MILK}×2", asks=""),
    )


@pytest.mark.parametrize(
    ("answer", "in_cart"),
    [
        ("算了", ""),
        ("第一个", "MZ018-01×1"),
        ("只要第二个", "SP001-01×2"),
        ("第二个不要", "MZ018-01×1"),
        ("除了第一个都要", "SP001-01×2"),
        ("第一个和第二个", "MZ018-01×1 SP001-01×2"),
        ("第五个", ""),
    ],
)
async def test_some_of_it_or_none(chat: Chat, answer: str, in_cart: str) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK, 1, SP001_01=2)

    await play(chat, line("再来一单", asks="reorder"), line(answer, cart=in_cart))


async def test_a_cart_that_holds_something_is_not_added_to_without_a_yes(chat: Chat) -> None:
    await chat.says("口红")
    await has_bought(chat, MILK)

    await play(
        chat,
        line("第一个", cart=f"{LIPSTICK}×1"),
        line("再来一单", "原有的1件不动", "¥65", cart=f"{LIPSTICK}×1", asks="reorder"),
        line("几天能到", cart=f"{LIPSTICK}×1", asks="reorder"),
        line("是", cart=f"{LIPSTICK}×1 {MILK}×1"),
    )


async def test_what_is_gone_sold_out_short_or_dearer_is_named(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK, 1, SP001_01=3, SP002_01=1, SM004_01=1)
    await changes(chat, LIPSTICK, on_sale=False)
    await changes(chat, CHEAP_MILK, stock=0)
    await changes(chat, MILK, stock=2)
    await changes(chat, "SM004-01", price=20_900)
    changed = ("丝绒哑光口红", "已经下架", "低脂高钙牛奶", "暂时缺货", "只剩2件", "贵¥10")

    await play(
        chat,
        line("再来一单", *changed, asks="reorder"),
        line("是", *changed, "共3件", cart=f"SM004-01×1 {MILK}×2"),
    )


async def test_nothing_of_it_is_left(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK)
    await changes(chat, LIPSTICK, on_sale=False)

    await play(
        chat,
        line("再来一单", "已经下架", "都买不到了", cart="", asks="", never=("已加购物车",)),
    )


async def test_the_price_may_change_before_the_yes(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK, 1, SP001_01=1)

    await play(chat, line("再来一单", "¥194", asks="reorder"))
    await changes(chat, MILK, price=6_000, stock=0)

    await play(chat, line("是", "高原纯牛奶", "暂时缺货", "¥129", cart=f"{LIPSTICK}×1"))


async def test_an_order_can_be_named_or_pointed_at(chat: Chat) -> None:
    await chat.says("你好")
    first = await has_bought(chat, MILK, 2)
    await has_bought(chat, LIPSTICK)

    await play(
        chat,
        line("我的订单", "1. 订单", "2. 订单"),
        line("第二单再来一份", "已加购物车：青牧坡", cart=f"{MILK}×2"),
        line("清空购物车"),
        line("是", cart=""),
        line(f"订单{first}再来一单", "已加购物车：青牧坡", cart=f"{MILK}×2"),
        line("清空购物车"),
        line("是", cart=""),
        line("我的订单"),
        line("第一个", "口红"),
        line("再来一份", "已加购物车：奈鹿", cart=f"{LIPSTICK}×1"),
    )


async def test_an_order_that_waits_to_be_paid_is_not_bought_twice(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat, MILK)

    told, card = await chat.says("再来一单")

    assert isinstance(told, Text)
    assert "还没付款" in told.content
    assert isinstance(card, Card)
    assert parse(card.path).subject == order_no
    assert (await chat.cart()).lines == ()


async def test_nobody_buys_what_somebody_else_bought(open_chat: Callable[[str], Chat]) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await alice.says("你好")
    await mallory.says("你好")
    order_no = await has_bought(alice, LIPSTICK)

    await play(
        mallory,
        line("再来一单", "还没买过", never=("口红",), cart=""),
        line("买过的", "还没买过", never=("口红",)),
        line(f"订单{order_no}再来一单", "没有查到", never=("口红",), cart=""),
    )


async def test_favourites_are_picked_from_by_position_in_the_kind_bought(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, "NV006-01")
    await has_bought(chat, MILK, 1, SM004_02=1)
    await has_bought(chat, MILK)

    await play(
        chat,
        line("我买过什么", "3款“买过的商品”", "1. 青牧坡", "2. 声域", "3. 檐下风"),
        line("第三个", "已加购物车", "红色 S", cart="NV006-01×1"),
        line("第二个来两件", "香槟金", cart="NV006-01×1 SM004-02×2"),
        line("价格从低到高", "买过的商品", "1. 青牧坡"),
        line("100以内的", "1款“买过的商品”", "青牧坡"),
    )


async def test_favourites_that_are_no_longer_sold(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, MILK)
    await chat.database.write(lambda session: session.exec(update(Product).values(on_sale=False)))

    await play(chat, line("买过的", "都下架了"))


async def test_certain_goods_that_were_bought_are_bought_again(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, MILK)
    await has_bought(chat, CHEAP_MILK, 1, NV006_01=1)

    await play(
        chat,
        line("上次买的连衣裙再来一件", "红色 S", cart="NV006-01×1"),
        line("之前买过的牛奶再来两箱", "2款“买过的商品”", cart="NV006-01×1"),
        line("第二个", "高原纯牛奶", cart=f"NV006-01×1 {MILK}×1"),
        line("以前买的口红再来一支", never=("买过的商品",)),
    )


async def test_goods_bought_before_are_bought_again_in_the_same_kind(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, TUNA)

    await play(
        chat,
        line("猫罐头再来两箱", "已加购物车", "金枪鱼", cart=f"{TUNA}×2", intent="add_to_cart",
             entities={"product": ["猫罐头"], "quantity": 2}),
        line("猫罐头再来一箱鸡肉的", cart=f"{TUNA}×2 {CHICKEN}×1", intent="add_to_cart",
             entities={"product": ["猫罐头"], "quantity": 1}),
    )  # fmt: skip


async def test_another_kind_than_was_bought_can_be_said(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, TUNA)

    await play(
        chat,
        line("猫罐头再来一箱鸡肉的", "鸡肉", cart=f"{CHICKEN}×1", intent="add_to_cart",
             entities={"product": ["猫罐头"], "quantity": 1}),
    )  # fmt: skip


async def test_what_is_at_hand_counts_more_than_what_was_bought(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, MILK)

    await play(
        chat,
        line("低脂牛奶", "低脂"),
        line("第一个", cart=f"{CHEAP_MILK}×1"),
        line("牛奶再来一箱", cart=f"{CHEAP_MILK}×2", intent="add_to_cart",
             entities={"product": ["牛奶"], "quantity": 1}),
    )  # fmt: skip


async def test_another_kind_is_offered_when_the_one_bought_is_sold_out(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, TUNA)
    await changes(chat, TUNA, stock=0)

    await play(
        chat,
        line("再来一单", "金枪鱼", "缺货", "鸡肉", cart="", asks="variant", never=("已加购物车",)),
        line("那鸡肉的吧", cart=f"{CHICKEN}×1", asks=""),
    )


async def test_like_last_time_answers_which_kind(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, "NV006-01")

    await play(
        chat,
        line("丝绒吊带连衣裙", "丝绒吊带"),
        line("第一个", "要什么", cart="", asks="variant"),
        line("跟上次一样", "红色 S", cart="NV006-01×1", asks=""),
    )


SAID = {
    AGAIN: (
        "再来一单 再下一单 帮我再来一单吧 跟上次一样 和上次一样的再来一单 上次买的那个再来一份 "
        "照上次再来一单 上一单再来一次 还是老样子 上次的再来一份 再来一单跟上次一样的 复购 "
        "之前买的东西再买一次 再来一单上次的 再买一次上回那个 再下一单跟上次一样"
    ),
    WHAT_WAS_BOUGHT: "买过的那个 上次买的那个 上次买的 之前买过的那款 我上次买的那些东西",
    FAVOURITES: "买过的 我买过什么 看看我买过的东西 我常买的 以前买过的商品有哪些 买过哪些东西",
    THAT_ORDER_AGAIN: (
        "第二单再来一份 这单再来一次 再来一份 第一笔重新下单 202611231234567890再来一单"
    ),
}
OTHERS = (
    "再来一件 再来两件 上次买的那个到哪了 上次买的衣服破了 上次买的怎么还没到 跟上次不一样 "
    "买过的那个能退吗 你好 上次说的优惠呢 我没买过 老样子怎么还没发货 上一单取消 这单不要了 "
    "昨天买的那单 我上次没买"
)


def test_the_words_for_buying_again_and_for_other_things() -> None:
    for pattern, sentences in SAID.items():
        assert [each for each in sentences.split() if pattern.fullmatch(each) is None] == []
    for pattern in (AGAIN, WHAT_WAS_BOUGHT, FAVOURITES):
        assert [each for each in OTHERS.split() if pattern.fullmatch(each) is not None] == []


def test_the_words_that_we_tell_need_no_parser() -> None:
    assert all(find_shortcut(words) for words in ("再来一单", "买过的"))
