"""What sending costs and where to, told from the freight templates as they are."""

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.handlers.freight_words import freight_in_words
from bot.knowledge.answering import Answering
from bot.seeds import FREIGHT_FILE
from bot.seeds.knowledge import ENTRY_FILES, FACTS_FILE
from bot.turn import Shop
from commerce.customers.regions import Region, read_region
from commerce.freight.seeding import read_freight, seed_freight
from commerce.freight.tables import FreightPolicy, FreightTemplate
from commerce.freight.terms import Terms
from commerce.knowledge.entries import seed_entries
from commerce.knowledge.facts import seed_fact
from commerce.knowledge.importing import read_entries, read_facts
from commerce.ordering.cart_token import CartTokens
from commerce.sealing import Sealer
from tests.bot.handlers.conftest import DemoShop
from tests.bot.handlers.conversation import Chat, Recorded
from tests.bot.handlers.script import line, play
from tests.commerce.freight.shop import HEAVY, LIGHT, TERMS
from tests.commerce.shop import NOW

FAQ = "ask_shipping"
OF_DELIVERY = [path for path in ENTRY_FILES if path.stem == "delivery"]


@pytest.fixture
def chat(
    demo_shop: DemoShop, demo_database: Database, frozen_clock: FrozenClock, sealer: Sealer
) -> Chat:
    """A conversation with a shop that charges freight and has written down what it tells of it."""
    with demo_database.writing() as session:
        seed_freight(session, read_freight(FREIGHT_FILE), NOW)
        for name, value in read_facts(FACTS_FILE).items():
            seed_fact(session, name, value, NOW)
        seed_entries(session, read_entries(OF_DELIVERY), NOW)
    shop = Shop(
        "掌柜小店",
        demo_shop.search,
        sealer,
        CartTokens("a secret of the tests"),
        answering=Answering(demo_shop.search.tokenise, hold_minutes=45),
    )
    return Chat(demo_database, shop, Recorded(demo_shop.keyword), frozen_clock)


async def test_the_rule_names_the_sum_and_the_surcharge(chat: Chat) -> None:
    await play(
        chat,
        line("包邮吗", "店里的商品满¥59包邮，不满的运费首件¥8，每多1件加¥2",
             "新疆、西藏首件¥15，每多1件加¥5，不参加满¥59包邮", intent=FAQ),
        line("运费多少", "满¥59包邮", "新疆、西藏", intent=FAQ),
    )  # fmt: skip


async def test_a_region_gets_its_own_rate(chat: Chat) -> None:
    await play(
        chat,
        line("新疆发不发货", "新疆可以送到", "5–8天", "首件¥15，每多1件加¥5，不参加满¥59包邮",
             intent=FAQ, entities={"region": ["新疆"]}),
        line("香港能收货吗", "香港", "寄不到", never=("可以送到",), intent=FAQ,
             entities={"region": ["香港"]}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("往乌鲁木齐寄的话邮费怎么个算法", "乌鲁木齐"),
        ("甘肃那边邮费要出多少", "首件¥10"),
        ("寄去澳门的运费是多少呀", "澳门暂时寄不到"),
        ("运费到底咋个收法嘛我看不懂", "满¥59包邮"),
    ],
)
async def test_what_nobody_has_written_down_is_told_too(chat: Chat, said: str, told: str) -> None:
    unwritten = Shop("掌柜小店", chat.shop.search, chat.shop.sealer, chat.shop.cart_tokens)
    chat = Chat(chat.database, unwritten, chat.parser, chat.clock)

    await play(chat, line(said, told, never=("已经记下",), intent=FAQ))


async def test_it_follows_the_templates(chat: Chat) -> None:
    def change(session: Session) -> None:
        policy = session.exec(select(FreightPolicy)).one()
        policy.free_over = 12_800
        standard = session.exec(
            select(FreightTemplate).where(FreightTemplate.name == "标准快递")
        ).one()
        standard.first_price, standard.no_delivery = 500, ["新疆维吾尔自治区"]
        session.add_all((policy, standard))

    await chat.database.write(change)

    await play(
        chat,
        line("包邮吗", "满¥128包邮，不满的运费首件¥5", intent=FAQ),
        line("新疆发不发货", "新疆暂时寄不到", intent=FAQ, entities={"region": ["新疆"]}),
    )


async def test_heavy_goods_are_told_by_weight(chat: Chat) -> None:
    await play(
        chat,
        line("高原纯牛奶"),
        line("第一个多少钱"),
        line("这个包邮吗", "3公斤内¥8，每多1公斤加¥1.5", intent=FAQ),
    )


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("", (
            "满¥99包邮，不满的运费首件¥8，每多1件加¥2；江苏、浙江、上海满¥50、2件包邮；"
            "新疆、西藏首件¥25，每多1件加¥10，不参加满¥99包邮；嵊泗县首件¥15，每多1件加¥5"
        )),
        ("浙江杭州", "寄到杭州运费首件¥6，每多2件加¥1，满¥50、2件包邮，满¥99包邮"),
        ("新疆", "寄到新疆运费首件¥25，每多1件加¥10，不参加满¥99包邮"),
        ("台湾", "台湾暂时寄不到"),
    ],
)  # fmt: skip
def test_a_template_in_words(place: str, words: str) -> None:
    assert freight_in_words(TERMS, LIGHT, read_region(place)) == words


def test_a_shop_that_charges_nothing_says_so() -> None:
    assert freight_in_words(Terms(), None, None) == "包邮，不用凑单"
    assert freight_in_words(Terms(), None, Region("新疆维吾尔自治区")) == "包邮，不用凑单"
    assert freight_in_words(Terms(), HEAVY, None) == (
        "运费1公斤内¥10，每多500克加¥3；广东满3件包邮；新疆1公斤内¥30，每多1公斤加¥15"
    )
