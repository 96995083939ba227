"""QR codes with a scene in chat: where somebody came from, and who recommended the shop."""

from datetime import timedelta

from bot.handlers.scanning import WELCOME_BACK
from bot.messages import Choices, reply_as_words
from commerce.distribution import promoters
from commerce.distribution.bindings import find_promoter_of
from commerce.sources.codes import add_code
from commerce.sources.coming import came_by
from commerce.sources.counting import list_counts
from commerce.sources.tables import CodeKind
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.commerce.shop import place, put_on_sale


async def follow(chat: Chat, scene: str) -> str:
    replies = await chat.says("", "follow", payload={"EventKey": f"qrscene_{scene}"})
    assert isinstance(replies[-1], Choices)  # The greeting comes whatever was scanned.
    return "\n".join(map(reply_as_words, replies[:-1]))


async def scan(chat: Chat, scene: str) -> str:
    return await chat.words("", "scan", payload={"EventKey": scene})


async def code_of_promoter(chat: Chat) -> str:
    await chat.says("你好")
    with chat.database.writing() as session:
        customer_id = await chat.customer_id()
        row = promoters.appoint(
            session, customer_id, actor="agent:1", reason="test", now=chat.clock.now()
        )
        return row.code


async def test_whoever_follows_by_a_poster_and_orders_is_counted_for_it(chat: Chat) -> None:
    with chat.database.writing() as session:
        add_code(session, "door", name="门口", kind=CodeKind.OA, now=chat.clock.now())

    assert await follow(chat, "src_door") == ""
    chat.clock.advance(seconds=timedelta(hours=1).total_seconds())
    assert await scan(chat, "src_door") == WELCOME_BACK

    with chat.database.writing() as session:
        customer_id = await chat.customer_id()
        assert came_by(session, customer_id, chat.clock.now()) == "door"
        order = place(session, customer_id, {put_on_sale(session): 1}, now=chat.clock.now())
        (door,) = list_counts(session)
    assert order.came_by == "door"
    assert (door.visits, door.follows, door.orders) == (2, 1, 1)


async def test_a_code_that_nobody_knows_is_no_reason_to_be_silent_or_to_break(chat: Chat) -> None:
    assert await follow(chat, "src_nowhere") == ""
    assert await scan(chat, "src_nowhere") == WELCOME_BACK
    assert await scan(chat, "p_NOBODY") == WELCOME_BACK
    assert await scan(chat, "spring_1") == ""


async def test_a_friends_code_is_kept_with_a_kind_word(open_chat: OpenChat) -> None:
    promoter, friend = open_chat("o-promoter"), open_chat("o-friend")
    code = await code_of_promoter(promoter)

    assert "朋友推荐来的" in await follow(friend, f"p_{code}")
    assert await scan(friend, f"p_{code}") == WELCOME_BACK
    assert "您自己的" in await scan(promoter, f"p_{code}")

    with friend.database.reading() as session:
        brought_by = find_promoter_of(session, await friend.customer_id(), friend.clock.now())
    assert brought_by == await promoter.customer_id()


async def test_a_scan_leaves_the_open_question_open(chat: Chat) -> None:
    await chat.says("删除我的个人信息", intent="privacy_request")
    asked = await chat.step()

    await scan(chat, "src_nowhere")

    assert asked
    assert await chat.step() == asked
