"""What people decided about messages and calls that did not go as they should."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class OutboxDecision(SQLModel, table=True):
    """The latest decision about a row of the outbox; one that was left as it is stays off the
    list of what is to be looked at."""

    __tablename__ = "outbox_decision"

    outbox_id: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False, nullable=False)
    )
    decision: str
    """A value of `bot.mending.Decision`."""
    staff_id: int = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=UtcDateTime)
