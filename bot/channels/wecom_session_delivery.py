"""Changing a session's state at WeCom (微信客服 变更会话状态), and adopting what came of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.channels.official_account_delivery import outcome_of
from bot.clock import Clock
from bot.database import Database
from bot.handover import queue
from bot.kf import codes, sessions
from bot.kf import kf_words as words
from bot.kf.codes import Occasion
from bot.kf.events import say_joined
from bot.kf.sessions import Address, Told
from bot.kf.tables import State
from bot.messages import Text
from bot.outbox import Claimed
from bot.outcomes import Failed, Outcome, Sent
from commerce.inserting import id_of
from commerce.sealing import Sealer
from wecom.errors import Reaction, Refused, WeChatError
from wecom.kf import WeComKf

REPLACED: Final = "a later wish replaced it"


@dataclass(frozen=True, slots=True)
class SessionDelivery:
    """Asks for one change. It is no message, and asking twice does no harm: the state is read
    first, and what is so already is not asked for."""

    kf: WeComKf
    database: Database
    clock: Clock
    sealer: Sealer
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Change it; when nobody takes the customer, into the pool."""
        at = await self.database.read(sessions.find_address, claimed.payload["conversation_id"])
        if at is None or at.wants != claimed.payload["number"]:
            return Failed(REPLACED)
        wanted = Told(State(claimed.payload["state"]), claimed.payload["servicer"])
        try:
            told = await self._change(at, wanted)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent({"state": int(told.state), "servicer": told.servicer, "code": told.code})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Adopt how it is now, and tell the customer by the code of the change."""
        if not isinstance(outcome, Sent) or not outcome.result:
            return
        result, talk_id = outcome.result, claimed.payload["conversation_id"]
        now = self.clock.now()
        told = Told(State(result["state"]), result["servicer"], result["code"])
        episode = sessions.adopt(session, talk_id, told, now)
        match told.state:
            case State.POOL:
                self._say_queued(session, talk_id, told.code, now)
            case State.SERVICER:
                say_joined(session, self.sealer, talk_id, told.servicer, told.code, now, now)
            case State.ENDED if episode is None:
                self._say(session, talk_id, told.code, codes.ENDED, words.ENDED, now)

    async def _change(self, at: Address, wanted: Told) -> Told:
        """How the session is afterwards, whatever that is."""
        found = await self._state(at)
        if found == wanted or wanted.state not in sessions.MOVES[found.state]:
            return found
        async for move in self._ways(at, wanted):
            try:
                code = await self.kf.move(
                    at.open_kfid, at.external_user, int(move.state), move.servicer
                )
            except Refused as error:
                if error.reaction is Reaction.RESYNC:
                    return await self._state(at)
                if error.reaction is not Reaction.NEXT_SERVICER:
                    raise
            else:
                return Told(move.state, move.servicer, code)
        return await self._state(at)

    async def _ways(self, at: Address, wanted: Told) -> AsyncIterator[Told]:
        """What to try, one after the other: who is wanted, whoever takes customers, the pool."""
        if wanted.state is not State.SERVICER:
            yield wanted
            return
        if wanted.servicer:
            yield wanted
        for each in await self.kf.servicers(at.open_kfid):
            if each.is_receiving and each.userid != wanted.servicer:
                yield Told(State.SERVICER, each.userid)
        yield Told(State.POOL)

    async def _state(self, at: Address) -> Told:
        found = await self.kf.state(at.open_kfid, at.external_user)
        return Told(State(found.state), found.servicer)

    def _say_queued(self, session: Session, talk_id: int, code: str, now: datetime) -> None:
        live = queue.find_live(session, talk_id)
        position = 0 if live is None else queue.place(session, id_of(live)).position
        self._say(session, talk_id, code, codes.QUEUED, words.queue_in_words(position), now)

    def _say(
        self,
        session: Session,
        talk_id: int,
        code: str,
        occasion: Occasion,
        said: str,
        now: datetime,
    ) -> None:
        codes.say_by_code(
            session, self.sealer, talk_id, code, occasion, Text(said), given_at=now, now=now
        )
