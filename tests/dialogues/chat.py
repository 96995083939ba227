"""One customer and the demo shop in one process: the real pipeline behind the real Rasa."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Concatenate, Final

from sqlmodel import Session, col, select

from bot import conversations, inbox, understood
from bot.background import Background
from bot.clock import FrozenClock
from bot.database import Database
from bot.deal_rounds import DealRounds
from bot.group_rounds import GroupRounds
from bot.handlers import all_handlers
from bot.listeners import Listeners
from bot.live_rounds import LiveRounds
from bot.messages import Incoming, Kind, Reply, reply_from_json
from bot.pipeline import Lanes, Pipeline
from bot.reminder_rounds import ReminderRounds
from bot.sender import Sender
from bot.shortcuts import find_shortcut
from bot.tables import InboxMessage, InboxState, OutboxMessage
from bot.turn import Shop
from commerce.customers.identities import identify
from commerce.inserting import id_of
from commerce.payments.closing import let_lapse, list_lapsed
from commerce.sealing import Place
from nlu.cascade import Cascade
from nlu.understanding import Understanding

ACCOUNT: Final = "wxaaaaaaaaaaaaaaaa"
CHANNEL: Final = "official_account"
OPENID: Final = "o-customer"
SOMEBODY_ELSE: Final = "o-somebody-else"
SECONDS_A_TURN: Final = 8.0
_numbers = itertools.count(1)


@dataclass
class Overheard:
    """The cascade, and what it understood last."""

    cascade: Cascade
    last: Understanding | None = None

    async def parse(self, text: str) -> Understanding:
        """What the text means."""
        self.last = await self.cascade.parse(text)
        return self.last

    def forget(self) -> None:
        """Nothing has been heard of the next message so far."""
        self.last = None


@dataclass
class Chat:
    """The customer's conversation, and the shop's back room."""

    database: Database
    shop: Shop
    parser: Overheard
    clock: FrozenClock
    heard_up_to: int = 0
    cards: list[str] = field(default_factory=list)
    """Paths of the cards that the customer was sent, oldest first."""

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(
            self.database, self.clock, self.parser, all_handlers(), self.shop, Lanes()
        )
        sender = Sender(self.database, self.clock, self.shop.sealer, {}, Background())
        self.listeners = Listeners(self.database, self.clock, self.shop.sealer, sender)
        rounds = (DealRounds, ReminderRounds, LiveRounds)
        groups = GroupRounds(self.database, self.clock)
        jobs = [each(self.database, self.clock, self.shop.sealer).jobs() for each in rounds]
        self.jobs = [*itertools.chain(*jobs), *groups.jobs()]

    async def says(self, words: str, kind: Kind = "text") -> Understanding | None:
        """The customer sends a message; what was understood of it, if it says anything."""
        self.parser.forget()
        self.clock.advance(seconds=SECONDS_A_TURN)
        accepted = await self.database.write(
            inbox.accept, self.shop.sealer, self._incoming(words, kind), self.clock.now()
        )
        await self.pipeline.answer(accepted.conversation_id, accepted.waiting)
        return self.parser.last or find_shortcut(words)

    async def hears(self) -> list[Reply]:
        """What the shop said since it was last listened to, by itself or in answer."""
        while await self.database.write(self.listeners.handle_some):
            pass
        replies = await self.database.read(self._unheard)
        self.cards += [path for reply in replies if (path := getattr(reply, "path", ""))]
        return replies

    async def passes(self, time: timedelta) -> None:
        """Time goes by: orders lapse that nobody paid, sales and groups begin and end, once."""
        self.clock.advance(seconds=time.total_seconds())
        await self.database.write(self._let_lapse)
        for job in self.jobs:
            await job.run()

    async def does[**P, Result](
        self,
        act: Callable[Concatenate[Session, P], Result],
        *arguments: P.args,
        **more: P.kwargs,
    ) -> Result:
        """Something happens in the shop, in a transaction of its own, a moment later."""
        self.clock.advance(seconds=1)
        return await self.database.write(act, *arguments, **more)

    async def step(self) -> str:
        """The question that is open."""
        return await self.database.read(
            lambda session: conversations.lock(session, self.conversation_id(session)).step
        )

    async def last_understood(self) -> dict[str, Any]:
        """What was kept of the last message: intent, entities, handler, open question."""
        lines = await self.database.read(understood.list_lines, self.shop.sealer, CHANNEL, OPENID)
        kept: list[dict[str, Any]] = [line["understood"] for line in lines if line["understood"]]
        return kept[-1] if kept else {}

    async def quarantined(self) -> int:
        """How many messages our own code failed on."""
        failed = select(InboxMessage.seq).where(InboxMessage.state == InboxState.QUARANTINED)
        return len(await self.database.read(lambda session: session.exec(failed).all()))

    def customer_id(self, session: Session, openid: str = OPENID) -> int:
        """The customer's id; they are made known if they are new."""
        customer = identify(
            session,
            channel=CHANNEL,
            account=ACCOUNT,
            external_user=openid,
            now=self.clock.now(),
        )
        return id_of(customer)

    def conversation_id(self, session: Session) -> int:
        """The id of the customer's conversation."""
        return conversations.find_or_begin(session, self._incoming("", "text"), self.clock.now())

    def _incoming(self, words: str, kind: Kind) -> Incoming:
        number = next(_numbers)
        return Incoming(
            key=f"{CHANNEL}:{ACCOUNT}:{OPENID}:{number}",
            channel=CHANNEL,
            account=ACCOUNT,
            external_user=OPENID,
            kind=kind,
            text=words,
            sent_at=self.clock.now() - timedelta(seconds=1),
            payload={"MediaId": f"media-{number}"} if kind == "image" else {},
        )

    def _let_lapse(self, session: Session) -> None:
        for order_id in list_lapsed(session, self.clock.now()):
            let_lapse(session, order_id, self.clock.now())

    def _unheard(self, session: Session) -> list[Reply]:
        rows = session.exec(
            select(OutboxMessage)
            .where(
                OutboxMessage.kind == f"{CHANNEL}.reply",
                OutboxMessage.conversation_id == self.conversation_id(session),
                col(OutboxMessage.id) > self.heard_up_to,
            )
            .order_by(col(OutboxMessage.id))
        ).all()
        self.heard_up_to = max([self.heard_up_to, *(row.id or 0 for row in rows)])
        return [self._opened(row) for row in rows]

    def _opened(self, row: OutboxMessage) -> Reply:
        place = Place("outbox", "payload", row.key)
        return reply_from_json(json.loads(self.shop.sealer.open(row.payload_sealed, place)))
