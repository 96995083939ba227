"""A shop in WeCom whose campaigns run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.campaigning.opening import open_parts
from bot.campaigning.rounds import CampaignRounds
from bot.clock import FrozenClock
from bot.database import Database
from bot.outbox import Post, post
from bot.tables import Conversation
from campaigns.parts import Parts
from campaigns.ports import Route
from campaigns.tables import CampaignRun
from commerce.inserting import id_of
from tests.bot.kf.conftest import desk, open_desk, service
from tests.bot.kf.desk import Desk
from tests.bot.kf.wecom_service import BOT, WeComService
from tests.campaigns.crowd import new_run, somebody, states

__all__ = ["desk", "open_desk", "service"]


@dataclass
class Shop:
    """A process of the shop, WeCom, and the rounds among campaigns."""

    desk: Desk
    service: WeComService
    clock: FrozenClock
    parts: Parts
    rounds: CampaignRounds

    @property
    def database(self) -> Database:
        """The shop's."""
        return self.desk.database

    async def has_customers(self, number: int, **changes: Any) -> list[int]:
        """So many customers who have written to customer service lately."""
        now = self.clock.now()

        def come(session: Session) -> list[int]:
            route = changes.pop("route", Route.KF)
            return [somebody(session, route=route, now=now, **changes) for _ in range(number)]

        found = await self.database.write(come)
        for user in await self.database.read(users):
            self.service.states.setdefault(user, BOT)
        return found

    async def begins(self, **changes: Any) -> int:
        """A run begins; its number."""
        routes = changes.pop("routes", [Route.KF.value])

        def begin(session: Session) -> int:
            return id_of(new_run(session, self.clock.now(), routes=routes, **changes))

        return await self.database.write(begin)

    async def ticks(self, times: int = 1) -> None:
        """So many seconds pass: rounds, and all that is to be sent."""
        for _ in range(times):
            self.clock.advance(seconds=1)
            await self.rounds.plan()
            await self.rounds.take_up_deferred()
            await self.desk.rest()

    async def states(self, run_id: int) -> dict[int | None, tuple[str, str]]:
        """What became of each customer."""
        return await self.database.read(
            lambda session: states(session, session.get_one(CampaignRun, run_id))
        )

    async def state(self, run_id: int) -> str:
        """Of the run."""
        return await self.database.read(lambda session: session.get_one(CampaignRun, run_id).state)

    def heard(self) -> list[tuple[str, str]]:
        """What WeCom was given to bring: to whom, and which words."""
        return [(each["touser"], each["text"]["content"]) for each in self.service.sent]

    async def answers(self, conversation_id: int, words: str) -> None:
        """A conversation says something of its own."""
        await self.database.write(
            post,
            self.desk.sealer,
            Post(
                key=words,
                kind="wecom.reply",
                payload={"type": "text", "content": words},
                conversation_id=conversation_id,
            ),
            self.clock.now(),
        )


def users(session: Session) -> Sequence[str]:
    """Whom customer service knows."""
    rows = select(Conversation).where(Conversation.channel == "wecom")
    return [each.external_user for each in session.exec(rows)]


@pytest.fixture
def shop(desk: Desk, service: WeComService, frozen_clock: FrozenClock) -> Shop:
    """The one process of a shop, at noon."""
    parts = open_parts(desk.sealer, "掌柜的店", None)
    rounds = CampaignRounds(desk.database, frozen_clock, parts)
    return Shop(desk, service, frozen_clock, parts, rounds)
