"""A shop that sends mass tasks, and WeCom."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import Session, SQLModel, col, select

from bot.background import Background
from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.broadcasts.deliveries import broadcast_deliverers
from bot.broadcasts.rounds import BroadcastRounds
from bot.channels.wecom_app_delivery import AppCardDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.handover import staff_cards
from bot.media import MediaLibrary
from bot.sender import Sender
from bot.settings import Settings
from campaigns.mass import cancelling
from campaigns.mass.tables import MassTask
from campaigns.tables import CampaignRun
from commerce.inserting import id_of
from commerce.sealing import Sealer
from tests.bot.broadcasts.corp import MassCorp
from tests.campaigns.mass import massing
from wecom.client import AsyncWeComClient
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http

SLIPPERS = b"\x89PNG\r\n\x1a\n slippers"


@dataclass
class Office:
    """One process of the shop."""

    database: Database
    clock: FrozenClock
    broadcaster: OutboxBroadcaster
    sender: Sender
    rounds: BroadcastRounds

    async def gathers(self, recipients: Sequence[str], **about: Any) -> None:
        """A run gathers these, and what it gathered becomes tasks that WeCom makes."""
        content, policy = about.pop("content", None), about.pop("policy", "day1")

        def plan(session: Session) -> None:
            run = massing.a_run(session, policy=policy, content=content)
            massing.gather(session, run, recipients, **about)

        await self.database.write(plan)
        await self.rounds.make()
        await self.sends()

    async def sends(self) -> None:
        """Everything that is due leaves."""
        while await self.sender.send_due():
            pass

    async def waits(self, **duration: float) -> None:
        """Let time pass, and then every job run once."""
        self.clock.advance(**duration)
        for job in self.rounds.jobs():
            await job.run()
        await self.sends()

    async def tasks(self) -> list[MassTask]:
        """All tasks, in the order in which they were made."""
        return list(
            await self.database.read(
                lambda session: session.exec(select(MassTask).order_by(col(MassTask.id))).all()
            )
        )

    async def task(self) -> MassTask:
        """The one task."""
        (task,) = await self.tasks()
        return task

    async def stops(self) -> None:
        """An operator stops the one task."""
        task_id, now = id_of(await self.task()), self.clock.now()
        await self.database.write(cancelling.cancel, self.broadcaster, task_id, "写错了", now)

    async def states(self) -> dict[str, tuple[str, str]]:
        """State and reason of each delivery by address."""
        return await self.database.read(massing.states_of)

    async def rows(self, table: type[SQLModel]) -> Sequence[Any]:
        """Every row of a table."""
        return await self.database.read(lambda session: session.exec(select(table)).all())

    async def turns_run(self, state: str) -> None:
        """Pause, resume or stop every run."""

        def turn(session: Session) -> None:
            for run in session.exec(select(CampaignRun)):
                run.state = state
                session.add(run)

        await self.database.write(turn)


@pytest.fixture
def corp(frozen_clock: FrozenClock) -> MassCorp:
    """WeCom."""
    return MassCorp(frozen_clock)


@pytest.fixture
async def office(
    corp: MassCorp,
    database: Database,
    frozen_clock: FrozenClock,
    sealer: Sealer,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Office]:
    """A process of the shop; its clock stands at noon of a Monday."""
    server = await aiohttp_server(corp.app())
    settings = Settings(
        name="掌柜小店",
        var_folder=tmp_path,
        wecom_corp_id="ww-shop",
        wecom_agent_id="1000002",
        wecom_secret="secret",
        wecom_token="token",
        wecom_aes_key="key",
        wecom_api_url=str(server.make_url("/")).rstrip("/"),
        mini_program_app_id="wx-mini",
    )
    async with open_office(settings, database, frozen_clock, sealer) as office:
        yield office


@asynccontextmanager
async def open_office(
    settings: Settings,
    database: Database,
    clock: FrozenClock,
    sealer: Sealer,
    deadline: timedelta = timedelta(seconds=5),
) -> AsyncIterator[Office]:
    """A process with those settings; it has one picture. Calls have that much real time."""
    settings.picture_folder.mkdir()
    (settings.picture_folder / "slippers.png").write_bytes(SLIPPERS)
    async with open_http() as http:
        client = AsyncWeComClient(
            settings.wecom_corp_id,
            settings.wecom_secret.get_secret_value(),
            http=http,
            token_store=MemoryTokenStore(),
            now=clock.now,
            base_url=settings.wecom_api_url,
            deadline=deadline,
        )
        app = f"wecom:{settings.wecom_corp_id}"
        media = MediaLibrary(app, client, settings.picture_folder, database, clock)
        taking = {
            **broadcast_deliverers(client, settings, media, database, clock, sealer),
            staff_cards.KIND: AppCardDelivery(client, settings.wecom_agent_id),
        }
        broadcaster = OutboxBroadcaster(sealer, settings.name)
        background = Background()
        yield Office(
            database,
            clock,
            broadcaster,
            Sender(database, clock, sealer, taking, background),
            BroadcastRounds(database, clock, client, broadcaster),
        )
        await background.close(5)
        await client.close()
