"""Which of the corp's moments a doubtful task is: by words, sender and time, or it is left open.

The lost answer named a job, which no list names. So a moment is only adopted when it alone may be
the task's, and the task alone may be the moment's: otherwise a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select

from bot.broadcasts import bodies
from bot.broadcasts.creating import composed_of
from bot.clock import Clock
from bot.database import Database
from bot.tables import OutboxMessage, OutboxState
from campaigns.composer import Composed
from campaigns.mass.tables import ChatType, MassTask, TaskState
from commerce.errors import InvalidInput
from wecom.broadcasts import LISTED_SPAN, WeComBroadcasts

BEFORE: Final = timedelta(minutes=5)
"""WeCom's clock may be so far behind ours."""
_PERHAPS_MADE: Final = (OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.SENT)


@dataclass(frozen=True, slots=True)
class DoubtfulMoments:
    """Looks for them."""

    broadcasts: WeComBroadcasts
    database: Database
    clock: Clock
    shop_name: str

    async def list_candidates(self, task: MassTask, composed: Composed) -> Sequence[str]:
        """Moments that say the same, to be published by the task's sender alone, and that no task
        of ours is known to be. Raises WeChatError."""
        listed = await self._listed(task, composed)
        known = await self.database.read(_known, listed)
        unknown = [each for each in listed if each not in known]
        return [each for each in unknown if await self._is_of(task, each)]

    def may_adopt(self, session: Session, task: MassTask, moment_id: str) -> bool:
        """Whether no other task may be that moment, as things are in this transaction."""
        return not _known(session, [moment_id]) and not self._has_rival(session, task)

    async def _listed(self, task: MassTask, composed: Composed) -> Sequence[str]:
        until = self.clock.now() + BEFORE
        found: list[str] = []
        cursor = ""
        while True:
            page = await self.broadcasts.moments(_since(task, until), until, cursor)
            same = [row for row in page.rows if bodies.is_same_moment(composed, row)]
            found += [str(row["moment_id"]) for row in same]
            cursor = page.next_cursor
            if not cursor:
                return found

    async def _is_of(self, task: MassTask, moment_id: str) -> bool:
        page = await self.broadcasts.publishers(moment_id)
        return {row.get("userid") for row in page.rows} == {task.sender} and not page.next_cursor

    def _has_rival(self, session: Session, task: MassTask) -> bool:
        """Whether the sender has another task that says the same, and whose moment nobody knows."""
        now = self.clock.now()
        since = _since(task, now + BEFORE)
        statement = (
            select(MassTask)
            .join(OutboxMessage, col(OutboxMessage.key) == col(MassTask.outbox_key))
            .where(
                MassTask.chat_type == ChatType.MOMENT,
                MassTask.sender == task.sender,
                MassTask.id != task.id,
                MassTask.moment_id == "",
                MassTask.state != TaskState.FAILED,
                or_(col(MassTask.created_at).is_(None), col(MassTask.created_at) >= since),
                or_(col(MassTask.ended_at).is_(None), col(MassTask.ended_at) >= since),
                col(OutboxMessage.state).in_(_PERHAPS_MADE),
            )
        )
        said = self._words(session, task, now)
        words = (self._words(session, each, now) for each in session.exec(statement).all())
        return any(each in (None, said) for each in words)

    def _words(self, session: Session, task: MassTask, now: datetime) -> str | None:
        """What a task says; None when that can no longer be told."""
        try:
            return bodies.moment_text(composed_of(session, task, self.shop_name, now))
        except InvalidInput:
            return None


def _since(task: MassTask, until: datetime) -> datetime:
    return max(task.planned_at - BEFORE, until - LISTED_SPAN)


def _known(session: Session, moment_ids: Sequence[str]) -> frozenset[str]:
    statement = select(MassTask.moment_id).where(col(MassTask.moment_id).in_(moment_ids))
    return frozenset(session.exec(statement))
