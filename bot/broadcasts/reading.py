"""Reads what became of mass tasks: has the sender confirmed, and who was reached."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlmodel import Session, select

from bot.broadcasts.broadcaster import cancel_key
from bot.clock import Clock
from bot.database import Database
from bot.tables import OutboxMessage, OutboxState
from campaigns.mass import recipients, results, states
from campaigns.mass.recipients import Why
from campaigns.mass.results import Result
from campaigns.mass.tables import ChatType, MassTask, TaskState
from wecom.broadcasts import Rows, WeComBroadcasts
from wecom.errors import Reaction, Refused, WeChatError

log = structlog.get_logger()

CONFIRMED: Final = 2
"""Of a sender (企业微信 获取群发成员发送任务列表)."""
PUBLISHED: Final = 1
"""Of who is to publish a moment (获取客户朋友圈企业发表的列表)."""
_ON_ITS_WAY: Final = (OutboxState.HELD, OutboxState.PENDING, OutboxState.SENDING)
MAKING: Final = timedelta(minutes=1)
"""How soon to look again at a moment that WeCom is still making."""
NOT_MADE: Final = "企业微信没能创建朋友圈任务（{code}）"


@dataclass(frozen=True, slots=True)
class ResultReading:
    """Reads tasks one by one; every page is committed with the cursor behind it."""

    broadcasts: WeComBroadcasts
    database: Database
    clock: Clock

    async def read(self, task_id: int) -> None:
        """Read a task as far as WeCom tells; what it does not tell now is asked for later."""
        task = await self.database.read(states.get_task, task_id)
        if task.ended_at is not None or task.msgid is None:
            return
        try:
            if task.chat_type == ChatType.MOMENT:
                await self._read_moment(task)
            else:
                await self._read_messages(task)
        except WeChatError as error:
            await self._later(task, error)

    async def _read_messages(self, task: MassTask) -> None:
        if task.confirmed_at is None:
            task = await self._look_for_confirmation(task)
        if task.confirmed_at is None and task.state == TaskState.CREATED:
            await self._ask_again(task, results.pause(task, self.clock.now()))
            return
        assert task.msgid is not None  # noqa: S101 - by `read`
        cursor = task.cursor
        began_at = (task.read_since if cursor else None) or self.clock.now()
        while True:
            page = await self.broadcasts.results(task.msgid, task.sender, cursor)
            found = [_result(each) for each in page.rows]
            if not await self._write(task, _keep, found, cursor, page.next_cursor, began_at):
                return  # Somebody else reads it too.
            cursor = page.next_cursor
            if not cursor:
                break
        await self._write(task, _read_to_end, began_at)

    async def _look_for_confirmation(self, task: MassTask) -> MassTask:
        assert task.msgid is not None  # noqa: S101 - by `read`
        msgid = task.msgid
        async for row in _pages(lambda cursor: self.broadcasts.senders(msgid, cursor)):
            if row.get("userid") == task.sender and row.get("status") == CONFIRMED:
                at = _moment(row.get("send_time")) or self.clock.now()
                return await self._write(task, _confirm, at)
        return task

    async def _read_moment(self, task: MassTask) -> None:
        if not task.moment_id:
            making = await self.broadcasts.moment_making(task.msgid or "")
            if not making.is_done:
                await self._ask_again(task, MAKING)
                return
            task = await self._write(task, _moment_made, making.moment_id, making.code)
            if not task.moment_id:
                return
        moment_id, began_at = task.moment_id, self.clock.now()
        async for row in _pages(lambda cursor: self.broadcasts.publishers(moment_id, cursor)):
            if row.get("userid") == task.sender and row.get("publish_status") == PUBLISHED:
                await self._write(task, _published)
        await self._write(task, _read_to_end, began_at)

    async def _later(self, task: MassTask, error: WeChatError) -> None:
        wait, goes_on = results.LAZY, True
        if isinstance(error, Refused) and error.reaction is Reaction.BACK_OFF:
            wait = timedelta(seconds=error.rule.seconds)
        elif isinstance(error, Refused) and error.reaction is Reaction.RESYNC:
            wait, goes_on = MAKING, False  # The cursor is no longer good.
        elif not error.permanent:
            wait = results.pause(task, self.clock.now())
        log.warning("results of a mass task not read", task=task.id, reason=str(error))
        await self._ask_again(task, wait, goes_on=goes_on)

    async def _ask_again(self, task: MassTask, wait: timedelta, *, goes_on: bool = False) -> None:
        at = self.clock.now() + wait

        def put_off(session: Session, known: MassTask, _now: datetime) -> None:
            results.ask_again(session, known, at, goes_on=goes_on)

        await self._write(task, put_off)

    async def _write[*Told, R](
        self,
        task: MassTask,
        change: Callable[[Session, MassTask, datetime, *Told], R],
        *told: *Told,
    ) -> R:
        """Change the task as it is now, in a transaction."""
        now = self.clock.now()

        def write(session: Session) -> R:
            assert task.id is not None  # noqa: S101 - it was read
            return change(session, states.get_task(session, task.id), now, *told)

        return await self.database.write(write)


async def _pages(read: Any) -> AsyncIterator[dict[str, Any]]:
    """The rows of all pages."""
    cursor = ""
    while True:
        page: Rows = await read(cursor)
        for row in page.rows:
            yield row
        cursor = page.next_cursor
        if not cursor:
            return


def _keep(
    session: Session,
    task: MassTask,
    _now: datetime,
    found: Sequence[Result],
    cursor: str,
    next_cursor: str,
    began_at: datetime,
) -> bool:
    return results.keep_page(session, task, found, cursor, next_cursor, began_at)


def _confirm(session: Session, task: MassTask, _now: datetime, at: datetime) -> MassTask:
    states.confirm(session, task, at)
    return task


def _read_to_end(session: Session, task: MassTask, now: datetime, began_at: datetime) -> bool:
    if task.cursor or task.read_since not in (None, began_at):
        return False  # Somebody else has begun to read it anew.
    statement = select(OutboxMessage).where(OutboxMessage.key == cancel_key(task))
    stop = session.exec(statement.execution_options(populate_existing=True)).first()
    if stop is not None and stop.state in _ON_ITS_WAY:
        # Its answer has the results read at once; until then there is no hurry.
        results.ask_again(session, task, now + results.pause(task, now))
        return False
    if stop is not None and stop.finished_at is not None and began_at < stop.finished_at:
        results.ask_again(session, task, now)
        return False
    is_stopped = stop is not None and stop.state == OutboxState.SENT
    return results.read_to_end(session, task, now, is_stopped=is_stopped)


def _moment_made(
    session: Session, task: MassTask, now: datetime, moment_id: str, code: int
) -> MassTask:
    if moment_id:
        task.moment_id = moment_id
        session.add(task)
        session.flush()
    elif task.state == TaskState.CREATED:
        states.fail(session, task, NOT_MADE.format(code=code), Why.NOT_MADE, now)
    else:
        results.read_to_end(session, task, now, is_stopped=True)
    return task


def _published(session: Session, task: MassTask, now: datetime) -> None:
    states.confirm(session, task, now)
    recipients.note_sent(session, task, recipients.list_open(session, task), now)


def _result(row: dict[str, Any]) -> Result:
    address = row.get("external_userid") or row.get("chat_id") or ""
    return Result(str(address), int(row.get("status") or 0), _moment(row.get("send_time")))


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
