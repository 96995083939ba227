"""The application core put together for tests: the real inbox, turn and outbox, a few handlers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from bot import inbox
from bot.background import Background
from bot.clock import Clock, FrozenClock
from bot.database import Database
from bot.inbox import Accepted
from bot.messages import Card, Choices, Incoming, Reply, Text
from bot.outbox import Claimed
from bot.outcomes import Outcome, Sent
from bot.pipeline import Lanes, Parser, Pipeline
from bot.router import Router
from bot.sender import Sender
from bot.tables import ChatMessage, Conversation, InboxMessage, OutboxMessage
from bot.turn import Shop, Turn
from commerce.sealing import Place, Sealer
from nlu.understanding import Understanding

INTENTS = {"找鞋": "search_product", "选项": "help", "出错": "complaint", "闷着": "goodbye"}
CARD = Card("云朵拖鞋 ¥39", "pages/checkout/index?cart=x&source=oa-chat", "slippers.png")
MENU = Choices("您想做什么？", ("找商品", "转人工"), "点一个就行")


@dataclass
class Ears:
    """Understands what `INTENTS` lists, after `seconds`."""

    seconds: float = 0.0
    gate: asyncio.Event | None = None
    """If there is one, nothing is understood before it is set."""

    async def parse(self, text: str) -> Understanding:
        """What the text means."""
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(self.seconds)
        return Understanding(text, INTENTS.get(text, "nlu_fallback"), 1.0)


def small_router() -> Router:
    """Answers with a text, a card, a menu, a fault or not at all, as it is asked."""
    router = Router()

    @router.intent("search_product")
    def show(_turn: Turn) -> list[Reply]:
        return [Text("看看这双："), CARD]

    @router.intent("help")
    def offer(_turn: Turn) -> list[Reply]:
        return [MENU]

    @router.intent("complaint")
    def break_down(turn: Turn) -> list[Reply]:
        turn.memory.said = "未提交"
        turn.session.flush()
        raise RuntimeError("a handler of the tests is broken")

    @router.intent("goodbye")
    def keep_quiet(_turn: Turn) -> list[Reply]:
        return []

    @router.fallback
    def echo(turn: Turn) -> list[Reply]:
        turn.memory.offset += 1
        return [Text(f"第{turn.memory.offset}句：{turn.text}")]

    return router


@dataclass
class Post:
    """Delivers whatever it is given, and remembers it."""

    outcome: Outcome = field(default_factory=Sent)
    keyed: bool = False
    delivered: list[Claimed] = field(default_factory=list)

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Remember it."""
        self.delivered.append(claimed)
        return self.outcome

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""


@dataclass
class Counter:
    """One process of the shop. Several may stand on one database."""

    database: Database
    clock: Clock
    sealer: Sealer
    pipeline: Pipeline
    sender: Sender
    background: Background
    post: Post
    profiles: Post

    async def accept(self, incoming: Incoming) -> Accepted:
        """Keep a message, without answering it."""
        return await self.database.write(inbox.accept, self.sealer, incoming, self.clock.now())

    async def hear(self, incoming: Incoming) -> Accepted:
        """Take a message and answer it, as a channel does."""
        accepted = await self.accept(incoming)
        await self.pipeline.answer(accepted.conversation_id, accepted.waiting)
        return accepted

    async def send_all(self) -> list[dict[str, Any]]:
        """Send until nothing is due; the replies that have left so far."""
        while await self.sender.send_due():
            pass
        return [dict(each.payload) for each in self.post.delivered]

    async def outbox(self, kind: str = "official_account.reply") -> list[tuple[str, Any]]:
        """The rows of a kind, in order: state and payload."""

        def read(session: Session) -> Sequence[OutboxMessage]:
            statement = select(OutboxMessage).where(OutboxMessage.kind == kind)
            return session.exec(statement.order_by(col(OutboxMessage.id))).all()

        return [
            (row.state, json.loads(self.sealer.open(row.payload_sealed, self._place(row.key))))
            for row in await self.database.read(read)
        ]

    async def inbox(self) -> list[str]:
        """The states of all messages, in the order they came."""
        states = select(InboxMessage.state).order_by(col(InboxMessage.seq))
        return list(await self.database.read(lambda session: session.exec(states).all()))

    async def inbox_keys(self) -> list[str]:
        """The keys of all messages, in the order they came."""
        keys = select(InboxMessage.key).order_by(col(InboxMessage.seq))
        return list(await self.database.read(lambda session: session.exec(keys).all()))

    async def transcript(self) -> list[tuple[str, str]]:
        """Who said what."""

        def read(session: Session) -> Sequence[ChatMessage]:
            return session.exec(select(ChatMessage).order_by(col(ChatMessage.id))).all()

        lines = await self.database.read(read)
        return [
            (
                line.author,
                self.sealer.open(line.words_sealed, Place("chat_message", "words", line.row_key)),
            )
            for line in lines
        ]

    async def conversation(self) -> Conversation:
        """The only conversation."""
        return await self.database.read(lambda session: session.exec(select(Conversation)).one())

    async def change_conversation(self, **columns: Any) -> None:
        """Change the only conversation, as an agent's console would."""

        def change(session: Session) -> None:
            row = session.exec(select(Conversation)).one()
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)

        await self.database.write(change)

    def _place(self, key: str) -> Place:
        return Place("outbox", "payload", key)


def open_counter(
    database: Database,
    clock: FrozenClock,
    shop: Shop,
    *,
    parser: Parser | None = None,
    router: Router | None = None,
) -> Counter:
    """A process on that database."""
    background, post, profiles = Background(), Post(), Post(keyed=True)
    delivering = {"official_account.reply": post, "official_account.profile": profiles}
    return Counter(
        database=database,
        clock=clock,
        sealer=shop.sealer,
        pipeline=Pipeline(
            database, clock, parser or Ears(), router or small_router(), shop, Lanes()
        ),
        sender=Sender(database, clock, shop.sealer, delivering, background),
        background=background,
        post=post,
        profiles=profiles,
    )
