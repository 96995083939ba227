"""Every kind of every product can be named, and what is known of it is not asked again."""

from datetime import UTC, datetime
from typing import cast

from sqlmodel import Session

from bot.database import Database
from bot.handlers.variants import fitting_variants, traits_said
from bot.memory import MOST_CHOSEN, MOST_SEEN, Memory
from bot.messages import Incoming
from bot.turn import Shop, Turn
from commerce.catalogue.queries import list_products
from nlu.understanding import Understanding
from tests.bot.handlers.conftest import DemoShop
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import cart_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def saying(text: str, understanding: Understanding) -> Turn:
    """A turn of which only its words are looked at."""
    return Turn(
        session=cast("Session", None),
        shop=cast("Shop", None),
        now=NOW,
        customer_id=1,
        conversation_id=1,
        incoming=Incoming("k", "official_account", "wx", "o-alice", "text", text, NOW),
        understanding=understanding,
        memory=Memory(),
    )


def test_every_kind_of_every_product_is_reached_by_naming_it(
    demo_shop: DemoShop, demo_database: Database
) -> None:
    with demo_database.reading() as session:
        products = list_products(session, range(1, 300))
    named = [(each, variant) for each in products for variant in each.variants if variant.label]
    assert len(named) >= 800

    missed = []
    for product, variant in named:
        text = f"来一件{variant.label}"
        traits = traits_said(saying(text, demo_shop.keyword.parse(text)), product)
        if [each.id for each in fitting_variants(product, traits)] != [variant.id]:
            missed.append(f"{product.title[:12]} {variant.label}")

    assert missed == []


async def test_two_turns_after_the_list_any_kind_is_in_the_cart(chat: Chat) -> None:
    await chat.says("T恤")
    await chat.says("第二个怎么样")
    await chat.says("来一件红色XL")

    assert (await cart_of(chat)).endswith("×1")
    (line,) = (await chat.cart()).lines
    assert line.label == "红色 XL"


def test_memory_of_what_was_spoken_of_stays_short() -> None:
    memory = Memory()

    for product_id in [*range(1, 20), 7]:
        memory.speak_of(product_id)
        memory.choose(product_id, {"颜色": "红色"})
    memory.choose(7, {"尺码": "M"})

    assert memory.seen == [7, 19, 18, 17, 16]
    assert len(memory.seen) == MOST_SEEN
    assert memory.chosen["7"] == {"颜色": "红色", "尺码": "M"}
    assert len(memory.chosen) == MOST_CHOSEN
