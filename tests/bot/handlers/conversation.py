"""A customer who chats with the shop in process: the real pipeline, without HTTP."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot import conversations, inbox
from bot.background import Background
from bot.clock import FrozenClock
from bot.conversations import ConversationView
from bot.database import Database
from bot.handlers import all_handlers
from bot.inbox import Accepted
from bot.listeners import Listeners
from bot.memory import Memory
from bot.messages import Incoming, Kind, Reply, reply_as_words, reply_from_json
from bot.pipeline import Lanes, Pipeline
from bot.sender import Sender
from bot.tables import OutboxMessage
from bot.turn import Shop
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.sealing import Place
from nlu.keyword_parser import KeywordParser
from nlu.understanding import Understanding

ACCOUNT = "wxaaaaaaaaaaaaaaaa"
_numbers = itertools.count(1)


@dataclass
class Recorded:
    """Understands by keywords, but for what a test wants understood in its own way."""

    keyword: KeywordParser
    threshold: float = 0.4
    told: dict[str, Understanding] = field(default_factory=dict)

    async def parse(self, text: str) -> Understanding:
        """What was told about this text, or what keywords make of it."""
        if text in self.told:
            return self.told[text]
        found = self.keyword.parse(text)
        return found if found.confidence >= self.threshold else found.as_fallback()


@dataclass
class Chat:
    """One customer's conversation. `says` gives the shop's replies to that one message."""

    database: Database
    shop: Shop
    parser: Recorded
    clock: FrozenClock
    openid: str = "o-alice"

    def __post_init__(self) -> None:
        handlers = all_handlers()
        self.pipeline = Pipeline(
            self.database, self.clock, self.parser, handlers, self.shop, Lanes()
        )
        sender = Sender(self.database, self.clock, self.shop.sealer, {}, Background())
        self.listeners = Listeners(self.database, self.clock, self.shop.sealer, sender)
        self.heard_up_to = 0

    async def says(
        self,
        text: str,
        kind: Kind = "text",
        *,
        intent: str = "",
        entities: Mapping[str, Any] | None = None,
        guess: str = "",
        payload: Mapping[str, Any] | None = None,
    ) -> list[Reply]:
        """Send a message; with `intent`, it is understood in exactly that way."""
        if intent:
            sure = 0.25 if guess else 0.9
            self.parser.told[text] = Understanding(
                text, intent, sure, entities or {}, source="rasa", guess=guess
            )
        self.clock.advance(seconds=5)
        incoming = Incoming(
            key=f"official_account:{ACCOUNT}:{self.openid}:{next(_numbers)}",
            channel="official_account",
            account=ACCOUNT,
            external_user=self.openid,
            kind=kind,
            text=text,
            sent_at=self.clock.now() - timedelta(seconds=1),
            payload=payload or {},
        )
        accepted: Accepted = await self.database.write(
            inbox.accept, self.shop.sealer, incoming, self.clock.now()
        )
        await self.pipeline.answer(accepted.conversation_id, accepted.waiting)
        return await self.hears()

    async def hears(self) -> list[Reply]:
        """What the shop said since it was last listened to, by itself or in answer."""
        while await self.database.write(self.listeners.handle_some):
            pass
        return await self.database.read(self._unheard)

    async def words(self, text: str, kind: Kind = "text", **told: Any) -> str:
        """What the shop answers, as plain words."""
        return "\n".join(map(reply_as_words, await self.says(text, kind, **told)))

    async def cart(self) -> CartView:
        """The customer's cart."""
        return await self.database.read(lambda session: cart.view(session, self._who(session)))

    async def memory(self) -> Memory:
        """What the bot remembers of this conversation."""
        conversation = await self.database.read(self._conversation)
        return Memory.model_validate(conversation.memory)

    async def customer_id(self) -> int:
        """The customer's id."""
        return await self.database.read(self._who)

    async def step(self) -> str:
        """The question that is open."""
        return (await self.database.read(self._conversation)).step

    def _conversation(self, session: Session) -> ConversationView:
        someone = Incoming(
            "", "official_account", ACCOUNT, self.openid, "text", "", self.clock.now()
        )
        conversation_id = conversations.find_or_begin(session, someone, self.clock.now())
        return conversations.lock(session, conversation_id)

    def _who(self, session: Session) -> int:
        customer_id = self._conversation(session).customer_id
        assert customer_id is not None
        return customer_id

    def _unheard(self, session: Session) -> list[Reply]:
        rows = session.exec(
            select(OutboxMessage)
            .where(
                OutboxMessage.kind == "official_account.reply",
                OutboxMessage.conversation_id == self._conversation(session).id,
                col(OutboxMessage.id) > self.heard_up_to,
            )
            .order_by(col(OutboxMessage.id))
        ).all()
        self.heard_up_to = max([self.heard_up_to, *(row.id or 0 for row in rows)])
        return [self._opened(row) for row in rows]

    def _opened(self, row: OutboxMessage) -> Reply:
        place = Place("outbox", "payload", row.key)
        return reply_from_json(json.loads(self.shop.sealer.open(row.payload_sealed, place)))
