"""One process of a shop in WeCom, put together for tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, select

from bot.background import Background
from bot.channels.wecom_delivery import wecom_deliverers
from bot.clock import Clock
from bot.database import Database
from bot.kf.rounds import KfRounds
from bot.kf.syncing import KfSync
from bot.listeners import Listeners
from bot.pipeline import Lanes, Pipeline
from bot.sender import Sender
from bot.settings import Settings
from bot.tables import ChatMessage, Conversation, InboxMessage, OutboxMessage
from bot.turn import Shop
from commerce.sealing import Place, Sealer
from tests.bot.counter import Ears, small_router
from tests.bot.kf.wecom_service import OPEN_KFID
from wecom.client import AsyncWeComClient


@dataclass
class Desk:
    """One process of a shop in WeCom."""

    client: AsyncWeComClient
    database: Database
    clock: Clock
    pipeline: Pipeline
    sealer: Sealer
    sync: KfSync
    rounds: KfRounds
    sender: Sender
    listeners: Listeners
    background: Background
    settings: Settings

    async def hear(self, token: str = "") -> None:
        """Read what there is, and answer it."""
        await self.sync.poke(OPEN_KFID, token)
        await self.rest()

    async def rest(self) -> None:
        """Wait until everything begun is done, and send what is due."""
        await self.background.close(30)
        while await self.sender.send_due():
            pass

    async def react(self) -> None:
        """Let what follows from events follow, and send it."""
        while await self.database.write(self.listeners.handle_some):
            pass
        await self.rest()

    async def rows(self, table: type[SQLModel]) -> Sequence[Any]:
        """Every row of a table."""
        return await self.database.read(lambda session: session.exec(select(table)).all())

    async def talk(self, user: str = "wm-alice") -> Conversation:
        """A customer's conversation."""
        talks = [each for each in await self.rows(Conversation) if each.external_user == user]
        assert len(talks) == 1
        found: Conversation = talks[0]
        return found

    async def said(self) -> list[tuple[str, str]]:
        """Who said what."""
        lines = sorted(await self.rows(ChatMessage), key=lambda line: line.id or 0)
        return [(line.author, self._words(line)) for line in lines]

    async def heard(self) -> list[tuple[str, str]]:
        """The inbox: keys and states, in order."""
        rows = sorted(await self.rows(InboxMessage), key=lambda row: row.seq or 0)
        return [(row.key, row.state) for row in rows]

    async def replies(self, kind: str = "wecom.reply") -> list[tuple[str, str]]:
        """The outbox's rows of a kind: state and reason."""
        rows = sorted(await self.rows(OutboxMessage), key=lambda row: row.id or 0)
        return [(row.state, row.reason) for row in rows if row.kind == kind]

    async def write(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Change something, as other parts of the shop do."""
        return await self.database.write(function, *args, **named)

    def _words(self, line: ChatMessage) -> str:
        return self.sealer.open(line.words_sealed, Place("chat_message", "words", line.row_key))


def make_desk(
    client: AsyncWeComClient,
    database: Database,
    clock: Clock,
    shop: Shop,
    settings: Settings,
) -> Desk:
    """A process on that database."""
    background, sealer = Background(), shop.sealer
    delivering = wecom_deliverers(client, settings, database, clock, sealer)
    sender = Sender(database, clock, sealer, delivering, background)
    pipeline = Pipeline(database, clock, Ears(), small_router(), shop, Lanes())
    sync = KfSync(
        client.kf,
        (OPEN_KFID,),
        database=database,
        clock=clock,
        sealer=sealer,
        pipeline=pipeline,
        sender=sender,
        background=background,
    )
    return Desk(
        client=client,
        database=database,
        clock=clock,
        sealer=sealer,
        pipeline=pipeline,
        sync=sync,
        rounds=KfRounds(client.kf, (OPEN_KFID,), database, clock, sealer),
        sender=sender,
        listeners=Listeners(database, clock, sealer, sender),
        background=background,
        settings=settings,
    )


def key(msgid: str) -> str:
    """The inbox key of a message."""
    return f"wecom:{OPEN_KFID}:{msgid}"
