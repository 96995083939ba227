"""Questions about the shop, answered as it is written, with what holds at that moment."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.knowledge.answering import Answering
from bot.messages import Choices
from bot.seeding import seed_knowledge
from bot.turn import Shop
from commerce.events import ShopEvent
from commerce.knowledge.entries import find_entry
from commerce.knowledge.facts import set_fact
from commerce.knowledge.tables import ShopFact
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from tests.bot.handlers.conftest import DemoShop
from tests.bot.handlers.conversation import Chat, Recorded
from tests.bot.handlers.script import Line, line, play
from tests.commerce.shop import NOW
from tests.fixtures.databases import spare_the_disk

FAQ = "ask_shipping"

DIALOGUES: dict[str, list[Line]] = {
    "freight, carrier and time": [
        line("包邮吗", "店里的商品包邮", never=("{", "已经记下")),
        line("发什么快递", "中通、韵达"),
        line("几天能到", "浙江杭州", "2–4天", "新疆、西藏、青海等", intent=FAQ),
    ],
    "a region gets its own answer": [
        line("新疆发不发货", "新疆可以送到", "邮政", "5–8天", intent=FAQ,
             entities={"region": ["新疆"]}),
        line("几天能到", "2–4天到", intent=FAQ, entities={"region": ["成都"]}),
        line("香港能收货吗", "只发中国大陆", "香港", intent=FAQ, entities={"region": ["香港"]}),
    ],
    "who has no order asks about dispatch at large": [
        line("发货是不是48小时内", "付款后48小时内发出", intent="order_status"),
        line("我的订单", "您还没有订单", never=("48",)),
    ],
    "the product spoken of is the one meant": [
        line("口红"),
        line("第一个多少钱"),
        line("这个包不包邮", "“奈鹿 丝绒哑光", "包邮", intent=FAQ),
        line("支持七天无理由退货吗", "食品生鲜、美妆护肤拆封后除外",
             intent="ask_return_policy"),
    ],
    "what is not offered is said, and nobody bothered": [
        line("有优惠券吗", "没有优惠券", intent="ask_promotion", never=("已经记下",)),
        line("怎么参加拼团", "没有正在拼的团", intent="group_buy"),
        line("我的积分怎么查", "没有积分", intent="ask_points"),
        line("我的佣金怎么提现", "您还不是推广员", intent="distribution"),
        line("今晚播不播", "没有直播", intent="live_stream"),
    ],
    "an answer that promises a person leaves word": [
        line("税号填错怎么办", "重开", "已经记下", intent="ask_invoice"),
        line("能开专票吗", "电子普通发票", intent="ask_invoice", never=("已经记下",)),
    ],
    "trouble with paying goes to a person": [
        line("付款失败怎么办", "限额", "已经告诉店里的同事", intent="ask_payment"),
        line("扣了我两次钱", "付款遇到问题", "已经记下", intent="ask_payment"),
        line("能用花呗吗", "只能用微信支付", intent="ask_payment", never=("已经记下",)),
    ],
    "an answer is found though the message was not understood": [
        line("退货地址发一下", "我要退货", intent="nlu_fallback"),
        line("你是机器人吗", "掌柜小店的智能助手", intent="out_of_scope"),
        line("怎么下单", "结算", intent="help"),
    ],
    "what nobody has written down is left to people": [
        line("你们的包材是哪个厂印的", "已经记下", intent=FAQ, asks=""),
    ],
    "a lasting question waits for its answer": [
        line("口红"),
        line("加购物车", asks="pick"),
        line("发什么快递", "中通", "第几个", intent=FAQ, asks="pick"),
        line("第二个", "已加购物车", asks=""),
    ],
    "what belongs elsewhere is said to": [
        line("淘宝怎么退货", "别的平台", intent="ask_return_policy"),
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def answered_shop(demo_shop: DemoShop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop's database with all that it has written down, to copy."""
    file = tmp_path_factory.mktemp("answered-shop") / "shop.db"
    shutil.copy(demo_shop.database, file)
    database = Database(f"sqlite:///{file}")
    spare_the_disk(database)
    with database.writing() as session:
        seed_knowledge(session, NOW)
    database.close()
    return file


@pytest.fixture(scope="session")
def answering(demo_shop: DemoShop) -> Answering:
    """Compares by letters; every test's database is of the same edition."""
    return Answering(demo_shop.search.tokenise, hold_minutes=45)


@pytest.fixture
def chat(
    demo_shop: DemoShop,
    answered_shop: Path,
    answering: Answering,
    tmp_path: Path,
    frozen_clock: FrozenClock,
    sealer: Sealer,
) -> Iterator[Chat]:
    """A conversation with this test's own copy of the shop."""
    shutil.copy(answered_shop, tmp_path / "shop.db")
    database = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    spare_the_disk(database)
    tokens = CartTokens("a secret of the tests")
    shop = Shop("掌柜小店", demo_shop.search, sealer, tokens, answering=answering)
    yield Chat(database, shop, Recorded(demo_shop.keyword), frozen_clock)
    database.close()


async def reasons(chat: Chat) -> list[str]:
    """Why people of the shop were called, in order."""

    def read(session: Session) -> list[str]:
        events = session.exec(select(ShopEvent).where(ShopEvent.kind == "person_wanted"))
        return [str(event.subject["reason"]) for event in events]

    return await chat.database.read(read)


def move_to(chat: Chat, moment: datetime) -> None:
    """Let the next message come at that moment."""
    chat.clock.advance(seconds=(moment - chat.clock.now()).total_seconds() - 5)


@pytest.mark.parametrize("name", DIALOGUES)
async def test_questions(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


async def test_people_are_called_by_the_entry_that_promised_them(chat: Chat) -> None:
    await chat.says("税号填错怎么办", intent="ask_invoice")
    await chat.says("包邮吗", intent="ask_shipping")

    assert await reasons(chat) == ["knowledge:invoice-correction"]


async def test_the_nearest_questions_are_offered_and_a_tap_answers(chat: Chat) -> None:
    (offer,) = await chat.says("换一个尺码运费要我出不", intent="ask_return_policy")
    assert isinstance(offer, Choices)
    assert offer.options[-1] == "都不是"
    assert len(offer.options) <= 3
    assert await chat.step() == "which_question"

    answer = await chat.words("换货运费怎么算？", "menu_choice")

    assert "来回运费我们出" in answer
    assert await chat.step() == ""
    assert await reasons(chat) == []


async def test_a_number_answers_too_and_none_of_them_calls_a_person(chat: Chat) -> None:
    offer = await chat.words("换一个尺码运费要我出不", intent="ask_return_policy")
    first = offer.splitlines()[1].removeprefix("· ")
    by_number = await chat.words("1", intent="nlu_fallback")
    assert by_number == await chat.words(first, intent="ask_return_policy")

    await chat.says("换一个尺码运费要我出不", intent="ask_return_policy")
    assert "已经记下" in await chat.words("都不是", "menu_choice")
    assert await reasons(chat) == ["ask_return_policy"]


async def test_numbers_come_from_the_shop_as_it_is(chat: Chat) -> None:
    assert "45分钟" in await chat.words("多久之内要付款", intent="ask_payment")
    assert "0笔" in await chat.words("我一共下过几单", intent="nlu_fallback")

    with chat.database.writing() as session:
        set_fact(session, "无理由天数", "15", NOW)

    assert "15天" in await chat.words("支持七天无理由退货吗", intent="ask_return_policy")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 23, 4, tzinfo=UTC), "现在正在营业"),
        (datetime(2026, 11, 23, 0, tzinfo=UTC), "今天10:00开门"),
        (datetime(2026, 11, 23, 13, tzinfo=UTC), "已经关门了，明天10:00"),
        (datetime(2027, 2, 4, 13, tzinfo=UTC), "已经关门了，2月9日10:00"),
        (datetime(2027, 2, 6, 4, tzinfo=UTC), "今天休息，2月9日10:00"),
    ],
)
async def test_whether_the_shop_is_open_is_told_by_the_clock(
    chat: Chat, moment: datetime, words: str
) -> None:
    move_to(chat, moment)

    assert words in await chat.words("几点关门", intent="ask_store")


async def test_days_of_rest_are_told_until_they_are_over(chat: Chat) -> None:
    assert "2月5日–2月8日休息" in await chat.words("过年放假吗", intent="ask_store")
    move_to(chat, datetime(2027, 3, 1, tzinfo=UTC))
    assert "没有放假安排" in await chat.words("过年放假吗", intent="ask_store")


async def test_an_answer_whose_fact_is_missing_is_not_given(chat: Chat) -> None:
    with chat.database.writing() as session:
        fact = session.get_one(ShopFact, "快递公司")
        session.delete(fact)

    assert "已经记下" in await chat.words("发什么快递", intent="ask_shipping")


async def test_an_answer_is_not_given_after_its_time(chat: Chat) -> None:
    with chat.database.writing() as session:
        entry = find_entry(session, "carrier")
        assert entry is not None
        entry.valid_until = chat.clock.now()
        session.add(entry)

    assert "已经记下" in await chat.words("发什么快递", intent="ask_shipping")


async def test_the_latest_order_is_the_customers_own(chat: Chat) -> None:
    assert "最近一笔" not in await chat.words("在哪里看订单", intent="nlu_fallback")
