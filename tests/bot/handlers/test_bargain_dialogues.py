"""Bargains in chat: kindly refused while they are off; begun and followed while they are on."""

from random import Random

from bot.handlers import bargain_words as words
from bot.messages import Card, Text
from commerce.bargains import cutting
from commerce.bargains.tables import Bargain
from miniprogram_cards.paths import BARGAIN_PAGE, parse
from tests.bot.handlers.buying import rows
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.dealing import bargain_runs, flash_sale
from tests.bot.handlers.script import line, play
from tests.commerce.shop import new_customer


async def helped(chat: Chat, times: int) -> None:
    """So many friends help in the only bargain."""
    (bargain,) = await rows(chat, Bargain)
    now = chat.clock.now()
    for number in range(times):
        await chat.database.write(
            lambda session, seed: cutting.help(
                session, bargain.bargain_no, new_customer(session), Random(seed), now
            ),
            number,
        )


async def test_while_they_are_off_what_is_on_offer_is_told_instead(chat: Chat) -> None:
    await play(chat, line("帮我砍一刀", words.OFF, "没有优惠券", asks=""))

    await flash_sale(chat, chat.clock.now())

    await play(chat, line("能砍价吗", words.OFF_BUT, "秒杀“晚八点场”", intent="flash_sale"))
    assert await rows(chat, Bargain) == []


async def test_one_is_begun_only_by_choosing_it(chat: Chat) -> None:
    await bargain_runs(chat)

    await play(
        chat,
        line("砍价", "1. 奈鹿", "原价¥129", "底价¥9.9", "3位朋友", asks="which_bargain"),
        line("不用", words.LATER),
    )
    assert await rows(chat, Bargain) == []
    await play(chat, line("砍价"))

    told, card = await chat.says("第一个")

    (bargain,) = await rows(chat, Bargain)
    assert isinstance(told, Text)
    assert "砍价开始了：从¥129起" in told.content
    assert isinstance(card, Card)
    assert (parse(card.path).page, parse(card.path).subject) == (BARGAIN_PAGE, bargain.bargain_no)


async def test_ones_own_is_followed_to_its_floor(chat: Chat) -> None:
    await bargain_runs(chat)
    await chat.says("砍口红", intent="flash_sale", entities={"product": ["口红"]})
    await helped(chat, 2)

    await play(chat, line("我的砍价", "还差1位朋友到底价¥9.9", "还差1人"))
    await helped(chat, 1)
    await play(chat, line("砍价还差多少", "已经到底价¥9.9", "点卡片下单有效"))
    assert len(await rows(chat, Bargain)) == 1


async def test_friends_are_helped_in_the_mini_program(chat: Chat) -> None:
    await bargain_runs(chat)

    await play(chat, line("帮朋友砍一刀", words.HELP_BY_CARD))
