"""What the clock does about mass tasks."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from bot.broadcasts.broadcaster import OutboxBroadcaster
from bot.broadcasts.doubts import DoubtfulTasks
from bot.broadcasts.reading import ResultReading
from bot.clock import Clock
from bot.database import Database
from bot.jobs import Job
from bot.listeners import is_nobodys_fault
from campaigns.gathering import COMPANY
from campaigns.mass import cancelling, cap, planning, reminding, results
from campaigns.steering import STANDING
from campaigns.tables import Campaign, CampaignRun, Delivery, DeliveryState, RunState
from commerce.errors import IllegalMove
from wecom.client import AsyncWeComClient

log = structlog.get_logger()


class BroadcastRounds:
    """Done by any process that works."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        client: AsyncWeComClient,
        broadcaster: OutboxBroadcaster,
    ) -> None:
        self._database = database
        self._clock = clock
        self._broadcaster = broadcaster
        self._reading = ResultReading(client.broadcasts, database, clock)
        self._doubts = DoubtfulTasks(client.broadcasts, broadcaster, database, clock)

    def jobs(self) -> list[Job]:
        """Making and reading are asked for often: most of the time there is nothing."""
        minute = timedelta(minutes=1)
        return [
            Job("make mass tasks", timedelta(seconds=5), self.make),
            Job("read mass results", timedelta(seconds=15), self.read),
            Job("resolve doubtful mass tasks", timedelta(seconds=30), self._doubts.resolve),
            Job("end mass tasks", minute, self.end),
            Job("remind of mass tasks", minute, self.remind),
            Job("forget mass receipts", timedelta(hours=24), self.forget),
        ]

    async def make(self) -> int:
        """Make tasks of what running campaigns have gathered; how many."""
        made = 0
        for run_id in await self._list(_list_gathered):
            try:
                while some := await self._database.write(self._make, run_id):
                    made += some
            except Exception as error:
                if is_nobodys_fault(error):
                    raise
                # A run at which our own code fails must not cost the others theirs.
                log.exception("mass tasks of a run not made", run=run_id)
        return made

    async def read(self) -> int:
        """Ask what became of tasks; how many were asked about."""
        task_ids = await self._list(results.list_due)
        for task_id in task_ids:
            await self._reading.read(task_id)
        return len(task_ids)

    async def remind(self) -> int:
        """Remind who has not confirmed, and then tell their stand-ins; how many reminders."""
        reminded = 0
        for task_id in await self._list(reminding.list_waiting):
            try:
                arguments = (self._broadcaster, task_id, self._clock.now())
                told = await self._database.write(reminding.remind_if_due, *arguments)
                reminded += told is not None
            except IllegalMove as error:
                log.info("not reminded of a mass task", task=task_id, reason=str(error))
        return reminded

    async def end(self) -> int:
        """Let lapse what nobody confirmed, and stop the tasks of stopped runs; how many."""
        ended = 0
        for run_id in await self._database.read(cancelling.list_stopped_runs):
            arguments = (self._broadcaster, run_id, self._clock.now())
            ended += await self._database.write(cancelling.cancel_run, *arguments)
        for task_id in await self._list(cancelling.list_expired):
            arguments = (self._broadcaster, task_id, self._clock.now())
            ended += await self._database.write(cancelling.expire, *arguments)
        return ended

    async def forget(self) -> int:
        """Drop receipts that no cap counts any more."""
        return await self._database.write(cap.forget, self._clock.now())

    async def _list(self, find: Callable[[Session, datetime], Sequence[int]]) -> Sequence[int]:
        return await self._database.read(find, self._clock.now())

    def _make(self, session: Session, run_id: int) -> int:
        run = session.get_one(CampaignRun, run_id, populate_existing=True)
        if run.state != RunState.RUNNING:
            return 0
        return planning.make_tasks(session, self._broadcaster, run, self._clock.now())


def _list_gathered(session: Session, now: datetime) -> Sequence[int]:
    """Running runs that have gathered all they will, or long enough."""
    oldest = func.min(Delivery.planned_at)
    statement = (
        select(CampaignRun.id)
        .join(Delivery, col(Delivery.run_id) == col(CampaignRun.id))
        .join(Campaign, col(Campaign.id) == col(CampaignRun.campaign_id))
        .where(
            CampaignRun.state == RunState.RUNNING,
            CampaignRun.is_planned,
            Delivery.state == DeliveryState.GATHERED,
        )
        .group_by(col(CampaignRun.id), col(Campaign.kind))
        .having(or_(col(Campaign.kind).not_in(STANDING), oldest <= now - COMPANY))
        .order_by(col(CampaignRun.id))
    )
    return [each for each in session.exec(statement) if each is not None]
