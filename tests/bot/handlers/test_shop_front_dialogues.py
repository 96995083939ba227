"""The shop front in chat: every choice leads to goods, and every list goes on as lists do."""

import time

import pytest
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from bot.handlers.shop_front_words import (
    ASKS_ADVICE,
    ASKS_HOT,
    ASKS_HOT_LOOSELY,
    ASKS_MORE_SHELVES,
    ASKS_NEW,
    ASKS_NEW_LOOSELY,
    HOT,
    MORE_SHELVES,
    NEW,
)
from bot.messages import Card, Choices, Text
from bot.shortcuts import find_shortcut
from commerce.catalogue.queries import list_products
from commerce.catalogue.tables import Product, Variant
from miniprogram_cards.paths import PRODUCT_PAGE, parse
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "what sells best goes on like any list": [
        line("热销商品", "为您找到20款“热销商品”", "1. 豆芽星", "换一批", "[小程序] 豆芽星"),
        line("换一批", "“热销商品”", "1. 奈鹿 丝绒哑光口红", never=("[小程序]", "豆芽星")),
        line("第一个", "已加购物车", cart="MZ018-01×1"),
        line("上一页", "1. 豆芽星"),
        line("价格从低到高", "“热销商品”", "1. 疾鹭 计数跳绳"),
        line("40以内的", "“热销商品”（40元以内）", never=("¥79",)),
    ],
    "what is new, then another thing": [
        line("新品", "为您找到20款“新品”", "1. 毛豆爪 狗狗尿垫", "[小程序] 毛豆爪"),
        line("第二个", "已加购物车", "宠物除毛梳"),
        line("有没有口红", "“口红”", "1. 奈鹿 丝绒哑光", never=("新品",)),
    ],
    "a shelf by its name, narrowed": [
        line("数码家电", "为您找到31款“数码家电”", "[小程序] ", kind="menu_choice"),
        line("便宜点的", "“数码家电”", "元以内"),
        line("女裝", "为您找到25款“女装”"),
        line("要红色的", "为您找到7款“红色 女装”"),
    ],
    "a colour that none of them has": [
        line("热销商品"),
        line("要荧光绿的", "没找到", "热销商品", cart=""),
        line("第二个", "已加购物车", "保温杯"),
    ],
    "advice is what sells best": [
        line("有什么推荐的吗", "“热销商品”", "[小程序] "),
        line("口红", "1. 奈鹿 丝绒哑光"),
        line("推荐一下", "“口红”", never=("热销商品",)),
        line("什么卖得好", "“口红”"),
        line("店里什么卖得好", "为您找到20款“热销商品”"),
    ],
    "an open question is not answered by it": [
        line("法式方领连衣裙"),
        line("第一个", "要什么", asks="variant"),
        line("女装", "为您找到25款“女装”", cart="", asks=""),
    ],
    "around and back": [
        line("逛逛", "店里有：", "女装（25款）", "热销商品", "更多分类", "想找什么"),
        line("更多分类", "女装（25款）", "[小程序] "),
        line("更多分类 第3页", "就这些了", "热销商品"),
        line("还有别的分类吗", "女装（25款）"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_front(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


async def test_every_way_in_opens_the_same_front(chat: Chat) -> None:
    for opening in ("菜单", "帮助", "你能做什么", "逛逛", "分类", "商品分类", "找商品"):
        (front,) = await chat.says(opening)
        assert isinstance(front, Choices)
        assert front.options[:2] == (HOT, NEW)
        assert front.options[-1] == MORE_SHELVES
        assert len(front.options) == 9


async def test_every_choice_of_the_front_leads_to_a_product_card(chat: Chat) -> None:
    (front,) = await chat.says("菜单")
    assert isinstance(front, Choices)

    further: list[str] = []
    for option in front.options:
        first, card = await chat.says(option, "menu_choice")
        assert isinstance(card, Card)
        assert (parse(card.path).page, parse(card.path).source) == (PRODUCT_PAGE, "oa-chat")
        if isinstance(first, Choices):
            further += first.options
            continue
        assert isinstance(first, Text)
        assert (await chat.memory()).in_view == "list"
        assert int(parse(card.path).subject) == (await chat.memory()).shown[0]
    assert len(further) == 4
    assert not set(further) & set(front.options)
    for option in further:
        _, card = await chat.says(option, "menu_choice")
        assert isinstance(card, Card)


async def test_what_sells_best_is_in_stock_and_sorted_by_sales(chat: Chat) -> None:
    await chat.says("热销商品")
    among = (await chat.memory()).wish.among

    products = await chat.database.read(lambda session: list_products(session, among))
    best = await chat.database.read(_most_sold)

    assert len(products) == 20
    assert all(each.in_stock for each in products)
    assert [each.sales for each in products] == sorted((p.sales for p in products), reverse=True)
    assert products[0].sales == best


async def test_a_shop_that_has_sold_nothing_does_not_pretend(chat: Chat) -> None:
    await chat.database.write(lambda session: session.exec(update(Product).values(sales=0)))

    (front,) = await chat.says("菜单")
    assert isinstance(front, Choices)
    assert HOT not in front.options
    told, newest, card = await chat.says("热销商品")

    assert isinstance(told, Text)
    assert "还没有销量" in told.content
    assert isinstance(newest, Text)
    assert "新品" in newest.content
    assert isinstance(card, Card)


async def test_an_empty_shop_says_so(chat: Chat) -> None:
    await chat.says("你好")
    await chat.database.write(lambda session: session.exec(update(Variant).values(stock=0)))

    await play(
        chat,
        line("逛逛", "想找什么"),
        line("菜单", "欢迎来到掌柜小店", "看看购物车"),
        line("新品", "暂时没有现货"),
        line("更多分类", "想找什么"),
    )


async def test_what_is_sold_out_is_no_longer_new(chat: Chat) -> None:
    await chat.says("新品")
    first = (await chat.memory()).shown[0]

    def sell_out(session: Session) -> None:
        session.exec(update(Variant).where(col(Variant.product_id) == first).values(stock=0))

    await chat.database.write(sell_out)
    await chat.says("新品")

    assert first not in (await chat.memory()).wish.among


SAID = {
    ASKS_HOT: "热销商品 看看热销商品 有什么爆款商品 店里的热销榜 人气商品有哪些 热销排行榜",
    ASKS_HOT_LOOSELY: "卖得最好的 什么卖得好 店里什么东西卖得最火 最火的是什么 大家都在买什么 爆款",
    ASKS_ADVICE: "有什么推荐的吗 推荐一下 有啥好推荐 推荐几款 给我推荐点好东西",
    ASKS_NEW: "新品 看看新品 最近有什么新品吗 有新货吗 店里上新了吗 刚上架的商品",
    ASKS_NEW_LOOSELY: "有新款吗 最新款 新出的东西",
    ASKS_MORE_SHELVES: "更多分类 更多分类第3页 还有别的分类吗",
}
OTHERS = (
    "新品连衣裙 有没有新款的连衣裙 推荐一款口红 热销的口红 什么牌子好 卖得好贵 新的地址 最新物流 "
    "推荐人 上新疆吗 这款卖得怎么样 哪个好 换新的 有优惠吗 分类有问题"
)


def test_the_words_for_each_part_of_the_front_and_for_none() -> None:
    for pattern, sentences in SAID.items():
        assert [each for each in sentences.split() if pattern.fullmatch(each) is None] == []
        assert [each for each in ("", *OTHERS.split()) if pattern.fullmatch(each) is not None] == []


def test_a_hostile_message_takes_no_time() -> None:
    began = time.perf_counter()
    for piece in ("看看", "有什么", "有", "的", "最近", "热销", "推荐", "大家"):
        for pattern in SAID:
            pattern.fullmatch(f"{piece * 300}x")

    assert time.perf_counter() - began < 0.5


def test_the_options_need_no_parser() -> None:
    assert all(find_shortcut(option) for option in (HOT, NEW, MORE_SHELVES))


def _most_sold(session: Session) -> int:
    return session.exec(select(func.max(Product.sales))).one()
