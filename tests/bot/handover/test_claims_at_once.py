"""The sender beside others who hold conversations: on SQLite there is only one who writes."""

import asyncio

import pytest
from sqlmodel import Session

from bot import conversations, outbox
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import Text, reply_to_json
from bot.outbox import Post, answer_key
from commerce.sealing import Sealer
from tests.bot.handover.conftest import begin_talk

SOON = 2
"""Seconds; who waits for a lock in the shop's PostgreSQL waits for up to three."""


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
async def test_a_claim_waits_for_no_conversation_that_somebody_holds_and_takes_it_afterwards(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()

    def prepare(session: Session) -> list[int]:
        talks = [begin_talk(session, now) for _ in range(3)]
        for talk_id in talks:
            payload = reply_to_json(Text("您好"))
            kind, key = "official_account.reply", answer_key(f"in-{talk_id}", 0)
            said = Post(key, kind, payload, conversation_id=talk_id, held_until=now)
            outbox.post(session, sealer, said, now)
        return talks

    async def claim() -> list[int | None]:
        async with asyncio.timeout(SOON):
            claimed = await database.write(outbox.claim_due, sealer, now)
        return [each.conversation_id for each in claimed]

    riding, taken, free = await database.write(prepare)
    with database.writing() as holder:
        conversations.lock(holder, riding)
        conversations.lock(holder, taken)

        assert await claim() == [free]
        assert outbox.claim_passive(holder, sealer, f"in-{riding}", now) is not None
    assert await claim() == [taken]
