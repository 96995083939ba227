"""Why it costs what it costs: what is told sums to what is payable, to the fen."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import Session, col

from bot.handlers.explaining_words import (
    ASKS_FOR_STEPS,
    ASKS_HOW,
    ASKS_WHY,
    order_in_words,
    quote_in_words,
)
from bot.texts import LONGEST
from commerce.catalogue.tables import Variant
from commerce.money import LARGEST_PRICE
from commerce.ordering.lines import MOST_PIECES, PricedLine
from commerce.ordering.quoting import as_basket_line
from commerce.ordering.tables import Order, OrderLine
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import Basket
from tests.bot.handlers.buying import has_bought, has_ordered
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

AMOUNT = r"(-?)¥([\d.]+)"


def fen(sign: str, amount: str) -> int:
    return int(Decimal(amount) * 100) * (-1 if sign else 1)


def told(words: str) -> tuple[list[int], list[int], int]:
    """Of an answer: the lines' totals, the steps, and what is payable."""
    lines, steps, payable = [], [], 0
    for row in words.splitlines()[1:]:
        total = re.search(rf" = {AMOUNT}$", row)
        step = re.fullmatch(rf"(\S+) {AMOUNT}", row)
        if total is not None:
            lines.append(fen(*total.groups()))
        elif step is not None and step[1] == "应付":
            payable = fen(step[2], step[3])
        elif step is not None:
            steps.append(fen(step[2], step[3]))
    return lines, steps, payable


priced = st.builds(
    lambda price, quantity, title: PricedLine(
        1, 1, "SKU", title, "大红", "1.jpg", price, quantity, available=999
    ),
    st.integers(0, 100_000),
    st.integers(1, MOST_PIECES),
    st.sampled_from(["拖鞋", "纯棉加厚" * 30, "a b c d", "A" * 200]),
)


@given(st.lists(priced, min_size=1, max_size=50))
def test_whatever_the_cart_holds_lines_and_steps_sum_to_what_is_payable(
    cart: list[PricedLine],
) -> None:
    priced_cart = reckon(Basket(tuple(as_basket_line(each) for each in cart)))

    words = quote_in_words(priced_cart, "完")
    lines, steps, payable = told(words)

    assert payable == priced_cart.payable == sum(steps)
    assert sum(lines) == priced_cart.goods_total
    assert words.endswith("\n完")
    assert len(words.encode()) <= LONGEST


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.integers(1, 99)), min_size=1, max_size=20),
    st.integers(0, 100),
    st.integers(0, 5_000),
    st.sampled_from(["whole", "none", "wrong"]),
)
def test_an_orders_steps_sum_to_what_is_payable_with_discount_and_freight(
    goods: list[tuple[int, int]], percent: int, freight: int, written: str
) -> None:
    total = sum(price * pieces for price, pieces in goods)
    discount = total * percent // 100
    payable = total - discount + freight
    steps = [
        {"name": "商品金额", "amount": total},
        {"name": "满减券", "amount": -discount},
        {"name": "运费", "amount": freight},
    ]
    columns: dict[str, Any] = {
        "order_no": "202611230000000001",
        "goods_total": total,
        "discount": discount,
        "freight": freight,
        "payable": payable,
        "steps": {"whole": steps, "none": [], "wrong": [{"name": "满减券", "amount": -1}]}[written],
    }
    rows: list[dict[str, Any]] = [
        {"title": "拖鞋", "label": "", "price": price, "quantity": pieces}
        for price, pieces in goods
    ]
    order, lines = Order(**columns), [OrderLine(**row) for row in rows]

    words = order_in_words(order, lines)
    told_lines, told_steps, told_payable = told(words)

    assert sum(told_lines) == total
    assert told_payable == payable == sum(told_steps)
    assert ("满减券" in words) is (written == "whole")
    assert len(words.encode()) <= LONGEST


async def test_the_carts_sum_is_explained(chat: Chat) -> None:
    await chat.says("口红")
    await play(
        chat,
        line("第一个来三件", cart="MZ018-01×3"),
        line("怎么算的", "购物车的 ¥387", "¥129×3 = ¥387", "运费 ¥0", "应付 ¥387"),
        line("总价怎么来的", "购物车的 ¥387"),
        line("为什么是387", "购物车的 ¥387", never=("没有哪一笔",)),
        line("为啥是三百八十七块", "购物车的 ¥387", never=("没有哪一笔",)),
        line("这单为啥是87.3", "没有哪一笔是 ¥87.3", "购物车的 ¥387"),
    )


async def test_an_order_is_found_by_its_amount_its_number_or_by_being_in_view(chat: Chat) -> None:
    await chat.says("你好")
    milk = await has_bought(chat, "SP001-01", 2)
    lipstick = await has_ordered(chat)

    await play(
        chat,
        line("怎么算的", f"订单 {lipstick} 的 ¥129"),
        line("为什么是130", f"订单 {milk} 的 ¥130", "¥65×2 = ¥130"),
        line(f"订单{lipstick}怎么算的", f"订单 {lipstick} 的 ¥129"),
        line("我的订单"),
        line("第二单怎么算的", f"订单 {milk} 的 ¥130"),
        line("牛奶"),
        line("第一个", "已加购物车"),
        line("为什么是130", f"订单 {milk} 的 ¥130"),
        line("怎么算的", f"订单 {milk} 的 ¥130"),
        line("看看购物车"),
        line("怎么算的", "购物车的"),
    )


async def test_somebody_elses_amount_is_nobodys(open_chat: Callable[[str], Chat]) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await alice.says("你好")
    await mallory.says("你好")
    order_no = await has_bought(alice)

    await play(
        mallory,
        line("为什么是129", "没有哪一笔是 ¥129", never=(order_no, "口红")),
        line(f"订单{order_no}怎么算的", "没有查到", never=("口红", "¥129")),
        line("怎么算的", "购物车是空的", never=("口红",)),
    )


async def test_the_price_of_one_product_is_not_a_sum(chat: Chat) -> None:
    await play(
        chat,
        line("口红", "¥129"),
        line("为什么是129", never=("没有哪一笔",), intent="ask_product_detail"),
    )


async def test_a_cart_beyond_what_one_order_may_cost_is_told(chat: Chat) -> None:
    await chat.says("口红")
    await play(chat, line("第一个来十一件", cart="MZ018-01×11"))

    def make_dear(session: Session) -> None:
        dear = update(Variant).where(col(Variant.sku) == "MZ018-01").values(price=LARGEST_PRICE)
        session.exec(dear)

    await chat.database.write(make_dear)

    await play(chat, line("怎么算的", "一笔订单最多", "分开下单"))


HOW = "怎么算的 总价怎么来的 这个价格怎么来的 咋算的 购物车总价怎么算的 解释一下怎么算的"
NEITHER = (
    "运费怎么算的 积分怎么算 优惠怎么算的 为什么这么贵 怎么这么贵 怎么还没到 快递怎么来的 怎么卖的 "
    "为什么不发货 订单明细 佣金怎么算的 为什么牛奶是白的 怎么是坏的 你怎么来的 怎么是空的"
)


@pytest.mark.parametrize("text", [*HOW.split(), "一共的钱是怎么算出来的"])
def test_asks_how(text: str) -> None:
    assert ASKS_HOW.fullmatch(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("为什么是87.3", "87.3"),
        ("这单为啥是129", "129"),
        ("总价为什么是132.6", "132.6"),
        ("一共怎么是258元", "258"),
        ("为什么要付¥87.30啊", "87.30"),
        ("怎么变成99块钱了", "99"),
    ],
)
def test_asks_why(text: str, amount: str) -> None:
    found = ASKS_WHY.fullmatch(text)
    assert found is not None
    assert found["amount"] == amount


@pytest.mark.parametrize("text", NEITHER.split())
def test_asks_something_else(text: str) -> None:
    assert not any(each.fullmatch(text) for each in (ASKS_HOW, ASKS_WHY, ASKS_FOR_STEPS))
