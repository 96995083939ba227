"""Live streams in chat: when, a link's number, a reminder that was agreed to."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.handlers import live_words as words
from bot.live_rounds import LiveRounds
from bot.messages import Card, reply_as_words
from bot.seeds import LIVE_FILE
from bot.tables import Conversation
from commerce.live.entering import read_lives, seed_lives
from commerce.live.reminding import AHEAD
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play
from tests.commerce.live.streams import stream

LIVE: dict[str, Any] = {"intent": "live_stream"}
EIGHT_HOURS = timedelta(hours=8)  # From noon until the stream of the evening.


@pytest.fixture
def scheduled(chat: Chat) -> Chat:
    """A conversation at noon of a Monday; the demo shop's streams are entered."""
    with chat.database.writing() as session:
        seed_lives(session, read_lives(session, LIVE_FILE, chat.clock.now()))
    return chat


DIALOGUES: dict[str, list[Line]] = {
    "the schedule, and a yes to the reminder": [
        line("今晚几点直播", "· 今晚20:00–22:00 “掌柜小店晚间好物”，在视频号“掌柜小店”看",
             "提醒您吗", never=("明晚",), asks="live_reminder"),
        line("好的", "今晚20:00的“掌柜小店晚间好物”", "开播前10分钟", "取消直播提醒", asks=""),
        line("今晚几点直播", "我会在这里提醒您", never=("提醒您吗",), asks=""),
        line("直播提醒我", "已经记着了"),
        line("取消直播提醒", "直播提醒取消了", "退订"),
        line("取消直播提醒", "没有订直播提醒"),
    ],
    "several days": [
        line("这周的直播安排", "今晚20:00", "明晚20:00", "11月25日（周三）20:00",
             "11月28日（周六）15:00", "提醒您吗", **LIVE),
        line("不用了", "几点直播", asks=""),
        line("周六有直播吗", "11月28日（周六）15:00–17:30 “周末下午茶专场”",
             never=("今晚",), **LIVE),
        line("再说吧", asks=""),
        line("明天几点直播", "明晚20:00", never=("今晚",)),
    ],
    "a link while nothing is on names the next stream": [
        line("3号链接", "现在没有在直播", "今晚20:00的“掌柜小店晚间好物”", asks="live_reminder"),
        line("提醒我", "开播前10分钟我在这里提醒您", asks=""),
        line("直播间3号链接", "现在没有在直播", "我会在这里提醒您", asks=""),
    ],
    "the words themselves are the consent": [
        line("开播叫我", "今晚20:00", "开播前10分钟我在这里提醒您"),
    ],
    "an open question is not lost": [
        line("我要领券", asks=""),
        line("看看购物车", asks=""),
        line("直播什么时候开始", "今晚20:00", asks="live_reminder"),
        line("有没有哑铃", "哑铃", asks=""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES)
async def test_the_dialogue_goes_as_written(scheduled: Chat, script: list[Line]) -> None:
    await play(scheduled, *script)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("3号链接", {}),
        ("直播间3号链接", {}),
        ("三号链接", {}),
        ("第3个链接发我", {}),
        ("三号", {}),
        ("主播说的3号链接", {}),
        ("能重新讲一下3号吗", LIVE),
    ],
)
async def test_a_number_is_answered_with_the_card_of_the_running_stream(
    scheduled: Chat, said: str, told: dict[str, Any]
) -> None:
    scheduled.clock.advance(seconds=EIGHT_HOURS.total_seconds())

    (card,) = await scheduled.says(said, **told)

    assert isinstance(card, Card)
    assert "降噪耳机" in card.title
    assert card.path.startswith("pages/product/index?")
    memory = await scheduled.memory()
    assert memory.focus is not None


async def test_while_a_stream_is_on_it_is_told_how_long_and_what_numbers_there_are(
    scheduled: Chat,
) -> None:
    scheduled.clock.advance(seconds=EIGHT_HOURS.total_seconds())

    await play(
        scheduled,
        line("现在在播吗", "正在直播：“掌柜小店晚间好物”，播到22:00", "明晚20:00", asks="", **LIVE),
        line("9号链接", "有1到6号链接，没有9号"),
        line("直播间的1号跟6号分别是啥", "[小程序] ", "连衣裙", "猫粮", **LIVE),
        line("28号有直播吗", "正在直播", never=("没有28号",), **LIVE),
    )


async def test_a_place_in_the_list_stays_a_place_in_the_list(scheduled: Chat) -> None:
    scheduled.clock.advance(seconds=EIGHT_HOURS.total_seconds())
    await scheduled.says("哑铃")

    card = await scheduled.words("第2个链接")

    assert "哑铃" in card
    assert "降噪耳机" in await scheduled.words("3号链接")


async def test_without_any_stream_the_shop_says_so_and_offers_what_it_can(chat: Chat) -> None:
    await play(
        chat,
        line("今晚几点直播", "没有直播", "直接问我", asks=""),
        line("3号链接", "没有直播", asks=""),
        line("三号", never=("直播",)),
        line("直播提醒我", "没有直播", asks=""),
    )


async def test_a_stream_at_night_or_days_away_is_promised_with_care(chat: Chat) -> None:
    now = chat.clock.now()
    with chat.database.writing() as session:
        stream(session, now + timedelta(hours=10, minutes=15), title="深夜场")
    assert "不打扰您了" in await chat.words("直播提醒我")
    assert await chat.step() == ""
    with chat.database.writing() as session:
        stream(session, now + timedelta(hours=3, days=3), title="三天后的一场")
    chat.clock.advance(seconds=timedelta(hours=12).total_seconds())

    assert "48小时" in await chat.words("直播提醒我")


@pytest.fixture
def rounds(scheduled: Chat) -> LiveRounds:
    return LiveRounds(scheduled.database, scheduled.clock, scheduled.shop.sealer)


async def test_whoever_agreed_hears_once_ten_minutes_ahead(
    scheduled: Chat, rounds: LiveRounds
) -> None:
    await scheduled.says("直播提醒我")
    scheduled.clock.advance(seconds=(EIGHT_HOURS - AHEAD).total_seconds() - 10)
    await rounds.remind_all()
    assert await scheduled.hears() == []

    scheduled.clock.advance(seconds=5)
    for _ in range(2):
        await rounds.remind_all()

    (told,) = await scheduled.hears()
    assert reply_as_words(told).startswith("“掌柜小店晚间好物”20:00开播，还有10分钟")


async def test_whoever_cannot_be_written_to_then_is_not_told_later(
    scheduled: Chat, rounds: LiveRounds
) -> None:
    await scheduled.says("直播提醒我")

    def use_up(session: Session) -> None:
        talk = session.get_one(Conversation, 1)
        talk.window_used = 5
        session.add(talk)

    await scheduled.database.write(use_up)
    scheduled.clock.advance(seconds=(EIGHT_HOURS - AHEAD).total_seconds())
    await rounds.remind_all()
    await scheduled.says("谢谢")
    await rounds.remind_all()

    assert await scheduled.hears() == []


def test_days_and_numbers_are_told_apart() -> None:
    assert words.links_named("28号有没有直播") == words.links_named("几号到几号有直播") == []
    assert words.links_named("11月28号那场") == []
    assert words.links_named("6号跟3号，还有第8个") == [6, 3, 8]
    assert words.link_said("第三个链接") == words.link_said("直播间里的3号") == 3
    assert words.link_said("三号") == words.link_said("链接打不开") == 0
