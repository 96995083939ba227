"""A message is kept once, in order, and none is lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from bot import inbox
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Incoming
from bot.tables import Conversation, InboxMessage, InboxState
from commerce.sealing import Sealer

Make = Callable[..., Incoming]
pytestmark = pytest.mark.database


async def test_a_message_delivered_three_times_at_once_is_kept_once(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message(sent_at=frozen_clock.now())

    deliveries = await asyncio.gather(
        *(database.write(inbox.accept, sealer, incoming, frozen_clock.now()) for _ in range(3))
    )

    assert sorted(each.is_new for each in deliveries) == [False, False, True]
    assert (
        await database.read(lambda s: s.exec(select(func.count()).select_from(InboxMessage)).one())
        == 1
    )


async def test_first_messages_of_one_customer_begin_one_conversation(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    messages = [message(f"第{n}句", sent_at=now) for n in range(10)]

    await asyncio.gather(*(database.write(inbox.accept, sealer, each, now) for each in messages))

    assert (
        await database.read(lambda s: s.exec(select(func.count()).select_from(Conversation)).one())
        == 1
    )


async def test_equal_words_of_two_customers_are_two_messages(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    alice = message("在吗", sent_at=now, openid="o-alice")
    bob = message("在吗", sent_at=now, openid="o-bob")

    first = await database.write(inbox.accept, sealer, alice, now)
    second = await database.write(inbox.accept, sealer, bob, now)

    assert first.is_new
    assert second.is_new
    assert first.conversation_id != second.conversation_id


async def test_messages_wait_in_the_order_they_were_sent_not_received(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    later = message("清空购物车", sent_at=now)
    earlier = message("加购物车", sent_at=now - timedelta(seconds=2))
    accepted = await database.write(inbox.accept, sealer, later, now)
    await database.write(inbox.accept, sealer, earlier, now)

    waiting = await database.read(inbox.oldest_waiting, sealer, accepted.conversation_id)

    assert waiting is not None
    assert waiting.incoming == earlier


async def test_what_is_finished_waits_no_more(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    incoming = message(sent_at=now)
    accepted = await database.write(inbox.accept, sealer, incoming, now)

    assert await database.write(inbox.finish, incoming.key, InboxState.ANSWERED, now)
    assert not await database.write(inbox.finish, incoming.key, InboxState.ANSWERED, now)
    assert await database.read(inbox.oldest_waiting, sealer, accepted.conversation_id) is None


async def test_the_words_do_not_stand_in_the_database(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message("我的电话13800138000", sent_at=frozen_clock.now())
    await database.write(inbox.accept, sealer, incoming, frozen_clock.now())

    sealed = await database.read(lambda s: s.exec(select(InboxMessage.incoming_sealed)).one())

    assert b"13800138000" not in sealed
    assert "电话".encode() not in sealed


async def test_a_message_left_behind_is_tried_five_times_then_set_aside(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message(sent_at=frozen_clock.now())
    await database.write(inbox.accept, sealer, incoming, frozen_clock.now())
    tries = 1  # Its own request was the first.

    given_up = 0

    for _ in range(120):
        frozen_clock.advance(seconds=10)
        if not await database.write(inbox.take_up_left_behind, frozen_clock.now()):
            continue
        waiting = await database.read(inbox.oldest_waiting, sealer, 1)
        if waiting is not None:
            tries += not waiting.is_given_up
            given_up += waiting.is_given_up

    assert (tries, given_up) == (inbox.MOST_ATTEMPTS, 1)
    assert await database.read(inbox.state_of, incoming.key) == InboxState.QUARANTINED


async def test_only_the_head_of_a_conversation_is_counted_as_tried(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    began_at = frozen_clock.now()
    for number in range(3):
        sent_at = began_at + timedelta(seconds=number)
        await database.write(inbox.accept, sealer, message(sent_at=sent_at), sent_at)
    back_at = began_at + timedelta(minutes=10)

    first = await database.write(inbox.take_up_left_behind, back_at)
    at_once = await database.write(inbox.take_up_left_behind, back_at + timedelta(seconds=3))

    attempts = select(InboxMessage.attempts).order_by(col(InboxMessage.seq))
    assert (len(first), at_once) == (1, [])
    assert await database.read(lambda s: list(s.exec(attempts).all())) == [2, 1, 1]


async def test_messages_that_pause_do_not_use_up_the_limit(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    for number in range(4):
        incoming = message(openid=f"o-{number}", sent_at=now)
        await database.write(inbox.accept, sealer, incoming, now)
    later = now + inbox.LEFT_BEHIND_AFTER

    first = await database.write(inbox.take_up_left_behind, later, limit=2)
    second = await database.write(inbox.take_up_left_behind, later, limit=2)

    assert len({*first, *second}) == 4


async def test_a_message_that_is_being_answered_is_not_taken_up(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message(sent_at=frozen_clock.now())
    await database.write(inbox.accept, sealer, incoming, frozen_clock.now())
    frozen_clock.advance(seconds=5)

    assert await database.write(inbox.take_up_left_behind, frozen_clock.now()) == []
