"""The clock's rounds: who takes customers, and whether WeCom still has the sessions it had."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from bot.kf import sessions
from bot.kf.noting import note_backlog
from bot.kf.sessions import Told
from bot.kf.tables import State
from commerce.sealing import Sealer
from wecom.errors import WeChatError
from wecom.kf import Servicer, WeComKf

log = structlog.get_logger()

UNHEARD_FOR: Final = timedelta(minutes=10)
"""After it a session that WeCom has is asked about: its end may have been told to nobody."""


@dataclass(frozen=True, slots=True)
class KfRounds:
    """Asks WeCom what its events may have failed to tell."""

    kf: WeComKf
    open_kfids: tuple[str, ...]
    database: Database
    clock: Clock
    sealer: Sealer

    def jobs(self) -> list[Job]:
        """The rounds with their rhythm, in the shop's time."""
        return [
            Job("ask who takes customers", timedelta(minutes=5), self.ask_servicers),
            Job("ask about sessions elsewhere", timedelta(seconds=60), self.ask_sessions),
        ]

    async def ask_servicers(self) -> None:
        """Learn who takes customers of each account."""
        await a_few_at_once(self._ask_servicers, self.open_kfids)

    async def ask_sessions(self) -> None:
        """Ask about sessions that are WeCom's and of which nothing was heard for a while."""
        before = self.clock.now() - UNHEARD_FOR
        due = await self.database.read(sessions.list_elsewhere, before)
        await a_few_at_once(self._ask_session, due)

    async def _ask_servicers(self, open_kfid: str) -> None:
        try:
            found = await self.kf.servicers(open_kfid)
        except WeChatError as error:
            log.warning("servicers not asked", reason=str(error))
            return
        await self.database.write(_note_servicers, open_kfid, found, self.clock.now())

    async def _ask_session(self, conversation_id: int) -> None:
        at = await self.database.read(sessions.find_address, conversation_id)
        if at is None:
            return
        try:
            found = await self.kf.state(at.open_kfid, at.external_user)
        except WeChatError as error:
            log.warning("session not asked", reason=str(error))
            return
        told = Told(State(found.state), found.servicer)
        await self.database.write(
            _follow, self.sealer, conversation_id, at.state, told, self.clock.now()
        )


def _note_servicers(session: Session, open_kfid: str, found: list[Servicer], now: datetime) -> None:
    for each in found:
        sessions.note_servicer(session, open_kfid, each.userid, each.is_receiving, now)


def _follow(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    was: State,
    told: Told,
    now: datetime,
) -> None:
    if was is State.SERVICER and told.state is State.ENDED:
        note_backlog(session, sealer, conversation_id, now)
    sessions.adopt(session, conversation_id, told, now)
