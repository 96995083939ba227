"""From an accepted message to saved replies, one conversation at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

import structlog
from sqlmodel import Session

from bot import conversations, inbox, metrics, outbox, reply_window, texts, understood
from bot.campaigning import journey_hearing
from bot.clock import Clock
from bot.conversations import ConversationView
from bot.database import Database, is_unreachable
from bot.handlers import handover as persons
from bot.handlers import handover_words
from bot.handover import heard, triggers
from bot.inbox import Waiting
from bot.jobs import Overtaken
from bot.knowledge.ranking import NOTHING, Found
from bot.memory import Memory
from bot.messages import SPOKEN_KINDS, Incoming, Reply, Text
from bot.notices import reports, wallet
from bot.profiles import want_profile
from bot.router import Router
from bot.shortcuts import find_shortcut
from bot.speaking import say, write_down
from bot.tables import InboxState
from bot.turn import Shop, Turn
from commerce.customers.identities import identify
from commerce.customers.presence import see
from commerce.inserting import id_of
from nlu.understanding import Understanding

log = structlog.get_logger()

FOLLOWING: Final = {"follow": True, "unfollow": False}
ASKS_WHO: Final = frozenset({"official_account", "wecom"})
"""Channels that can be asked who somebody is."""


class Parser(Protocol):
    """Understands a text; never fails and answers within its own deadline."""

    async def parse(self, text: str) -> Understanding:
        """What the text means."""


class Course(Enum):
    """What became of an attempt at a turn."""

    SPOKEN = auto()
    SILENT = auto()
    """Taken, and there was nothing to say."""
    LATER = auto()
    """Another message comes first."""
    OVER = auto()
    """The message was answered before."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers what waits. Call its methods as often and as concurrently as you like."""

    database: Database
    clock: Clock
    parser: Parser
    router: Router
    shop: Shop
    lanes: "Lanes"

    async def answer(self, conversation_id: int, waiting: Waiting) -> None:
        """Answer a message, after those of its conversation that were sent before it."""
        async with self.lanes.hold(conversation_id):
            while not await self._answer(conversation_id, waiting):
                older = await self._next(conversation_id)
                if older is not None:
                    await self._answer(conversation_id, older)

    async def answer_all(self, conversation_id: int) -> None:
        """Answer every message that waits in a conversation, in the order they were sent."""
        async with self.lanes.hold(conversation_id):
            while (head := await self._next(conversation_id)) is not None:
                await self._answer(conversation_id, head)

    async def _next(self, conversation_id: int) -> Waiting | None:
        return await self.database.read(inbox.oldest_waiting, self.shop.sealer, conversation_id)

    async def _answer(self, conversation_id: int, waiting: Waiting) -> bool:
        """Take the turn; false when another message comes first."""
        incoming = waiting.incoming
        if waiting.is_given_up:
            log.error("message given up", kind=incoming.kind)
            await self.database.write(self._apologise, conversation_id, waiting)
            return True
        understanding = await self._understand(incoming)
        try:
            found = await self._look_up(understanding)
            course = await self.database.write(
                self._take_turn, conversation_id, waiting, understanding, found
            )
        except Exception as error:
            if is_unreachable(error) or isinstance(error, Overtaken):
                raise  # The message stays in the inbox: it is taken up again.
            log.exception("turn failed", kind=incoming.kind, intent=understanding.intent)
            await self.database.write(self._apologise, conversation_id, waiting)
            return True
        if course in (Course.SPOKEN, Course.SILENT):
            metrics.TURNS.labels(understanding.intent, understanding.source).inc()
            metrics.TURN_SECONDS.observe((self.clock.now() - waiting.received_at).total_seconds())
        if course is Course.SILENT:
            metrics.ROUTES.labels("none").inc()
        return course is not Course.LATER

    async def _understand(self, incoming: Incoming) -> Understanding:
        spoken = incoming.text if incoming.kind in SPOKEN_KINDS else ""
        if not spoken.strip():
            return nothing_said()
        return find_shortcut(spoken) or await self.parser.parse(spoken)

    async def _look_up(self, understanding: Understanding) -> Found:
        """Which of the shop's written answers come near: before the transaction, it takes time."""
        answering = self.shop.answering
        return NOTHING if answering is None else await answering.find(self.database, understanding)

    def _take_turn(
        self,
        session: Session,
        conversation_id: int,
        waiting: Waiting,
        understanding: Understanding,
        found: Found,
    ) -> Course:
        now, incoming = self.clock.now(), waiting.incoming
        opened_at = reply_window.begins_at(incoming, waiting.received_at)
        conversation = conversations.lock(session, conversation_id)
        if conversation.next_key != incoming.key:
            waits = inbox.state_of(session, incoming.key) == InboxState.PENDING
            return Course.LATER if waits else Course.OVER
        if not inbox.finish(session, incoming.key, InboxState.ANSWERED, now):
            return Course.OVER  # Another process answered while we waited for the conversation.
        customer_id = self._recognise(session, conversation, waiting)
        wallet.take_in(session, incoming, now)
        reports.take_in(session, self.shop.sealer, incoming, now)
        journey_hearing.note_message(session, customer_id, incoming.kind, now)
        owner_was = conversation.owner
        conversation = heard.customer_wrote(session, conversation, incoming, now)
        turn = Turn(
            session=session,
            shop=self.shop,
            now=now,
            customer_id=customer_id,
            conversation_id=conversation_id,
            incoming=incoming,
            understanding=understanding,
            memory=Memory.model_validate(conversation.memory),
            found=found,
            asked=conversation.step,
            step=conversation.step,
        )
        replies: Sequence[Reply] = []
        if conversation.owner != owner_was:
            replies = _back_with_the_bot(turn)
        elif heard.is_the_bots_to_answer(session, conversation, waiting):
            replies = self._answer_of_the_bot(turn)
        kept = understood.as_kept(turn)
        write_down(session, self.shop.sealer, conversation_id, incoming, replies, now, kept)
        say(session, self.shop.sealer, conversation, replies, now, answering=waiting)
        if conversation.has_parked:
            outbox.unpark(session, conversation_id, now)
        conversations.save(
            session,
            conversation,
            now,
            customer_id=customer_id,
            step=turn.step,
            memory=turn.memory.model_dump(mode="json"),
            window=reply_window.after(conversation, incoming.kind, opened_at),
        )
        return Course.SPOKEN if replies else Course.SILENT

    def _answer_of_the_bot(self, turn: Turn) -> Sequence[Reply]:
        turn.step = ""
        triggers.count(turn.memory, turn.text)
        return persons.follow_up(turn, self.router.answer(turn))

    def _recognise(self, session: Session, conversation: ConversationView, waiting: Waiting) -> int:
        """The customer's id; a new one is introduced, and WeChat asked who they are."""
        now, incoming = self.clock.now(), waiting.incoming
        follows = FOLLOWING.get(incoming.kind)
        if conversation.knows_customer(now) and follows is None:
            assert conversation.customer_id is not None  # noqa: S101 - known
            return conversation.customer_id
        if conversation.customer_id is not None and follows is None:
            return see(session, conversation.customer_id, now)
        customer = identify(
            session,
            channel=incoming.channel,
            account=incoming.account,
            external_user=incoming.external_user,
            now=now,
            follows=follows,
        )
        # WeChat tells nothing about who has just left, and a mini-program's login has told all.
        if follows is not False and incoming.channel in ASKS_WHO:
            again = incoming.key if FOLLOWING.get(incoming.kind) else ""
            who = incoming.channel, incoming.account, incoming.external_user
            want_profile(session, self.shop.sealer, *who, now, again=again)
        return id_of(customer)

    def _apologise(self, session: Session, conversation_id: int, waiting: Waiting) -> None:
        """Set a message aside that our own code failed on, and tell a customer of the bot."""
        now, incoming = self.clock.now(), waiting.incoming
        opened_at = reply_window.begins_at(incoming, waiting.received_at)
        conversation = conversations.lock(session, conversation_id)
        if inbox.finish(session, incoming.key, InboxState.QUARANTINED, now):
            sorry = [Text(texts.SORRY)] if conversation.is_the_bots else []
            write_down(session, self.shop.sealer, conversation_id, incoming, sorry, now)
            say(session, self.shop.sealer, conversation, sorry, now, answering=waiting)
            conversations.save(
                session,
                conversation,
                now,
                customer_id=conversation.customer_id,
                step="",
                memory={},  # It may be what our code failed on, and would fail on again.
                window=reply_window.after(conversation, incoming.kind, opened_at),
            )


def _back_with_the_bot(turn: Turn) -> Sequence[Reply]:
    """The customer asked for the bot again: it goes on where it was."""
    question = turn.keep_question()
    told = handover_words.BACK.format(question=question) if question else handover_words.BACK_ALONE
    return [Text(told)]


def nothing_said() -> Understanding:
    """What is understood of a message without words."""
    return Understanding(text="", intent="nlu_fallback", confidence=0.0, source="none")


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
