"""Mass tasks, their reminders, and how often each recipient was written to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import BigId, UtcDateTime


class ChatType(StrEnum):
    """Where a task's messages appear."""

    SINGLE = "single"
    GROUP = "group"
    MOMENT = "moment"


class TaskState(StrEnum):
    """Where a task is. WeCom sends nothing before its sender confirms."""

    PLANNED = "planned"
    """In the outbox: WeCom has not answered for it."""
    CREATED = "created"
    """WeCom has it; its sender is told."""
    SENT = "sent"
    PARTLY = "partly"
    """Confirmed, and some of its recipients were not reached."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """WeCom refused it, or had nobody to send it to."""
    UNKNOWN = "unknown"
    """Nobody knows whether WeCom made it."""


class MassTask(SQLModel, table=True):
    """A request to one of the shop's people to send something to many."""

    __tablename__ = "mass_task"
    __table_args__ = (
        UniqueConstraint("run_id", "node", "arm", "sender", "part", name="uq_mass_task"),
        CheckConstraint("chat_type IN ('single', 'group', 'moment')", name="ck_mass_task_chat"),
    )

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    run_id: int = Field(foreign_key="campaign_run.id")
    node: str
    arm: str = ""
    chat_type: str
    sender: str
    """The userid of who confirms it."""
    part: int
    """Counts the tasks of a sender for the same content."""
    state: str = Field(default=TaskState.PLANNED, index=True)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """`shapes.Content` as it was when the task was made."""
    recipients: int
    msgid: str | None = Field(default=None, unique=True)
    """WeCom's name for it; of a moments task its jobid, or its moment_id where that was lost."""
    moment_id: str = ""
    """Of a moments task, as soon as WeCom has made it."""
    outbox_key: str = Field(unique=True)
    planned_at: datetime = Field(sa_type=UtcDateTime)
    counted_on: date
    """The day of Shanghai on which its open recipients are counted: today, as long as it waits."""
    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When WeCom had made it."""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When nobody waits for its confirmation any more; None until WeCom has it, or may have."""
    stand_in_told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    check_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When its results are asked for next; None when there is nothing to ask."""
    cursor: str = ""
    """Behind the last page of its results that was kept; empty at their beginning."""
    read_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the first page of this reading was asked for."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""


class MassReminder(SQLModel, table=True):
    """A sender was asked again to confirm: three times in 24 hours a task at most."""

    __tablename__ = "mass_reminder"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    task_id: int = Field(foreign_key="mass_task.id", index=True)
    by: str
    """`staff:7`, or `clock`."""
    at: datetime = Field(sa_type=UtcDateTime)


class MassReceipt(SQLModel, table=True):
    """How many mass messages a recipient is to receive on a day of Shanghai.

    Written before a task is made, taken back when it surely was not sent.
    """

    __tablename__ = "mass_receipt"
    __table_args__ = (CheckConstraint("taken >= 0", name="ck_mass_receipt_taken"),)

    address: str = Field(primary_key=True)
    """An external_userid or a chat id."""
    day: date = Field(primary_key=True)
    taken: int
