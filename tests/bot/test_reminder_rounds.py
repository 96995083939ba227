"""Reminders of groups on their way to a customer: a card at least, nothing that waits."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.reminder_rounds import ReminderRounds
from bot.turn import Shop
from commerce.group_buys.tables import GroupReminder
from tests.bot.counter import Counter, open_counter
from tests.bot.listening.conftest import Make
from tests.commerce import shop
from tests.commerce.group_buys.grouping import order_in, pay_for, start_activity

TO_THE_MARK = timedelta(hours=4).total_seconds()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
async def chat(database: Database, clock: FrozenClock, empty_shop: Shop, message: Make) -> Counter:
    """A leader of a group of six hours has written just now."""
    counter = open_counter(database, clock, empty_shop)
    await counter.hear(message("闷着", sent_at=clock.now()))
    leader = (await counter.conversation()).customer_id

    def lead(session: Session) -> None:
        activity = start_activity(session, lifetime=timedelta(hours=6))
        pay_for(session, order_in(session, activity, customer_id=leader), shop.NOW)

    await database.write(lead)
    return counter


def rounds(chat: Counter) -> ReminderRounds:
    return ReminderRounds(chat.database, chat.clock, chat.sealer)


async def test_the_leader_gets_words_and_card_once_whoever_ticks_again(
    chat: Counter, clock: FrozenClock
) -> None:
    await rounds(chat).remind_of_groups()
    assert await chat.outbox() == []

    clock.advance(seconds=TO_THE_MARK)
    for _ in range(3):  # Each as after a restart.
        await rounds(chat).remind_of_groups()

    words, card = await chat.send_all()
    assert "还差2人，剩2小时" in words["content"]
    assert card["title"].endswith("还差2人 剩2小时")
    assert "source=group-reminder" in card["path"]
    assert (await chat.transcript())[-1] == ("bot", f"[小程序] {card['title']}")


@pytest.mark.parametrize(("used", "kinds"), [(3, ["card"]), (4, ["card"]), (5, [])])
async def test_with_little_room_the_card_goes_alone_and_with_none_nothing_waits(
    chat: Counter, clock: FrozenClock, message: Make, used: int, kinds: list[str]
) -> None:
    await chat.change_conversation(window_used=used)
    clock.advance(seconds=TO_THE_MARK)

    await rounds(chat).remind_of_groups()

    assert [each["type"] for each in await chat.send_all()] == kinds
    await chat.hear(message("闷着", sent_at=clock.now()))
    await rounds(chat).remind_of_groups()
    assert [each["type"] for each in await chat.send_all()] == kinds
    assert len(await chat.database.read(lambda each: each.exec(select(GroupReminder)).all())) == 1


async def test_a_conversation_in_a_persons_hands_is_left_to_them(
    chat: Counter, clock: FrozenClock
) -> None:
    await chat.change_conversation(owner="agent:1")
    clock.advance(seconds=TO_THE_MARK)

    await rounds(chat).remind_of_groups()

    assert await chat.outbox() == []
