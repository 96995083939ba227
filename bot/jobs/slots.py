"""The right to run a slot: one row a job, taken over only from a holder who has fallen silent.

Leases need no clock that two processes share: a holder counts signs of life in the row, and
whoever has watched the count stand still for a whole lease, by its own monotonic clock, may take
the job. Each claim raises the row's epoch. A transaction of a run checks the epoch and holds it
until its end, so that who was overtaken writes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import bindparam, case, func, select, update
from sqlmodel import Session, SQLModel, col

from bot.errors import BotError
from bot.jobs.overdue import Overdue
from bot.jobs.rhythms import Rhythm
from bot.tables import JobSlot, JobState
from commerce.inserting import affected_rows, insert_once
from commerce.prepared import Prepared


class Overtaken(BotError):
    """Another process has taken the job over: nothing of this run is written any more."""


class Claimable(Protocol):
    """What a claim needs to know of a job."""

    @property
    def name(self) -> str: ...
    @property
    def rhythm(self) -> Rhythm: ...
    @property
    def overdue(self) -> Overdue: ...
    @property
    def lease(self) -> timedelta: ...


class Mark(NamedTuple):
    """A holder's latest sign of life."""

    epoch: int
    beats: int


LOCKED: Final = Mark(0, 0)
"""Nobody's mark: somebody is at the row this very moment, or a run of the job is writing."""

_ROWS = SQLModel.metadata.tables[JobSlot.__tablename__].c
_ROW: Final = Prepared(
    select(_ROWS.slot, _ROWS.state, _ROWS.epoch, _ROWS.beats)
    .where(_ROWS.job == bindparam("job"))
    # A run that writes keeps the row FOR KEY SHARE, which its signs of life may pass and a claim
    # may not. The claim does not wait for it either.
    .with_for_update(skip_locked=True)
)
_OWN = select(_ROWS.epoch).where(_ROWS.job == bindparam("job"), _ROWS.epoch == bindparam("epoch"))
_CHECK: Final = Prepared(_OWN)
# A process that stops dead inside of a transaction would keep the lock, and the job, as long as
# it is stopped: the server ends such a transaction after a lease.
_CHECK_AND_HOLD: Final = Prepared(
    _OWN.add_columns(
        func.set_config("idle_in_transaction_session_timeout", bindparam("patience"), True)
    ).with_for_update(read=True, key_share=True)
)


@dataclass(slots=True)
class Slot:
    """A slot of a job, and one run's right to it. Its methods raise Overtaken once that is lost."""

    job: str
    at: datetime
    """When it began, in UTC, however late the run is."""
    epoch: int
    lease: timedelta
    is_over: bool = False
    """Whether the run has called `finish`: whoever has the job now did not overtake it."""

    def __str__(self) -> str:
        return f"{self.job} of {self.at.isoformat()}, run {self.epoch}"

    def check(self, session: Session) -> None:
        """Refuse the transaction if the job was taken over; until its end, it cannot be.

        `Database.write` calls this first in every transaction of a run.
        """
        if session.get_bind().dialect.name == "postgresql":
            patience = str(self.lease // timedelta(milliseconds=1))
            row = _CHECK_AND_HOLD.first(session, job=self.job, epoch=self.epoch, patience=patience)
        else:
            row = _CHECK.first(session, job=self.job, epoch=self.epoch)
        if row is None:
            raise Overtaken(str(self))

    def beat(self, session: Session, now: datetime) -> None:
        """Show a sign of life."""
        self._change(session, now)

    def finish(self, session: Session, now: datetime) -> None:
        """The slot is over with.

        Called after a run. A run that calls it itself, in the transaction of its last effect,
        leaves no moment in which a death would have that effect done again.
        """
        self._change(session, now, state=JobState.DONE)
        self.is_over = True

    def give_back(self, session: Session, now: datetime) -> None:
        """Unless it is over with: the slot was not done, and anybody may do it at once."""
        state = col(JobSlot.state)
        kept = case((state == JobState.DONE, state), else_=JobState.GIVEN_BACK.value)
        self._change(session, now, state=kept)

    def _change(self, session: Session, now: datetime, **values: Any) -> None:
        own = update(JobSlot).where(col(JobSlot.job) == self.job, col(JobSlot.epoch) == self.epoch)
        beats = col(JobSlot.beats) + 1
        if affected_rows(session, own.values(alive_at=now, beats=beats, **values)) != 1:
            raise Overtaken(str(self))


def claim(
    session: Session, job: Claimable, now: datetime, holder: str, silent: Mark | None = None
) -> Slot | Mark | None:
    """The slot of the job that is to be run now, from now on this holder's.

    Otherwise the mark of who runs the job, `LOCKED`, or None when nothing is due. A run whose mark
    is `silent` is taken over: its slot counts as not done. Waits for nobody.
    """
    row = _ROW.first(session, job=job.name)
    if row is None:
        return _begin(session, job, now, holder)
    mark = Mark(row.epoch, row.beats)
    if row.state == JobState.RUNNING and mark != silent:
        return mark
    done = job.rhythm.number_at(row.slot) - (row.state != JobState.DONE)
    chosen = job.overdue.pick(job.rhythm, done, now)
    if chosen is None:
        return None
    slot = Slot(job.name, job.rhythm.begin_of(chosen), row.epoch + 1, job.lease)
    taken = update(JobSlot).where(col(JobSlot.job) == job.name, col(JobSlot.epoch) == row.epoch)
    values = _values(job, slot.at, JobState.RUNNING, now, holder)
    affected_rows(session, taken.values(epoch=slot.epoch, **values))
    return slot


def _begin(session: Session, job: Claimable, now: datetime, holder: str) -> Slot | Mark | None:
    """Enter a job that was never seen: nothing of it was missed."""
    done = job.rhythm.number_at(now) - job.rhythm.begins_at_once
    chosen = job.overdue.pick(job.rhythm, done, now)
    at = job.rhythm.begin_of(done if chosen is None else chosen)
    state = JobState.DONE if chosen is None else JobState.RUNNING
    values = _values(job, at, state, now, holder)
    if not insert_once(session, JobSlot, job=job.name, epoch=1, **values):
        return LOCKED
    return None if chosen is None else Slot(job.name, at, 1, job.lease)


def _values(
    job: Claimable, at: datetime, state: JobState, now: datetime, holder: str
) -> dict[str, Any]:
    return {
        "slot": at,
        "state": state,
        "beats": 0,
        "holder": holder,
        "alive_at": now,
        "rhythm": str(job.rhythm),
        "overdue": str(job.overdue),
    }
