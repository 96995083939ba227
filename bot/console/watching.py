"""Notices what changed in conversations, whoever changed it, and tells the open pages.

Customers' messages are taken in by the pipeline, often in another process: a light look at the
newest numbers twice a second, while any page listens, is all that the console needs of it.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from bot.console.feed import INBOX, Feed, talk
from bot.database import Database
from bot.handover.tables import Handover, HandoverMove
from bot.tables import ChatMessage

log = structlog.get_logger()

LOOK_EVERY_SECONDS: Final = 0.5
A_BATCH: Final = 200


class Newest(NamedTuple):
    """The newest numbers that were seen."""

    message: int
    move: int


class Changed(NamedTuple):
    """What came after them."""

    newest: Newest
    talks: Sequence[int]


class Watch:
    """Looks at the database for the pages of this process."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed
        self._seen: Newest | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not self._feed.is_heard:
                self._seen = None
                continue
            try:
                await self.look()
            except DBAPIError as error:
                log.warning("conversations not reachable", reason=str(error.orig))

    async def look(self) -> None:
        """Tell of everything since the last look; the first one only notes where things stand."""
        if self._seen is None:
            self._seen = await self._database.read(newest)
            return
        changed = await self._database.read(changed_since, self._seen)
        self._seen = changed.newest
        for conversation_id in changed.talks:
            self._feed.publish(talk(conversation_id), id=conversation_id)
        if changed.talks:
            self._feed.publish(INBOX)


def newest(session: Session) -> Newest:
    """The newest numbers there are."""
    message = session.exec(select(func.max(ChatMessage.id))).one()
    move = session.exec(select(func.max(HandoverMove.id))).one()
    return Newest(message or 0, move or 0)


def changed_since(session: Session, seen: Newest) -> Changed:
    """The conversations that got a message, or moved between people, since then."""
    messages = session.exec(
        select(ChatMessage.id, ChatMessage.conversation_id)
        .where(col(ChatMessage.id) > seen.message)
        .order_by(col(ChatMessage.id))
        .limit(A_BATCH)
    ).all()
    moves = session.exec(
        select(HandoverMove.id, Handover.conversation_id)
        .join(Handover, col(Handover.id) == col(HandoverMove.handover_id))
        .where(col(HandoverMove.id) > seen.move)
        .order_by(col(HandoverMove.id))
        .limit(A_BATCH)
    ).all()
    reached = Newest(
        max([seen.message, *(number or 0 for number, _ in messages)]),
        max([seen.move, *(number or 0 for number, _ in moves)]),
    )
    return Changed(reached, sorted({talk_id for _, talk_id in (*messages, *moves)}))
