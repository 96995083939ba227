"""Tasks of which nobody knows whether WeCom made them: looked for in its list, and adopted.

So a doubtful call is resolved without a second one. What is not found stays doubtful, and a
person decides, as about every doubtful call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import structlog
from sqlmodel import Session, and_, col, or_, select, update

from bot.broadcasts import bodies
from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.broadcasts.creating import composed_of, note_made
from bot.broadcasts.moment_doubts import BEFORE, DoubtfulMoments
from bot.clock import Clock
from bot.database import Database
from bot.tables import OutboxMessage, OutboxState
from campaigns.composer import Composed
from campaigns.mass import cap, recipients, states
from campaigns.mass.recipients import Why
from campaigns.mass.tables import ChatType, MassTask, TaskState
from commerce.errors import InvalidInput
from commerce.inserting import affected_rows, id_of
from wecom.broadcasts import LISTED_SPAN, WeComBroadcasts
from wecom.errors import WeChatError

log = structlog.get_logger()

QUICK, SLOW = timedelta(minutes=1), timedelta(minutes=30)
"""Pauses between two looks, at first and later: WeCom's list lags behind."""
AT_FIRST: Final = timedelta(minutes=15)
A_ROUND: Final = 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """A task that WeCom may have, and what it says if it does."""

    task: MassTask
    composed: Composed
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class DoubtfulTasks:
    """Resolves them."""

    broadcasts: WeComBroadcasts
    broadcaster: OutboxBroadcaster
    database: Database
    clock: Clock

    async def resolve(self) -> int:
        """Look for all that are due; how many were found."""
        await self.database.write(self._follow_outbox)
        found = 0
        for task_id in await self.database.read(self._list_due):
            try:
                found += await self._look_for(task_id)
            except WeChatError as error:
                log.warning("doubtful mass task not looked for", reason=str(error))
        return found

    async def _look_for(self, task_id: int) -> bool:
        doubt = await self.database.write(self._begin_look, task_id)
        if doubt is None:
            return False
        candidates = await self._candidates(doubt)
        if len(candidates) != 1:
            return False
        return await self.database.write(self._adopt, task_id, candidates[0])

    async def _candidates(self, doubt: Doubt) -> Sequence[str]:
        if doubt.task.chat_type == ChatType.MOMENT:
            return await self._moments().list_candidates(doubt.task, doubt.composed)
        return [msgid for msgid in await self._listed(doubt) if await self._is_of(doubt, msgid)]

    def _moments(self) -> DoubtfulMoments:
        shop_name = self.broadcaster.shop_name
        return DoubtfulMoments(self.broadcasts, self.database, self.clock, shop_name)

    async def _listed(self, doubt: Doubt) -> Sequence[str]:
        """Tasks that say the same, and that none of ours is known to be."""
        chat_type: Literal["single", "group"] = (
            "group" if doubt.task.chat_type == ChatType.GROUP else "single"
        )
        until = self.clock.now() + BEFORE
        since = max(doubt.task.planned_at - BEFORE, until - LISTED_SPAN)
        found: list[str] = []
        cursor = ""
        while True:
            page = await self.broadcasts.tasks(chat_type, since, until, cursor)
            found += [str(row["msgid"]) for row in page.rows if bodies.is_same(doubt.composed, row)]
            cursor = page.next_cursor
            if not cursor:
                break
        known = await self.database.read(_known, found)
        return [each for each in found if each not in known]

    async def _is_of(self, doubt: Doubt, msgid: str) -> bool:
        """Whether its sender is ours, and so is everybody on the first page of its recipients."""
        senders = await self.broadcasts.senders(msgid)
        if doubt.task.sender not in {row.get("userid") for row in senders.rows}:
            return False
        page = await self.broadcasts.results(msgid, doubt.task.sender)
        return {_address(row) for row in page.rows} <= doubt.addresses

    def _follow_outbox(self, session: Session) -> None:
        """What the outbox knows and the task does not: its sender died, or a person decided."""
        now = self.clock.now()
        statement = (
            select(MassTask, OutboxMessage)
            .join(OutboxMessage, col(OutboxMessage.key) == col(MassTask.outbox_key))
            .where(
                or_(
                    and_(
                        col(MassTask.state) == TaskState.PLANNED,
                        col(OutboxMessage.state).in_((*_UNMADE, *_PERHAPS_MADE)),
                    ),
                    and_(
                        or_(
                            col(MassTask.state) == TaskState.UNKNOWN,
                            states.IS_STOPPED_UNSEEN,
                        ),
                        col(OutboxMessage.state).in_(_UNMADE),
                    ),
                    and_(  # Its sender died after the call; the task was stopped meanwhile.
                        states.IS_STOPPED_UNSEEN,
                        col(MassTask.expires_at).is_(None),
                        col(OutboxMessage.state).in_(_PERHAPS_MADE),
                    ),
                )
            )
            .limit(A_ROUND)
        )
        found = session.exec(statement.execution_options(populate_existing=True)).all()
        if found:
            cap.hold(session)  # Before the first of the tasks.
        for task, row in found:
            if row.state in _UNMADE:
                states.fail(session, task, row.reason, Why.NOT_MADE, now)
            elif row.result:
                note_made(session, self.broadcaster, task, row.result, now)
            else:
                states.doubt(session, task, now)

    def _list_due(self, session: Session) -> Sequence[int]:
        statement = (
            select(MassTask.id)
            .where(
                or_(MassTask.state == TaskState.UNKNOWN, states.IS_STOPPED_UNSEEN),
                col(MassTask.check_at) <= self.clock.now(),
            )
            .order_by(col(MassTask.check_at))
            .limit(A_ROUND)
        )
        return [each for each in session.exec(statement) if each is not None]

    def _begin_look(self, session: Session, task_id: int) -> Doubt | None:
        """Put the next look off, so that one that fails is not repeated at once."""
        task, now = states.get_task(session, task_id), self.clock.now()
        if not states.is_doubtful(task):
            return None
        task.check_at = now + (QUICK if now - task.planned_at < AT_FIRST else SLOW)
        session.add(task)
        session.flush()
        try:
            composed = composed_of(session, task, self.broadcaster.shop_name, now)
        except InvalidInput:
            return None
        return Doubt(task, composed, frozenset(recipients.list_open(session, task)))

    def _adopt(self, session: Session, task_id: int, msgid: str) -> bool:
        task, now = states.get_task(session, task_id), self.clock.now()
        if not states.is_doubtful(task):
            return False
        is_moment = task.chat_type == ChatType.MOMENT
        if is_moment and not self._moments().may_adopt(session, task, msgid):
            return False
        made = {"msgid": msgid, "refused": []}
        note_made(session, self.broadcaster, task, made, now)
        if is_moment:  # Its jobid is lost, and was only good for this.
            task.moment_id = msgid
            session.add(task)
            session.flush()
        sent = update(OutboxMessage).where(
            col(OutboxMessage.key) == task.outbox_key,
            col(OutboxMessage.state) == OutboxState.UNKNOWN.value,
        )
        over = {"state": OutboxState.SENT.value, "result": made, "reason": "", "finished_at": now}
        affected_rows(session, sent.values(**over))
        log.info("doubtful mass task found", task=id_of(task))
        return True


def _known(session: Session, msgids: Sequence[str]) -> frozenset[str]:
    statement = select(MassTask.msgid).where(col(MassTask.msgid).in_(msgids))
    return frozenset(filter(None, session.exec(statement)))


def _address(row: Mapping[str, Any]) -> str:
    return str(row.get("external_userid") or row.get("chat_id") or "")


_UNMADE: Final = (OutboxState.FAILED, OutboxState.SUPERSEDED)
_PERHAPS_MADE: Final = (OutboxState.UNKNOWN, OutboxState.SENT)
