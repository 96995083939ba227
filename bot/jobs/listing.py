"""The clock's jobs as their rows tell them: every process writes there what it knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.jobs.job import LEASE
from bot.tables import JobSlot, JobState


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job, and the run of its latest slot."""

    name: str
    rhythm: str
    overdue: str
    slot: datetime
    runs: int
    holder: str
    state: str
    """In words, with the age of the last sign of life."""


def list_jobs(session: Session, now: datetime) -> list[JobSeen]:
    """Every job that a process of the shop has ever entered, by name."""
    rows = session.exec(select(JobSlot).order_by(col(JobSlot.job))).all()
    return [
        JobSeen(
            name=row.job,
            rhythm=row.rhythm,
            overdue=row.overdue,
            slot=row.slot,
            runs=row.epoch,
            holder=row.holder,
            state=_state_of(row, now),
        )
        for row in rows
    ]


def _state_of(row: JobSlot, now: datetime) -> str:
    age = timedelta(seconds=round((now - row.alive_at).total_seconds()))
    if row.slot > now:
        return "ahead of the clock: waits until it has caught up"
    if row.state == JobState.DONE:
        return f"done {age} ago"
    if row.state == JobState.GIVEN_BACK:
        return f"cut off {age} ago: to be done again"
    if age > LEASE:
        return f"silent for {age}: to be taken over"
    return f"running, last sign of life {age} ago"
