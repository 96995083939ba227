"""Customers who write, and people of the shop who see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session, select

from bot import conversations
from bot.console.desk import Desk
from bot.handover import owning, queue
from bot.handover.tables import Reason
from bot.messages import Incoming
from bot.tables import Conversation, OutboxMessage
from tests.bot.console.conftest import Answer, Browser
from tests.bot.counter import Counter


@dataclass
class Floor:
    """The shop's floor: customers write, and wait for people."""

    desk: Desk
    counter: Counter
    message: Callable[..., Incoming]

    async def hears(self, text: str = "你好", openid: str = "o-alice", **more: Any) -> int:
        """A customer writes, and the bot answers; their conversation."""
        incoming = self.message(text, sent_at=self.desk.clock.now(), openid=openid, **more)
        return (await self.counter.hear(incoming)).conversation_id

    async def queues(self, talk_id: int, reason: Reason = Reason.ASKED) -> None:
        """The customer wants a person."""
        now = self.desk.clock.now()

        def ask(session: Session) -> None:
            queue.ask(session, conversations.lock(session, talk_id), reason, now)

        await self.desk.database.write(ask)

    async def gives(self, talk_id: int, staff_id: int) -> None:
        """Somebody has the conversation."""
        epoch, now = (await self.row(talk_id)).epoch, self.desk.clock.now()
        await self.desk.database.write(owning.take, talk_id, staff_id, epoch, now)

    async def row(self, talk_id: int) -> Conversation:
        """The conversation's row."""
        return await self.desk.database.read(lambda session: session.get_one(Conversation, talk_id))

    async def posts(self) -> list[OutboxMessage]:
        """Everything that was to be sent to customers."""
        wanted = select(OutboxMessage).where(OutboxMessage.kind == "official_account.reply")
        return await self.desk.database.read(lambda session: list(session.exec(wanted)))

    async def act(self, who: Browser, talk_id: int, action: str, **fields: Any) -> Answer:
        """What somebody does on the conversation's page, having seen how it is now."""
        form = {"epoch": str((await self.row(talk_id)).epoch), "key": "a" * 32, **fields}
        return await who.post(f"/talks/{talk_id}/{action}", form)


@pytest.fixture
def floor(desk: Desk, counter: Counter, message: Callable[..., Incoming]) -> Floor:
    """The floor of the shop whose console `open_console` opens."""
    return Floor(desk, counter, message)
