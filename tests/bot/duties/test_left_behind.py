"""What others left: a dead process its messages, customers their log-ins."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select, update
from structlog.testing import capture_logs

from bot.clock import FrozenClock
from bot.database import Database
from bot.duties import Duties, forget_logins
from bot.messages import Incoming
from bot.tables import InboxMessage, InboxState, LoginSession, OutboxState
from tests.bot.counter import Counter
from tests.commerce.shop import new_customer

Make = Callable[..., Incoming]


async def test_what_a_dead_process_left_behind_is_answered(
    chat: Counter, clock: FrozenClock, duties: Duties, message: Make
) -> None:
    await chat.accept(message("在吗", sent_at=clock.now()))
    clock.advance(seconds=7)

    await duties.answer_left_behind()

    assert await chat.inbox() == [InboxState.ANSWERED]
    assert [state for state, _ in await chat.outbox()] == [OutboxState.PENDING]


async def test_one_conversation_that_cannot_be_answered_does_not_stop_the_others(
    chat: Counter, clock: FrozenClock, duties: Duties, message: Make
) -> None:
    broken = await chat.accept(message("一", openid="o-bob", sent_at=clock.now()))
    await chat.accept(message("二", sent_at=clock.now()))
    with chat.database.writing() as session:
        broken_row = col(InboxMessage.key) == broken.waiting.incoming.key
        session.exec(update(InboxMessage).where(broken_row).values(incoming_sealed=b"?"))
    clock.advance(seconds=7)

    with capture_logs() as lines:
        await duties.answer_left_behind()

    assert await chat.inbox() == [InboxState.PENDING, InboxState.ANSWERED]
    assert [line["event"] for line in lines] == ["still not answered"]


@pytest.mark.database
async def test_the_sweep_keeps_what_may_still_be_asked_for(
    database: Database, clock: FrozenClock
) -> None:
    now = clock.now()
    with database.writing() as session:
        for name, left in (("live", 1), ("over", -1)):
            session.add(
                LoginSession(
                    token_digest=name,
                    customer_id=new_customer(session),
                    openid="o",
                    created_at=now,
                    expires_at=now + timedelta(minutes=left),
                )
            )

    await database.write(forget_logins, now)

    with database.reading() as session:
        assert session.exec(select(LoginSession.token_digest)).all() == ["live"]
