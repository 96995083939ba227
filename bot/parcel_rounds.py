"""The round of the carriers: parcels that are due are asked about, politely."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot.carriers.trackers import NotTracked, Trackers
from bot.clock import Clock
from bot.database import Database
from bot.duties import a_few_at_once
from bot.jobs import Job
from commerce.parcels import tracking
from commerce.parcels.tracking import Question
from commerce.sealing import Sealer

log = structlog.get_logger()

AFTER_OUR_FAULT: Final = timedelta(hours=1)
"""Before a carrier is asked again that refused the shop's own account."""


@dataclass(frozen=True, slots=True)
class ParcelRounds:
    """Asks carriers outside of any transaction, and writes down what they answer."""

    database: Database
    clock: Clock
    sealer: Sealer
    trackers: Trackers

    def jobs(self) -> list[Job]:
        """The round; none where nobody is set up to be asked."""
        if self.trackers.is_empty:
            return []
        return [Job("ask carriers", timedelta(seconds=5), self.ask_due)]

    async def ask_due(self) -> None:
        """Ask about every parcel that is due."""
        due = await self.database.write(tracking.take_due, self.sealer, self.clock.now())
        await a_few_at_once(self.ask, due)

    async def ask(self, question: Question) -> None:
        """Ask about one parcel."""
        try:
            track = await self.trackers.track(question)
        except NotTracked as error:
            tell = log.error if error.is_misconfigured else log.warning
            tell("parcel not tracked", parcel_id=question.parcel_id, reason=str(error))
            await self.database.write(self._note_silence, question.parcel_id, error)
            return
        except Exception as error:
            log.exception("parcel not tracked", parcel_id=question.parcel_id)
            silence = NotTracked(repr(error))
            await self.database.write(self._note_silence, question.parcel_id, silence)
            return
        await self.database.write(
            tracking.record, self.sealer, question.parcel_id, track, self.clock.now()
        )

    def _note_silence(self, session: Session, parcel_id: int, error: NotTracked) -> None:
        tracking.record_silence(
            session,
            parcel_id,
            str(error),
            self.clock.now(),
            for_good=error.for_good,
            pause=AFTER_OUR_FAULT if error.is_misconfigured else None,
        )
