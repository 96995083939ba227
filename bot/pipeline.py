"""From an accepted message to saved replies, one conversation at a time."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from bot import inbox, outbox, texts
from bot.clock import Clock
from bot.database import Database
from bot.inbox import Waiting
from bot.memory import Memory
from bot.messages import (
    SPOKEN_KINDS,
    Incoming,
    Reply,
    Text,
    reply_as_words,
    reply_to_json,
)
from bot.outbox import Post
from bot.router import Router
from bot.tables import ChatMessage, Conversation, InboxMessage, InboxState
from bot.turn import Shop, Turn
from commerce.customers.identities import identify
from commerce.sealing import Place, Sealer
from nlu.understanding import Understanding

log = structlog.get_logger()

PASSIVE_UNTIL: Final = timedelta(seconds=5)
"""WeChat waits five seconds for an answer that rides in its own request."""
PASSIVE_CHANNELS: Final = frozenset({"official_account"})


class Parser(Protocol):
    """Understands a text; never fails and answers within its own deadline."""

    @property
    def is_at_its_best(self) -> bool:
        """Whether the model answers, not its stand-in."""

    async def parse(self, text: str) -> Understanding:
        """What the text means."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers what is waiting. `answer` may be called as often and as concurrently as you like."""

    database: Database
    clock: Clock
    parser: Parser
    router: Router
    shop: Shop
    lanes: "Lanes"

    async def answer(self, conversation_id: int) -> None:
        """Answer every message that waits in a conversation, in the order they were sent."""
        async with self.lanes.hold(conversation_id):
            while await self._answer_next(conversation_id):
                pass

    async def _answer_next(self, conversation_id: int) -> bool:
        waiting = await self.database.read(inbox.oldest_waiting, self.shop.sealer, conversation_id)
        if waiting is None:
            return False
        incoming = waiting.incoming
        spoken = incoming.text if incoming.kind in SPOKEN_KINDS else ""
        understanding = await self.parser.parse(spoken) if spoken else nothing_said()
        try:
            await self.database.write(self._take_turn, conversation_id, waiting, understanding)
        except DBAPIError:
            raise  # The message stays in the inbox: it is taken up again.
        except Exception:
            log.exception("turn failed", kind=incoming.kind, intent=understanding.intent)
            await self.database.write(self._apologise, conversation_id, waiting)
        return True

    def _take_turn(
        self,
        session: Session,
        conversation_id: int,
        waiting: Waiting,
        understanding: Understanding,
    ) -> None:
        now = self.clock.now()
        conversation = lock_conversation(session, conversation_id)
        head = inbox.oldest_waiting(session, self.shop.sealer, conversation_id)
        if head is None or head.incoming.key != waiting.incoming.key:
            return  # Another process answered it, or an older one came in meanwhile.
        incoming = waiting.incoming
        customer = identify(
            session,
            channel=incoming.channel,
            account=incoming.account,
            external_user=incoming.external_user,
            now=now,
            follows={"follow": True, "unfollow": False}.get(incoming.kind),
        )
        conversation.customer_id = customer.id
        write_down(
            session,
            self.shop.sealer,
            conversation_id,
            "customer",
            incoming,
            now,
            understanding.intent,
        )
        outbox.unpark(session, conversation_id, now)
        if conversation.owner == "bot":
            turn = Turn(
                session=session,
                shop=self.shop,
                now=now,
                customer=customer,
                conversation_id=conversation_id,
                incoming=incoming,
                understanding=understanding,
                memory=Memory.model_validate(conversation.memory),
                asked=conversation.step,
            )
            replies = self.router.answer(turn)
            conversation.memory = turn.memory.model_dump(mode="json")
            conversation.step = turn.step
            say(session, self.shop.sealer, conversation, replies, now, answering=waiting)
        conversation.updated_at = now
        session.add(conversation)
        inbox.finish(session, incoming.key, InboxState.ANSWERED, now)

    def _apologise(self, session: Session, conversation_id: int, waiting: Waiting) -> None:
        """Set a message aside that our own code failed on, and say so to the customer."""
        now = self.clock.now()
        conversation = lock_conversation(session, conversation_id)
        if inbox.finish(session, waiting.incoming.key, InboxState.QUARANTINED, now):
            say(
                session, self.shop.sealer, conversation, [Text(texts.SORRY)], now, answering=waiting
            )


def say(
    session: Session,
    sealer: Sealer,
    conversation: Conversation,
    replies: Sequence[Reply],
    now: datetime,
    *,
    answering: Waiting | None = None,
    about: str = "",
) -> None:
    """Put replies into the outbox and the transcript.

    An answer that is one text is held back for the passive reply while WeChat still waits.
    `about` names the effect when nothing is answered: saying the same again changes nothing.
    """
    assert conversation.id is not None  # noqa: S101 - it came from the database
    cause = answering.incoming.key if answering else about
    held_until = passive_until(conversation, replies, answering, now)
    for position, reply in enumerate(replies):
        is_new = outbox.post(
            session,
            sealer,
            Post(
                key=hashlib.sha256(f"{cause}|{position}".encode()).hexdigest(),
                kind=f"{conversation.channel}.reply",
                payload=reply_to_json(reply),
                conversation_id=conversation.id,
                inbox_key=answering.incoming.key if answering else None,
                epoch=conversation.epoch,
                held_until=held_until,
            ),
            now,
        )
        if is_new:
            write_down(session, sealer, conversation.id, "bot", reply, now)


def passive_until(
    conversation: Conversation, replies: Sequence[Reply], answering: Waiting | None, now: datetime
) -> datetime | None:
    """Until when the answer may ride in a passive reply; None when it may not.

    A passive reply carries one message and never a card or a menu (WeChat 被动回复 documentation).
    """
    if answering is None or conversation.channel not in PASSIVE_CHANNELS:
        return None
    if len(replies) != 1 or not isinstance(replies[0], Text):
        return None
    until = answering.received_at + PASSIVE_UNTIL
    return until if now < until else None


def write_down(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    author: str,
    said: Incoming | Reply,
    now: datetime,
    intent: str = "",
) -> None:
    """Add a line to the transcript."""
    row_key = uuid.uuid4().hex
    words = said.text if isinstance(said, Incoming) else reply_as_words(said)
    session.add(
        ChatMessage(
            row_key=row_key,
            conversation_id=conversation_id,
            author=author,
            kind=said.kind if isinstance(said, Incoming) else reply_to_json(said)["type"],
            words_sealed=sealer.seal(words, Place("chat_message", "words", row_key)),
            intent=intent,
            at=now,
        )
    )


def lock_conversation(session: Session, conversation_id: int) -> Conversation:
    """The conversation, held until the end of the transaction. State is read after this."""
    return session.exec(
        select(Conversation).where(col(Conversation.id) == conversation_id).with_for_update()
    ).one()


def is_answered(session: Session, key: str) -> bool:
    """Whether a message is off the queue."""
    state = session.exec(select(InboxMessage.state).where(InboxMessage.key == key)).first()
    return state != InboxState.PENDING


def nothing_said() -> Understanding:
    """What is understood of a message without words."""
    return Understanding(text="", intent="nlu_fallback", confidence=0.0)


class Lanes:
    """One turn at a time to a conversation within this process; the row lock orders processes."""

    def __init__(self) -> None:
        self._locks: dict[int, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, conversation_id: int) -> AsyncIterator[None]:
        """Wait for the lane and keep it for the block."""
        lock, holders = self._locks.get(conversation_id, (asyncio.Lock(), 0))
        self._locks[conversation_id] = (lock, holders + 1)
        try:
            async with lock:
                yield
        finally:
            lock, holders = self._locks.pop(conversation_id)
            if holders > 1:
                self._locks[conversation_id] = (lock, holders - 1)
