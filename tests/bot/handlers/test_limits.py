"""No answer is longer than a message may be, whatever the shop sells."""

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from bot import texts
from bot.handlers.cart_words import cart_in_words
from bot.handlers.comparing import compared
from bot.handlers.detail_words import answer_about, description
from bot.memory import Memory
from bot.messages import Incoming, Text
from bot.texts import LONGEST
from bot.turn import Shop, Turn
from commerce.catalogue.queries import list_products
from commerce.catalogue.views import ProductView, VariantView
from commerce.ordering.cart import CartView
from commerce.ordering.lines import MOST_LINES, PricedLine
from nlu.understanding import Understanding
from tests.bot.handlers.conversation import Chat

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
QUESTIONS = (
    "多少钱",
    "有货吗",
    "什么颜色",
    "有XL码吗",
    "我170穿什么码",
    "是纯棉的吗",
    "材质",
    "怎么样",
)
WORDS = st.text(alphabet="红色连衣裙加厚纯棉长款女装" + string.ascii_letters + " ", max_size=300)
NAMES = st.sampled_from(["颜色", "尺码", "口味", "材质", "产地", "一个很长很长的属性名字" * 9])


def asking(text: str) -> Turn:
    """A turn in which a customer asks something; only its words are looked at."""
    return Turn(
        session=cast("Session", None),
        shop=cast("Shop", None),
        now=NOW,
        customer_id=1,
        conversation_id=1,
        incoming=Incoming("k", "official_account", "wx", "o-alice", "text", text, NOW),
        understanding=Understanding(text, "ask_product_detail", 0.9, {"attribute": [text * 40]}),
        memory=Memory(),
    )


def attributes() -> st.SearchStrategy[Mapping[str, Any]]:
    return st.dictionaries(NAMES, WORDS, max_size=6)


@st.composite
def products(draw: st.DrawFn) -> ProductView:
    """A product such as a careless import might bring."""
    variants = tuple(
        VariantView(
            id=number,
            product_id=1,
            sku=f"S{number}",
            label=" ".join(map(str, traits.values())),
            attributes=traits,
            price=draw(st.integers(0, 100_000_000)),
            stock=draw(st.integers(0, 9)),
            picture="",
        )
        for number, traits in enumerate(draw(st.lists(attributes(), min_size=1, max_size=40)))
    )
    return ProductView(1, draw(WORDS) + "裙", "棠里", "女装", draw(attributes()), "", 5, variants)


@given(products(), st.sampled_from(QUESTIONS))
def test_any_question_about_any_product_fits_into_one_message(
    product: ProductView, question: str
) -> None:
    assert len(answer_about(asking(question), product).encode()) <= LONGEST
    assert len(description(product).encode()) <= LONGEST


@given(st.lists(products(), min_size=2, max_size=3))
def test_any_comparison_fits_into_one_message(chosen: list[ProductView]) -> None:
    for question in ("有什么区别", "哪个便宜"):
        words = compared(chosen, range(1, len(chosen) + 1), question)
        assert len(words.encode()) <= LONGEST


SUMS = ["限时满减大促销活动专场（满¥1999减¥300） -¥300"] * 8


@given(WORDS, st.integers(0, MOST_LINES))
def test_any_cart_fits_into_one_message_page_by_page(words: str, count: int) -> None:
    line = PricedLine(1, 1, "S1", words + "裙", words, "", 99_999_999, 999, 0)
    view = CartView((line,) * count)

    for offset in range(0, max(count, 1), 10):
        assert len(cart_in_words(view, SUMS, offset).encode()) <= LONGEST


@given(st.lists(WORDS, max_size=40), WORDS)
def test_the_ending_is_kept_and_the_rest_fits(lines: list[str], ending: str) -> None:
    words = texts.fitting(lines, ending)

    assert len(words.encode()) <= LONGEST
    assert words.endswith(ending)


async def test_every_product_of_the_demo_shop_is_described_whole(chat: Chat) -> None:
    with chat.database.reading() as session:
        sold = list_products(session, range(1, 300))
    assert len(sold) >= 200

    for product in sold:
        words = description(product)
        assert len(words.encode()) <= LONGEST
        assert all(f"{name}：" in words for name in product.attributes)
        for question in QUESTIONS:
            answer = answer_about(asking(question), product)
            assert product.title.split()[0] in answer
            assert len(answer.encode()) <= LONGEST


async def test_a_long_cart_is_shown_page_by_page_under_going_numbers(chat: Chat) -> None:
    for shelf in ("美妆护肤", "食品生鲜", "宠物用品"):
        await chat.says(shelf)
        await chat.says("前五个都要", intent="add_to_cart", entities={"ordinal": [1, 2, 3, 4, 5]})
    lines = len((await chat.cart()).lines)
    assert lines > 10

    (first,) = await chat.says("看看购物车")
    (second,) = await chat.says("下一页")

    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert f"还有{lines - 10}种" in first.content
    assert "\n11. " in second.content
    assert "合计" in second.content
    assert "就这些" in await chat.words("下一页")
    await chat.says("删掉第十一个", intent="update_cart", entities={"ordinal": [11]})
    assert len((await chat.cart()).lines) == lines - 1
    assert "\n1. " in await chat.words("上一页")


def test_no_sentence_holds_an_emoji_and_none_is_too_long() -> None:
    sentences = [value for value in vars(texts).values() if isinstance(value, str)]
    sentences += [*texts.MENU, *texts.NEXT_FOR_ORDER.values()]

    assert [each for each in sentences if any(ord(letter) > 0xFFFF for letter in each)] == []
    assert max(len(each.encode()) for each in sentences) < LONGEST / 4
